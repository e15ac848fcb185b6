import fc from "fast-check";
import { expect, test } from "vitest";
import { coercible, optionalOf, resolveType, sameType, typeText, typeWithin, unify } from "#src/wdl/type-rules.ts";
import type { Type } from "#src/wdl/types.ts";
import { programOf } from "./check/checked.ts";

const BOOLEAN: Type = { kind: "boolean" };
const INT: Type = { kind: "int" };
const FLOAT: Type = { kind: "float" };
const STRING: Type = { kind: "string" };
const FILE: Type = { kind: "file" };
const OBJECT: Type = { kind: "object" };
const ANY: Type = { kind: "any" };
const NONE: Type = { kind: "none" };

function array(item: Type, nonEmpty = false): Type {
  return { kind: "array", item, nonEmpty };
}

function map(key: Type, value: Type): Type {
  return { kind: "map", key, value };
}

function pair(left: Type, right: Type): Type {
  return { kind: "pair", left, right };
}

function struct(name: string, members: Readonly<Record<string, Type>>): Type & { kind: "struct" } {
  return { kind: "struct", name, members: new Map(Object.entries(members)) };
}

test("reads every type of a document and writes it back", async () => {
  const types = ["Int", "Array[File?]+", "Map[String, Pair[Int, Bird]]?", "Array[Array[Boolean]]", "Object", "Float?"];
  const declarations = types.map((type, index) => `${type} x${index}`).join("\n");
  const { main } = await programOf(`version 1.0\nstruct Bird { Int n }\nworkflow w {\ninput {\n${declarations}\n}\n}`);
  const read = (main.document.workflow?.inputs ?? []).map(({ type }) => typeText(resolveType(type, main.structs)));
  expect(read).toEqual(types);
});

test.each<[string, Type, Type]>([
  ["Int to Float", INT, FLOAT],
  ["Int to String", INT, STRING],
  ["Boolean to String", BOOLEAN, STRING],
  ["String to Int", STRING, INT],
  ["String to Boolean", STRING, BOOLEAN],
  ["String to File", STRING, FILE],
  ["File to String", FILE, STRING],
  ["a value to its optional", INT, optionalOf(FLOAT)],
  ["None to an optional", NONE, optionalOf(FILE)],
  ["Array[Int] to Array[String]+", array(INT), array(STRING, true)],
  ["an empty array to every array", array(ANY), array(array(FILE))],
  ["Map to Array of Pairs", map(STRING, INT), array(pair(STRING, FLOAT))],
  ["Map to struct", map(STRING, INT), struct("S", { n: INT })],
  ["Object to struct", OBJECT, struct("S", { n: INT })],
  ["struct to Map", struct("S", { n: INT }), map(STRING, INT)],
  ["struct to struct with other order", struct("A", { x: INT, y: FILE }), struct("B", { y: STRING, x: FLOAT })],
])("takes %s", (_name, from, to) => {
  expect(coercible(from, to)).toBe(true);
});

test.each<[string, Type, Type]>([
  ["Float to Int", FLOAT, INT],
  ["Int to Boolean", INT, BOOLEAN],
  ["Int to File", INT, FILE],
  ["an optional to its value", optionalOf(INT), INT],
  ["None to a value", NONE, STRING],
  ["an item to an array", INT, array(INT)],
  ["an array to an item", array(INT), INT],
  ["Array[Int?] to Array[Int]", array(optionalOf(INT)), array(INT)],
  ["Array of Pairs to Map", array(pair(STRING, INT)), map(STRING, INT)],
  ["Pair to array", pair(INT, INT), array(INT)],
  ["struct to a struct with more members", struct("A", { x: INT }), struct("B", { x: INT, y: optionalOf(INT) })],
  ["struct to String", struct("A", { x: INT }), STRING],
])("refuses %s", (_name, from, to) => {
  expect(coercible(from, to)).toBe(false);
});

test.each<[string, Type[], Type]>([
  ["Int and Float", [INT, FLOAT], FLOAT],
  ["Int and String", [INT, STRING], STRING],
  ["File and String", [FILE, STRING], STRING],
  ["Int and Boolean", [INT, BOOLEAN], STRING],
  ["Int and None", [INT, NONE], optionalOf(INT)],
  ["Int? and Float", [optionalOf(INT), FLOAT], optionalOf(FLOAT)],
  ["an empty array and Array[Int]", [array(ANY), array(INT, true)], array(INT, false)],
  ["pairs", [pair(INT, INT), pair(FLOAT, STRING)], pair(FLOAT, STRING)],
  ["maps", [map(STRING, INT), map(INT, FLOAT)], map(STRING, FLOAT)],
  ["an array and an Int", [array(INT), INT], ANY],
  ["nothing", [], ANY],
])("joins %s", (_name, types, joined) => {
  expect(unify(types)).toEqual(joined);
});

const anyType: fc.Arbitrary<Type> = fc.letrec<{ type: Type }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(BOOLEAN, INT, FLOAT, STRING, FILE, OBJECT),
    fc.tuple(tie("type"), fc.boolean()).map(([item, nonEmpty]) => array(item, nonEmpty)),
    fc.tuple(fc.constantFrom(INT, STRING, FILE), tie("type")).map(([key, value]) => map(key, value)),
    fc.tuple(tie("type"), tie("type")).map(([left, right]) => pair(left, right)),
    tie("type").map(optionalOf),
    tie("type").map((member) => struct("S", { member })),
  ),
})).type;

test("every type fits itself, its optional and Any, and no optional fits what it holds", () => {
  fc.assert(
    fc.property(anyType, (type) => {
      expect(coercible(type, type)).toBe(true);
      expect(sameType(type, structuredClone(type))).toBe(true);
      expect(coercible(type, optionalOf(type))).toBe(true);
      expect(coercible(type, ANY) && coercible(ANY, type)).toBe(true);
      if (type.kind === "optional") expect(coercible(type, type.inner)).toBe(false);
    }),
  );
});

test("what joins two types takes both of them", () => {
  fc.assert(
    fc.property(anyType, anyType, (left, right) => {
      const joined = unify([left, right]);
      expect(coercible(left, joined) && coercible(right, joined)).toBe(true);
    }),
  );
});

test("compares structs that hold each other twice over many levels in no time", () => {
  let left = struct("A", { n: INT });
  let right = struct("A", { n: INT });
  for (let level = 0; level < 60; level++) {
    left = struct("A", { one: left, two: left });
    right = struct("A", { one: right, two: right });
  }
  expect(sameType(left, right) && coercible(left, right)).toBe(true);
});

test.each<[Type, number | string, Type | undefined]>([
  [array(INT), 3, INT],
  [array(INT), "x", undefined],
  [optionalOf(array(INT)), 0, INT],
  [map(STRING, FLOAT), "x", FLOAT],
  [map(STRING, FLOAT), 0, undefined],
  [pair(INT, FILE), 0, INT],
  [pair(INT, FILE), 1, FILE],
  [pair(INT, FILE), "Left", INT],
  [pair(INT, FILE), "right", FILE],
  [struct("Bird", { n: INT }), "n", INT],
  [struct("Bird", { n: INT }), "m", undefined],
  [OBJECT, "x", ANY],
  [ANY, 0, ANY],
  [INT, 0, undefined],
])("in JSON for %o the type at %j is %o", (type, key, within) => {
  expect(typeWithin(type, key)).toEqual(within);
});
