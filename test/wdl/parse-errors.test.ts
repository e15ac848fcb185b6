import { expect, test } from "vitest";
import { parseDocument } from "#src/wdl/parse/document.ts";

/** Errors as `line rule`, in the order told. */
function errors(text: string): string[] {
  const { diagnostics } = parseDocument(text, "main.wdl");
  return diagnostics.filter((found) => found.severity === "error").map((found) => `${found.line} ${found.rule}`);
}

/** The only diagnostic of a document. */
function only(text: string): { message: string; hint?: string; line?: number; column?: number; severity: string } {
  const { diagnostics } = parseDocument(text, "main.wdl");
  expect(diagnostics).toHaveLength(1);
  const [found] = diagnostics;
  if (found === undefined) throw new Error("no diagnostic");
  expect(found.file).toBe("main.wdl");
  return found;
}

function inWorkflow(body: string, version = "1.0"): string {
  return `version ${version}\nworkflow w {\n${body}\n}\n`;
}

test("errors in several sections, statements and tasks are told in one pass", () => {
  const text = `version 1.0
import tools
struct S {
  Int a = 1
  String b
}
task one {
  input {
    Int x 5
    Int fine
    Array y
  }
  command <<<
    ~{x y} ~{good} ~{}
    ~{open
  >>>
  runtime {
    cpu = 1
    memory: "1 GB"
    disks: ]
  }
  output {
    Int = 3
    File f = "f"
  }
}
task two {
  command { echo }
  output { String s = "open
  }
}
workflow w {
  call one { input: x = [1, 2 3] }
  scatter (i of xs) {
    call two
  }
  if (a) {
    call 2
    call two as
  }
  Int last = 1 +
}`;
  expect(errors(text)).toEqual([
    "2 syntax",
    "4 struct-default",
    "9 missing-equals",
    "11 syntax",
    "14 syntax",
    "14 syntax",
    "15 unclosed",
    "18 syntax",
    "20 syntax",
    "23 syntax",
    "29 unclosed",
    "33 syntax",
    "34 syntax",
    "38 syntax",
    "40 syntax",
    "42 syntax",
  ]);
});

test("a section that is never closed does not hide the errors of the next task", () => {
  const text = "version 1.0\ntask a {\n  input {\n    Int x\n  command { }\n}\ntask b {\n  command { }\n  Int y\n}\n";
  const found = parseDocument(text, "main.wdl").diagnostics;
  expect(found.map(({ line, message }) => `${line} ${message}`)).toEqual([
    "5 `command` does not begin anything that can stand here.",
    "2 This `{` opens the task `a`, which is never closed.",
    "9 `y` has no value.",
  ]);
});

test.each([
  ["", 1, "empty", "version 1.0"],
  ["task t { command { } }", 1, "no version line", "version 1.0"],
  ["workflow w {}\nversion 1.0\n", 2, "not the first", "before everything"],
  ["version 1.2\nworkflow w {}", 1, "WDL 1.2. AWE reads WDL 1.0 and 1.1", "version 1.1"],
  ["# c\nversion development\nworkflow w {}", 2, "WDL development", "version 1.1"],
  ["version draft-2\nworkflow w {}", 1, "WDL draft-2", "version 1.0"],
  ['version "1.0"\nworkflow w {}', 1, "AWE reads", "without quotes"],
])("the version of %j is refused with a remedy", (text, line, message, hint) => {
  const found = only(text);
  expect(found).toMatchObject({ severity: "error", line });
  expect(found.message).toContain(message);
  expect(found.hint).toContain(hint);
  expect(parseDocument(text, "main.wdl").document).toBeUndefined();
});

test("names that Cromwell once had for the versions are read with a warning", () => {
  expect(only("version development-1.1\nworkflow w {}")).toMatchObject({ severity: "warning", line: 1, column: 9 });
  expect(parseDocument("version development-1.1\nworkflow w {}", "m").document?.version).toBe("1.1");
  expect(parseDocument("version draft-3\nworkflow w {}", "m").document?.version).toBe("1.0");
});

test.each([
  ["tsak t { command { } }", "`task`"],
  ["workfow w { }", "`workflow`"],
  ["task t { comand { } }", "`command`"],
  ["task t { command { } outputs { } }", "`output`"],
  ["task t { command { } run_time { cpu: 1 } }", "`runtime`"],
  ["task t { command { } requirements { cpu: 1 } }", "WDL 1.2"],
  ["workflow w { inputs { Int x } }", "`input`"],
  ["workflow w { scater (x in y) { } }", "`scatter`"],
  ["workflow w { cal align }", "`call`"],
  ["workflow w { List[Int] a = [] }", "Array"],
  ["workflow w { Arry[Int] a = [] }", "`Array`"],
  ["workflow w { Array a = [] }", "Array[String]"],
  ["workflow w { call a { input: x: 1 } }", "name = value"],
  ["workflow w { call a { input: x = 1 y = 2 } }", "comma"],
  ["workflow w { call a { input: x } }", "version 1.1"],
  ["workflow w { call a after b }", "version 1.1"],
  ["workflow w { S s = S { a: 1 } }", "version 1.1"],
  ["workflow w { call a.b.c }", "directly"],
  ["workflow w { Int x }", "`input` section"],
  ["workflow w { Int x: 1 }", "`Int n = 2`"],
  ["workflow w { Int x = 1; }", "Delete"],
  ["workflow w { input { Int x, Int y } }", "Delete"],
  ["workflow w { Int if = 1 }", "Choose another"],
  ["workflow w { Boolean b = if a = 1 then true else false }", "`==`"],
  ["workflow w { Int b = if a then 1 }", "`else`"],
  ["workflow w { if (a) then { } }", "without `then`"],
  ["workflow w { if (a = 1) { } }", "`==`"],
  ["workflow w { if (a) { } else { } }", "second `if`"],
  ["workflow w { output { a.b } }", "type and a name"],
  ["workflow w { scatter x in xs { } }", "scatter (item in items)"],
  ["workflow w { if (a) { output { Int x = 1 } } }", "directly in the workflow"],
  ["workflow w { Array[Int] a = [1 2] }", "comma"],
  ["workflow w { Object o = object { a = 1 } }", "name: value"],
  ["workflow w { Int x = 9007199254740992 }", "2^53"],
  ["workflow w { Int x = 12ab }", "letter"],
  ["workflow w { String x = \u201Ca\u201D }", "typographic"],
  ["workflow w {\u00A0Int x = 1 }", "plain space"],
  ["task t { command <<< ~{sepp=', ' x} >>> }", "`sep`"],
  ['task t { command <<< ~{true="x" a} >>> }', 'false=""'],
  ['task t { command <<< ~{false="x" a} >>> }', 'true=""'],
  ["task t { command <<< ~{sep=',' sep=';' a} >>> }", "Delete one"],
  ["task t { }", "command <<<"],
  ["task t { command { } command { } }", "into one"],
  ["task t { command { } meta { a = 1 } }", "key: value"],
  ["task t { command { } meta { a: b } }", "expressions"],
  ["task t { command { echo { }", "do not pair up"],
  ["task t { command <<< }", ">>>"],
  ['import "a~{x}.wdl"', "before anything runs"],
  ['import "a.wdl" alias S T', "alias S as NewName"],
  ["workflow w { } }", "too many"],
])("the typical mistake %j is told with its remedy", (text, hint) => {
  const found = only(`version 1.0\n${text}`);
  expect(found).toMatchObject({ severity: "error", line: 2 });
  expect(found.hint).toContain(hint);
});

test.each([
  ["comparison in a placeholder", "task t { command <<< ~{a == b} >>> }", "placeholder-cromwell"],
  ["Float literal in a placeholder", "task t { command <<< ~{1.5} >>> }", "placeholder-cromwell"],
  ["null in meta", "task t { command { } meta { a: null } }", "meta-null"],
  ["escaped backslash at the end", String.raw`workflow w { String s = "a\\" }`, "string-ends-in-backslash"],
  ["option in a plain string", `workflow w { String s = "~{sep=',' x}" }`, "option-in-string"],
  ["Int of more than 32 bits", "workflow w { Int i = 2147483648 }", "int-beyond-32-bits"],
  ["second meta section", "workflow w { meta { } meta { } }", "duplicate-section"],
])("what AWE runs and Cromwell may not is a warning: %s", (_, text, rule) => {
  expect(only(`version 1.0\n${text}`)).toMatchObject({ severity: "warning", rule, line: 2 });
});

test("comparisons in parentheses, in a function and other than by == are no warning", () => {
  expect(
    parseDocument("version 1.0\ntask t { command <<< ~{(a == b)} ~{f(a == b)} ~{a < b} >>> }", "m").diagnostics,
  ).toEqual([]);
});

test.each([
  ["parentheses", "(", ")"],
  ["arrays", "[", "]"],
  ["maps", "{1:", "}"],
  ["calls", "f(", ")"],
  ["indexes", "a[", "]"],
  ["negations", "!", ""],
  ["conditionals", "if a then b else ", ""],
  ["objects", "object{a:", "}"],
  ["strings", `"~{`, `}"`],
  ["sums", "1 + ", ""],
  ["members", "b", ".a"],
])("10,000 nested %s give a diagnostic", (_, open, close) => {
  const text = inWorkflow(`  Int x = ${open.repeat(10_000)}1${close.repeat(10_000)}\n  Int y 2`);
  expect(errors(text)).toContain("4 missing-equals");
  expect(errors(text)[0]).toBe("3 too-deep");
});

test("10,000 nested types, bodies and meta values give a diagnostic", () => {
  const deep = (open: string, close: string): string => open.repeat(10_000) + close.repeat(10_000);
  expect(errors(inWorkflow(`${deep("Array[", "]")} x = 1`))[0]).toBe("3 too-deep");
  expect(errors(inWorkflow(deep("if (a) {", "}")))[0]).toBe("3 too-deep");
  expect(errors(inWorkflow(`meta { a: ${deep("[", "]")} }`))[0]).toBe("3 too-deep");
});

test("a sum of a few hundred parts is no trouble", () => {
  expect(errors(inWorkflow(`String x = ${"a + ".repeat(400)}b`))).toEqual([]);
});

test("after fifty errors the rest is not read", () => {
  const found = errors(inWorkflow("  Int x 1\n".repeat(500)));
  expect(found).toHaveLength(51);
  expect(found.at(-1)).toMatch(/too-many-errors$/);
});

test("mistakes that do not keep from reading on, and warnings, are told in bounded number as well", () => {
  expect(errors(`version 1.0\n${"workflow w {}\n".repeat(1_000)}`)).toHaveLength(51);
  const { diagnostics } = parseDocument(inWorkflow(`String s = "${String.raw`\q`.repeat(1_000)}"`), "main.wdl");
  expect(diagnostics).toHaveLength(100);
});

test("options that Cromwell never looks at, in strings, are no error", () => {
  const text = `version 1.0
workflow w { String s = "~{true='x' a} ~{sep=',' sep=';' b} ~{sepp=',' c}" }
task t { command <<< ~{"~{true='x' a}"} >>> }`;
  const { diagnostics } = parseDocument(text, "main.wdl");
  expect(diagnostics.map(({ severity }) => severity)).not.toContain("error");
  expect(diagnostics.map(({ rule }) => rule)).toContain("lone-placeholder-option");
});
