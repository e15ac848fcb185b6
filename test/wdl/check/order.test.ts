import { expect, test } from "vitest";
import { errors, findings } from "./checked.ts";

const TASK = `
task say {
  input { String word = "x" }
  command { echo }
  output { String line = "l" }
}`;

test("reports a circle at its first declaration, and names everything on the way", async () => {
  const found = await errors(`version 1.0
workflow w {
  Int b = a
  Int a = c
  Int c = b
  Int d = a
  output { Int o = d }
}`);
  expect(found).toEqual(["A circle: `b` needs `a` needs `c` needs `b`."]);
});

test("reports a declaration that needs itself", async () => {
  expect(await errors("version 1.0\nworkflow w { Int a = a + 1 output { Int o = a } }")).toEqual(["`a` needs itself."]);
});

test("reports circles through calls and through after", async () => {
  const calls = await errors(`version 1.1
${TASK}
workflow w {
  call say as a { input: word = b.line }
  call say as b { input: word = c }
  String c = a.line
  output {}
}`);
  expect(calls).toEqual(["A circle: `call a` needs `call b` needs `c` needs `call a`."]);
  const after = await errors(`version 1.1
${TASK}
workflow w {
  call say as a after b
  call say as b { input: word = a.line }
  output {}
}`);
  expect(after).toEqual(["A circle: `call a` needs `call b` needs `call a`."]);
});

test("reports blocks that need parts of each other, though the parts do not", async () => {
  const found = await errors(`version 1.0
workflow w {
  scatter (i in [1]) {
    Int a = 1
    Int b = c[0]
  }
  scatter (j in [1]) {
    Int c = 1
    Int d = a[0]
  }
  output {}
}`);
  expect(found).toEqual(["A circle: the scatter in line 3 needs the scatter in line 7 needs the scatter in line 3."]);
});

test("reports a circle inside of a block once", async () => {
  const found = await findings(`version 1.0
workflow w {
  input { Boolean on }
  if (on) {
    scatter (i in [1]) {
      Int a = b
      Int b = a
    }
  }
  output {}
}`);
  expect(found).toEqual(["error circular-reference 6"]);
});

test("reports circles in tasks, through defaults, declarations and outputs", async () => {
  const found = await errors(`version 1.0
task t {
  input { Int a = b }
  Int b = a
  command { echo }
  output { Int c = d Int d = c }
}
workflow w { call t output {} }`);
  expect(found).toEqual(["A circle: `a` needs `b` needs `a`.", "A circle: `c` needs `d` needs `c`."]);
});

test("takes a scatter variable that has the name of something outside", async () => {
  const found = await findings(`version 1.0
workflow w {
  scatter (x in [1, 2]) { Int y = x }
  scatter (y_item in y) { Int z = y_item }
  Int x = z[0]
  output { Int o = x }
}`);
  expect(found).toEqual([]);
});

test("takes a declaration, a call and an output that share a name", async () => {
  const found = await findings(`version 1.0
${TASK}
workflow w {
  call say
  call say as again { input: word = say.line }
  output { String say = say.line String again = again.line }
}`);
  expect(found).toEqual([]);
});

test("checks a chain of seven thousand declarations without running out of stack", async () => {
  const lines = Array.from({ length: 7_000 }, (_, index) => `  Int v${index} = v${index + 1}`);
  const found = await findings(`version 1.0
workflow w {
${lines.join("\n")}
  Int v7000 = v0
  output { Int o = v0 }
}`);
  expect(found).toEqual(["error circular-reference 3"]);
});
