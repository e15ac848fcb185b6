import { expect, test } from "vitest";
import { findings } from "./checked.ts";

// Each of these runs in Cromwell, and a stricter checker refuses it. A false refusal is the worst fault we can have.

const TASK = `
task say {
  input { String word = "x" Int? n }
  command { echo }
  output { String line = "l" File? extra = "e" Array[Int] numbers = [1] }
}`;

test("takes a declaration that is repeated word for word, as GATK's mutect2.wdl has it", async () => {
  const found = await findings(`version 1.0
workflow w {
  input { File reads }
  Int tumor_size = ceil(size(reads, "GB"))
  Int tumor_size = ceil(size(reads,  "GB"))
  output { Int o = tumor_size }
}`);
  expect(found).toEqual(["warning repeated-declaration 5"]);
});

test("takes a declaration in each of two sibling conditionals", async () => {
  const found = await findings(`version 1.0
workflow w {
  input { Boolean a }
  if (a) { Int n = 1 }
  if (!a) { Int n = 2 }
  output { Int? o = n }
}`);
  expect(found).toEqual(["warning ambiguous-name 5"]);
});

test("takes an output that is given twice in the same words", async () => {
  const found = await findings(`version 1.0
${TASK}
workflow w {
  call say
  output {
    String o = say.line
    String o = say.line
  }
}`);
  expect(found).toEqual(["warning repeated-declaration 12"]);
});

test("takes an output named like an input, and reads the input in its value", async () => {
  const found = await findings(`version 1.0
task t {
  input { File table }
  command { sort ~{table} }
  output { File table = table }
}
workflow w {
  input { File table }
  call t { input: table = table }
  output { File table = t.table }
}`);
  expect(found).toEqual(["warning output-hides-name 5", "warning output-hides-name 10"]);
});

test("takes a workflow and a task of one name, and calls the task at home and the workflow from abroad", async () => {
  const peaks = `version 1.0
workflow Peaks {
  input { Int n }
  call Peaks { input: reads = "r" }
  output { Int o = n }
}
task Peaks {
  input { String reads }
  command { echo ~{reads} }
}`;
  const main = `version 1.0
import "peaks.wdl" as peaks
workflow w {
  call peaks.Peaks { input: n = 1 }
  output { Int o = Peaks.o }
}`;
  expect(await findings(main, { "peaks.wdl": peaks })).toEqual([]);
});

test("takes sep= and default= on what is no array and no optional", async () => {
  const found = await findings(`version 1.0
task t {
  input { String word Array[String] words }
  command <<<
    echo ~{sep="," word} ~{default="x" word} ~{default="" sep=" " words}
  >>>
}`);
  expect(found).toEqual(["warning no-workflow 1"]);
});

test("takes a call input that is given twice", async () => {
  const found = await findings(`version 1.0
${TASK}
workflow w {
  call say { input: word = "a", word = "b" }
  output {}
}`);
  expect(found).toEqual(["warning repeated-call-input 9"]);
});

test("takes meta keys that come twice", async () => {
  const found = await findings(`version 1.0
workflow w {
  meta { author: "a" author: "b" }
  output { Int o = 1 }
}`);
  expect(found.filter((finding) => finding.startsWith("error"))).toEqual([]);
});

test("takes a call and a declaration of one name", async () => {
  const found = await findings(`version 1.0
${TASK}
workflow w {
  call say
  Array[Int] say_twice = [length(say.numbers)]
  String line = say.line
  output { String say = say.line }
}`);
  expect(found).toEqual([]);
});

test("takes imported structs of one name, also where they differ", async () => {
  const found = await findings(
    `version 1.0
import "a.wdl" as a
import "b.wdl" as b
struct Own { Int x }
workflow w { output { Int o = 1 } }`,
    { "a.wdl": "version 1.0\nstruct S { Int x }\n", "b.wdl": "version 1.0\nstruct S { Int x Int y }\n" },
  );
  expect(found).toEqual(["warning struct-name-taken 3"]);
});

test("takes any member of what read_json gives, of an Object and of a Map", async () => {
  const found = await findings(`version 1.0
workflow w {
  input { File f }
  Object o = object { a: 1 }
  Map[String, Int] m = {"k": 1}
  output {
    Int x = read_json(f).deep.deeper[0]
    Int y = o.a + o.nobody_knows
    Int z = m.k + m["k"]
  }
}`);
  expect(found).toEqual([]);
});

test("takes an optional for an input that has a default", async () => {
  const found = await findings(`version 1.0
${TASK}
workflow w {
  input { String? word Int? n }
  call say { input: word = word, n = n }
  output {}
}`);
  expect(found).toEqual([]);
});

test("takes an optional as the default of an input that needs other values", async () => {
  const found = await findings(`version 1.0
workflow w {
  input { String? given String word = given }
  output { String o = word }
}`);
  expect(found).toEqual(["warning type-mismatch 3"]);
});

test("leaves the types of a task's declarations to the run", async () => {
  const found = await findings(`version 1.0
task t {
  input { Int? n }
  Int m = n
  command { echo ~{m} }
  output { Int o = n }
}
workflow w { call t }`);
  expect(found).toEqual(["warning type-mismatch 4", "warning type-mismatch 6"]);
});

test("leaves the types inside of strings and object literals to the run", async () => {
  const found = await findings(`version 1.0
struct S { String text }
workflow w {
  Int n = 1
  S s = object { text: n.member }
  output { String o = "~{length(n)}" }
}`);
  expect(found).toEqual(["warning unknown-member 5", "warning argument-type 6"]);
});

test("takes a sub-workflow without outputs whose calls have none either", async () => {
  const verify = `version 1.0
workflow verify { call check }
task check { command { true } }`;
  const main = `version 1.0
import "verify.wdl" as v
workflow w { call v.verify output {} }`;
  expect(await findings(main, { "verify.wdl": verify })).toEqual([]);
});

test("takes optional inputs that a sub-workflow leaves open", async () => {
  const inner = `version 1.1
workflow inner { call t output { Int o = 1 } }
task t { input { Int? n Int m = 2 } command <<< >>> }`;
  const main = `version 1.1
import "inner.wdl" as i
workflow w { call i.inner output { Int o = inner.o } }`;
  expect(await findings(main, { "inner.wdl": inner })).toEqual([]);
});

test("takes mixed branches and arrays as long as their use does not need one type", async () => {
  const found = await findings(`version 1.0
workflow w {
  input { Boolean b File f }
  Array[String] mixed = ["a", 1, 2.5, f]
  Array[File] files = [f, "other.txt"]
  output {
    String s = if b then 1 else "one"
    Float x = if b then 1 else 2.5
    Array[String?] maybe = if b then ["x"] else []
  }
}`);
  expect(found).toEqual([]);
});

test("takes structs, maps and objects for each other", async () => {
  const found = await findings(`version 1.0
struct A { String x String y }
struct B { String y String x }
workflow w {
  A a = object { x: "1", y: "2" }
  B b = a
  Map[String, String] m = a
  A again = m
  Object o = a
  A last = o
  output { B out = last }
}`);
  expect(found).toEqual([]);
});

test("takes a struct that is declared after the struct that uses it, and structs named like types", async () => {
  const found = await findings(`version 1.1
struct Outer { Inner inner }
struct Inner { Int n }
struct Object { String field }
workflow w {
  input { Outer outer Object object_like }
  output { Int n = outer.inner.n String f = object_like.field }
}`);
  expect(found).toEqual([]);
});

test("takes names of other blocks where they are seen as arrays and optionals", async () => {
  const found = await findings(`version 1.0
${TASK}
workflow w {
  scatter (i in [1, 2]) {
    if (i > 1) {
      call say as inner
      Int doubled = i * 2
      Array[String] own = [inner.line]
    }
    Int? maybe = doubled
  }
  output {
    Array[String?] lines = inner.line
    Array[File?] extras = inner.extra
    Array[Int?] all = doubled
    Array[Int] some = select_all(doubled)
  }
}`);
  expect(found).toEqual([]);
});

test("leaves what an import that cannot be read might hold", async () => {
  const found = await findings(`version 1.0
import "absent.wdl" as absent
workflow w {
  input { Missing m }
  call absent.t { input: anything = m.field }
  output { Int o = t.whatever }
}`);
  expect(found).toEqual(["error missing-import 2"]);
});
