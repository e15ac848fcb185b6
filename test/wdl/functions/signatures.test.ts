import { expect, test } from "vitest";
import { SIGNATURES } from "#src/wdl/functions/signatures.ts";
import { typeText } from "#src/wdl/type-rules.ts";
import { programOf } from "../check/checked.ts";

test("knows the 35 functions of WDL 1.0 and the 46 of 1.1, less the four that Cromwell has dropped", () => {
  const known = (version: "1.0" | "1.1"): string[] =>
    [...SIGNATURES].filter(([, { versions }]) => versions.includes(version)).map(([name]) => name);
  expect(known("1.0")).toHaveLength(35);
  expect(known("1.1")).toHaveLength(46 - 4);
  expect(SIGNATURES.size).toBe(46);
});

test.each([
  ["length([1])", "Int"],
  ["range(3)", "Array[Int]"],
  ["select_first([maybe, 1])", "Int"],
  ["select_all([maybe])", "Array[Int]"],
  ["zip([1], ['a'])", "Array[Pair[Int, String]]"],
  ["transpose([[1], [2]])", "Array[Array[Int]]"],
  ["flatten([['a']])", "Array[String]"],
  ["as_pairs({'a': 1})", "Array[Pair[String, Int]]"],
  ["as_map([('a', 1)])", "Map[String, Int]"],
  ["collect_by_key([('a', 1)])", "Map[String, Array[Int]]"],
  ["keys({1: 'x'})", "Array[Int]"],
  ["unzip([('a', 1)])", "Pair[Array[String], Array[Int]]"],
  ["min(1, 2)", "Int"],
  ["max(1.5, 2)", "Float"],
  ["quote([1])", "Array[String]"],
  ["sep(',', [1])", "String"],
  ["size(['a'], 'MB')", "Float"],
  ["read_map('f')", "Map[String, String]"],
  ["basename('a.b', '.b')", "String"],
  ["sub('a', 'b', 'c')", "String"],
  ["write_json({'a': [1]})", "File"],
])("gives %s the type %s", async (call, type) => {
  // A Boolean takes no array, number or file, so that the message names the type of the call.
  const wrong = type === "Boolean" ? "Int" : "Pair[Boolean, Boolean]";
  const { diagnostics } = await programOf(`version 1.1
workflow w {
  input { Int? maybe }
  ${wrong} x = ${call}
  output {}
}`);
  const [found] = diagnostics;
  if (type.startsWith("Pair")) expect(found?.message).toMatch(/^`x` is .*, but its value is Pair/);
  else expect(found?.message).toBe(`\`x\` is ${wrong}, but its value is ${type}.`);
});

test.each([
  ["length('a')", "`length` needs Array[X], but got String."],
  ["range(1.5)", "`range` needs Int, but got Float."],
  ["size(1)", "`size` needs File, File? or an Array of them, but got Int."],
  ["flatten([1])", "`flatten` needs Array[Array[X]], but got Array[Int]+."],
  ["transpose(1)", "`transpose` needs Array[Array[X]], but got Int."],
  ["zip([1], 2)", "`zip` needs Array[Y], but got Int."],
  ["select_first(1)", "`select_first` needs Array[X?], but got Int."],
  ["keys([1])", "`keys` needs Map[P, Y], but got Array[Int]+."],
  ["as_map([1])", "`as_map` needs Array[Pair[P, Y]], but got Array[Int]+."],
  ["quote([[1]])", "`quote` needs Array of a primitive type, but got Array[Array[Int]+]+."],
  ["sep(',', 'a')", "`sep` needs Array[String], but got String."],
  ["min('a', 1)", "`min` needs Int or Float, but got String."],
  ["unzip([1])", "`unzip` needs Array[Pair[X, Y]], but got Array[Int]+."],
  ["write_lines('a')", "`write_lines` needs Array[String], but got String."],
])("refuses %s", async (call, message) => {
  const { diagnostics } = await programOf(`version 1.1\nworkflow w {\n  output { String x = "a" + ${call} }\n}`);
  expect(diagnostics.map((found) => found.message)).toContain(message);
});

test("leaves the type open where an argument is not known before the run", () => {
  const any = { kind: "any" } as const;
  for (const [name, signature] of SIGNATURES) {
    const types = Array.from({ length: signature.minArguments }, () => any);
    const result = signature.result(types);
    expect(result.kind, name).not.toBe("mismatch");
    if (result.kind !== "mismatch") expect(typeText(result)).not.toBe("");
  }
});
