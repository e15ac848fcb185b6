import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Expr, MetaValue, TypeNode, WdlDocument } from "#src/wdl/ast.ts";
import { parseDocument } from "#src/wdl/parse/document.ts";

const CASES = new URL("cases/", import.meta.url).pathname;

/** The cases whose mistake is one of syntax; all other documents parse. */
const SYNTAX_CASES: ReadonlySet<string> = new Set([
  "reject-lone-true-option",
  "reject-no-version",
  "reject-placeholder-option",
  "reject-syntax-equals-sign",
  "reject-two-workflows",
]);

const documents = globSync("**/*.wdl", { cwd: CASES }).sort();

test.each(documents.filter((file) => !SYNTAX_CASES.has(file.split("/")[0] ?? "")))("%s parses", (file) => {
  const { document, diagnostics } = parseDocument(readFileSync(CASES + file, "utf8"), file);
  expect(diagnostics).toEqual([]);
  expect(document).toBeDefined();
});

test.each([...SYNTAX_CASES])("%s is refused on the line of its mistake", (name) => {
  const { line } = JSON.parse(readFileSync(`${CASES}${name}/expected.json`, "utf8")) as { line: number };
  const { diagnostics } = parseDocument(readFileSync(`${CASES}${name}/source.wdl`, "utf8"), "source.wdl");
  expect(diagnostics.map((found) => [found.severity, found.file, found.line])).toEqual([["error", "source.wdl", line]]);
  expect(diagnostics[0]?.hint).toBeTruthy();
});

/* What is read */

function parsed(text: string): WdlDocument {
  const { document, diagnostics } = parseDocument(text, "main.wdl");
  expect(diagnostics).toEqual([]);
  if (document === undefined) throw new Error("no document");
  return document;
}

/** The value of a declaration in a workflow, without spans. */
function expression(source: string, version = "1.1"): unknown {
  const { document, diagnostics } = parseDocument(
    `version ${version}\nworkflow w {\n  Int x = ${source}\n}`,
    "main.wdl",
  );
  expect(diagnostics.filter((found) => found.severity === "error")).toEqual([]);
  const [declaration] = document?.workflow?.body ?? [];
  if (declaration?.kind !== "declaration" || declaration.value === undefined) throw new Error("no declaration");
  return brief(declaration.value);
}

/** An expression as nested lists, to compare shapes at a glance. */
function brief(expr: Expr): unknown {
  switch (expr.kind) {
    case "boolean":
    case "int":
    case "float":
      return expr.value;
    case "none":
      return null;
    case "string":
      return expr.template.parts.map((part) => (typeof part === "string" ? part : { put: brief(part.expr) }));
    case "name":
      return expr.name;
    case "array":
      return ["array", ...expr.items.map(brief)];
    case "map":
      return ["map", ...expr.entries.map((entry) => [brief(entry.key), brief(entry.value)])];
    case "pair":
      return ["pair", brief(expr.left), brief(expr.right)];
    case "object":
      return ["object", ...expr.members.map((member) => [member.name.text, brief(member.value)])];
    case "struct":
      return [expr.struct.text, ...expr.members.map((member) => [member.name.text, brief(member.value)])];
    case "unary":
      return [expr.operator, brief(expr.operand)];
    case "binary":
      return [expr.operator, brief(expr.left), brief(expr.right)];
    case "if":
      return ["if", brief(expr.condition), brief(expr.whenTrue), brief(expr.whenFalse)];
    case "call":
      return [`${expr.function.text}()`, ...expr.arguments.map(brief)];
    case "member":
      return [".", brief(expr.object), expr.member.text];
    case "index":
      return ["[]", brief(expr.object), brief(expr.index)];
  }
}

test.each([
  ["a + b * 3 - c", ["-", ["+", "a", ["*", "b", 3]], "c"]],
  [
    "a || b && c == d < e + f % -g",
    ["||", "a", ["&&", "b", ["==", "c", ["<", "d", ["+", "e", ["%", "f", ["-", "g"]]]]]]],
  ],
  ["20 - 5 - 3", ["-", ["-", 20, 5], 3]],
  ["-a.b[0]", ["-", ["[]", [".", "a", "b"], 0]]],
  ["!(a || b)", ["!", ["||", "a", "b"]]],
  ["!!a != b", ["!=", ["!", ["!", "a"]], "b"]],
  ["(1, (2, 3)).right", [".", ["pair", 1, ["pair", 2, 3]], "right"]],
  ["[1, 2,]", ["array", 1, 2]],
  ["{}", ["map"]],
  ['{"a": 1, "b": 2,}', ["map", [["a"], 1], [["b"], 2]]],
  ["if a then b else if c then d else e + 1", ["if", "a", "b", ["if", "c", "d", ["+", "e", 1]]]],
  ['"x" + if a then b else c', ["+", ["x"], ["if", "a", "b", "c"]]],
  ["f(1, g(),)", ["f()", 1, ["g()"]]],
  ['object { a: 1, "b": None, }', ["object", ["a", 1], ["b", null]]],
  ["Point { x: 1 }", ["Point", ["x", 1]]],
  ["object.left + left", ["+", [".", "object", "left"], "left"]],
  ["a\n  # in between\n  + b", ["+", "a", "b"]],
])("the expression %s has the right shape", (source, shape) => {
  expect(expression(source)).toEqual(shape);
});

test("None is a name in 1.0 and a value in 1.1", () => {
  expect(expression("None", "1.0")).toBe("None");
  expect(expression("None", "1.1")).toBeNull();
});

test.each([
  ["017", 15],
  ["0", 0],
  ["08", 8],
  ["0xFf", 255],
  ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ["1e3", 1000],
  ["1.5E-2", 0.015],
  [".5", 0.5],
  ["2.", 2],
])("the number %s is read", (source, value) => {
  expect(expression(source)).toBe(value);
});

test("whole numbers with a point or an exponent are Floats", () => {
  const { workflow } = parsed("version 1.0\nworkflow w { Float a = 1e3 Float b = 2.0 Int c = 2 }");
  const kinds = workflow?.body.map((node) => (node.kind === "declaration" ? node.value?.kind : undefined));
  expect(kinds).toEqual(["float", "float", "int"]);
});

test.each([
  [String.raw`"a\n\t\"\'\\ \~{x} \${y}"`, ["a\n\t\"'\\ ~{x} ${y}"]],
  [String.raw`"\x41\102\u0043\U0001F600\0"`, ["ABC\u{1F600}\0"]],
  [String.raw`'it\'s "so"'`, [`it's "so"`]],
  [`"~{a}/\${b}"`, [{ put: "a" }, "/", { put: "b" }]],
  [`"~{if x then "~{y}" else 'z'}!"`, [{ put: ["if", "x", [{ put: "y" }], ["z"]] }, "!"]],
  [`"5$ ~ 2 { } # no comment"`, ["5$ ~ 2 { } # no comment"]],
  [`""`, []],
])("the string %s is decoded", (source, parts) => {
  expect(expression(source)).toEqual(parts);
});

test("an escape that WDL does not know stays as written, with a warning", () => {
  const { document, diagnostics } = parseDocument(
    String.raw`version 1.0
workflow w { String x = "a\.b" }`,
    "main.wdl",
  );
  expect(diagnostics).toMatchObject([{ severity: "warning", rule: "unknown-escape", line: 2, column: 27 }]);
  expect(document?.workflow?.body[0]).toMatchObject({ value: { template: { parts: [String.raw`a\.b`] } } });
});

function typeText(type: TypeNode): string {
  const end = type.optional ? "?" : "";
  switch (type.kind) {
    case "primitive":
    case "struct":
      return type.name + end;
    case "array":
      return `Array[${typeText(type.item)}]${type.nonEmpty ? "+" : ""}${end}`;
    case "map":
      return `Map[${typeText(type.key)},${typeText(type.value)}]${end}`;
    case "pair":
      return `Pair[${typeText(type.left)},${typeText(type.right)}]${end}`;
  }
}

test("types are read with spaces wherever they may stand", () => {
  const { workflow } = parsed(`version 1.0
workflow w { input {
  Array [ Array[File?] + ] ?a
  Map[String,Pair[Int,Sample]]? b
  Sample ? c
  Object d
  Directory e
} }`);
  expect(workflow?.inputs.map((input) => typeText(input.type))).toEqual([
    "Array[Array[File?]+]?",
    "Map[String,Pair[Int,Sample]]?",
    "Sample?",
    "Object",
    "Directory",
  ]);
});

function command(text: string): readonly unknown[] {
  const { document, diagnostics } = parseDocument(`version 1.0\ntask t {\n  command ${text}\n}`, "main.wdl");
  expect(diagnostics).toEqual([]);
  const parts = document?.tasks[0]?.command.parts ?? [];
  return parts.map((part) => (typeof part === "string" ? part : brief(part.expr)));
}

test("a command between angles keeps everything but ~{…}", () => {
  const raw = "\n  a \\n ${x} {b} \"c\" 'd' ~ ~x # <<< EOF \\";
  expect(command(`<<<${raw}~{y}>>>`)).toEqual([raw, "y"]);
});

test("a command in braces ends at the first brace that does not pair up, with a warning for those that do", () => {
  const text = "version 1.0\ntask t {\n  command { f() { echo ${a} ~{b}; } $c }\n}";
  const { document, diagnostics } = parseDocument(text, "main.wdl");
  expect(diagnostics).toMatchObject([{ severity: "warning", rule: "brace-in-command", line: 3, column: 35 }]);
  const parts = document?.tasks[0]?.command.parts.map((part) => (typeof part === "string" ? part : brief(part.expr)));
  expect(parts).toEqual([" f() { echo ", "a", " ", "b", "; } $c "]);
});

test("a command in braces with one left open ends before the next section", () => {
  const { tasks } = parsed("version 1.0\ntask t {\n  command {\n command { echo\n  } # end\n  runtime { cpu: 1 }\n}");
  expect(tasks[0]?.command.parts).toEqual(["\n command { echo\n  "]);
  expect(tasks[0]?.runtime).toHaveLength(1);
});

test("placeholders in commands hold strings with escaped and other quotes", () => {
  expect(command(String.raw`<<<"~{"a \"b\" }" + 'it\'s'}">>>`)).toEqual(['"', ["+", ['a "b" }'], ["it's"]], '"']);
});

test("placeholder options may be combined, spaced, and stand before a bracket", () => {
  const { tasks } = parsed(`version 1.0
task t { command <<<~{default = "x" sep=', ' [a, b]} ~{true="1" false='' c} ~{default=-1 d} ~{sep} ~{default=f(1) e}>>> }`);
  const found = tasks[0]?.command.parts.flatMap((part) => {
    if (typeof part === "string") return [];
    const options = Object.entries(part.options).map(([name, value]) => [name, brief(value as Expr)]);
    return [[options, brief(part.expr)]];
  });
  expect(found).toEqual([
    [
      [
        ["default", ["x"]],
        ["sep", [", "]],
      ],
      ["array", "a", "b"],
    ],
    [
      [
        ["true", ["1"]],
        ["false", []],
      ],
      "c",
    ],
    [[["default", ["-", 1]]], "d"],
    [[], "sep"],
    [[["default", ["f()", 1]]], "e"],
  ]);
});

test("a call may leave `input:` away, repeat it, pass names through and end in a comma", () => {
  const { workflow } = parsed(`version 1.1
workflow w {
  call a
  call b {}
  call c.d as e after a after b { input: x = 1, y, input: input = 2, }
  call f { x = 1, after = y }
  call g { input: }
}`);
  const calls = workflow?.body.map((node) => {
    if (node.kind !== "call") return node.kind;
    const inputs = node.inputs.map((input) => [input.name.text, brief(input.value)]);
    return [node.target.map((part) => part.text).join("."), node.name.text, node.after.map((one) => one.text), inputs];
  });
  expect(calls).toEqual([
    ["a", "a", [], []],
    ["b", "b", [], []],
    [
      "c.d",
      "e",
      ["a", "b"],
      [
        ["x", 1],
        ["y", "y"],
        ["input", 2],
      ],
    ],
    [
      "f",
      "f",
      [],
      [
        ["x", 1],
        ["after", "y"],
      ],
    ],
    ["g", "g", [], []],
  ]);
});

test("keywords are names where no keyword can stand", () => {
  const { tasks, workflow } = parsed(`version 1.1
task task { input { String input  Int output = 1 } String command = input command { } runtime { meta: 1 } output { Int version = 1 } }
workflow workflow { Int object = 1 Int left = object Int scatter_ = left.right call task { input: input = "x" } }`);
  expect(tasks[0]?.inputs.map((one) => one.name.text)).toEqual(["input", "output"]);
  expect(tasks[0]?.declarations.map((one) => one.name.text)).toEqual(["command"]);
  expect(workflow?.body).toHaveLength(4);
});

test("meta values are read as they stand, the last of equal keys counts", () => {
  const { tasks } = parsed(`version 1.0
task t {
  meta { a: "~{x} \\"q\\"" b: -1.5, c: [1, [true,], ] d: { "e f": { }, g: 'h', } a: "last" __proto__: 1 }
  parameter_meta { x: { help: "h" } }
  command {}
}`);
  const expected: Record<string, MetaValue> = { a: "last", b: -1.5, c: [1, [true]], d: { "e f": {}, g: "h" } };
  expect(tasks[0]?.meta).toMatchObject(expected);
  expect(Object.keys(tasks[0]?.meta ?? {})).toEqual(["a", "b", "c", "d", "__proto__"]);
  expect(tasks[0]?.parameterMeta).toEqual({ x: { help: "h" } });
});

test("imports have namespaces and aliases", () => {
  const { imports } = parsed(`version 1.0
import "a/b.wdl"
import 'https://example.org/x/c.wdl?raw=1' alias S as T alias U as V
import "d.wdl" as e`);
  const found = imports.map((one) => [
    one.namespace.text,
    one.aliases.map(({ from, to }) => `${from.text}→${to.text}`),
  ]);
  expect(found).toEqual([
    ["b", []],
    ["c", ["S→T", "U→V"]],
    ["e", []],
  ]);
});

test("a workflow without an output section is told from one with an empty one", () => {
  expect(parsed("version 1.0\nworkflow w { }").workflow?.outputs).toBeUndefined();
  expect(parsed("version 1.0\nworkflow w { output { } }").workflow?.outputs).toEqual([]);
});

test("spans say where things stand, also behind line breaks of both kinds and a byte order mark", () => {
  const text = "\uFEFF# c\r\nversion 1.0\r\nworkflow w {\r\n  call a.b\r\n  Int  xy = (1 + 2)\r\n}";
  const { workflow } = parsed(text);
  const [call, declaration] = workflow?.body ?? [];
  expect(call?.span).toMatchObject({ line: 4, column: 3 });
  expect(text.slice(call?.span.offset, call?.span.end)).toBe("call a.b");
  if (declaration?.kind !== "declaration") throw new Error("no declaration");
  expect(declaration.name.span).toMatchObject({ line: 5, column: 8 });
  expect(text.slice(declaration.span.offset, declaration.span.end)).toBe("Int  xy = (1 + 2)");
});
