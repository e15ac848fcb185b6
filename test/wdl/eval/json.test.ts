import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromJson, jsonText, toJson } from "#src/wdl/json.ts";
import { ANY, typeText } from "#src/wdl/type-rules.ts";
import type { Type } from "#src/wdl/types.ts";
import {
  arrayValue,
  booleanValue,
  fileValue,
  floatValue,
  mapValue,
  NONE,
  objectValue,
  pairValue,
  stringValue,
} from "#src/wdl/values.ts";
import type { Value } from "#src/wdl/values.ts";

const INT: Type = { kind: "int" };
const FLOAT: Type = { kind: "float" };
const STRING: Type = { kind: "string" };
const array = (item: Type, nonEmpty = false): Type => ({ kind: "array", item, nonEmpty });
const pair = (left: Type, right: Type): Type => ({ kind: "pair", left, right });
const map = (key: Type, value: Type): Type => ({ kind: "map", key, value });
const BIRD: Type = {
  kind: "struct",
  name: "Bird",
  members: new Map<string, Type>([
    ["name", STRING],
    ["ages", array(INT)],
    ["song", { kind: "optional", inner: STRING }],
  ]),
};

const READ: readonly (readonly [unknown, Type, unknown])[] = [
  ["5", INT, 5],
  [5, INT, 5],
  ["-5", INT, -5],
  ["1.5", FLOAT, 1.5],
  [9, FLOAT, 9],
  ["true", { kind: "boolean" }, true],
  ["a.txt", { kind: "file" }, "a.txt"],
  [null, { kind: "optional", inner: INT }, null],
  [[], array(INT), []],
  [
    { a: 1, b: 2 },
    array(pair(STRING, INT)),
    [
      { left: "a", right: 1 },
      { left: "b", right: 2 },
    ],
  ],
  [{ "1": "Mon" }, map(INT, STRING), { "1": "Mon" }],
  [{ Left: "B7", RIGHT: 40 }, pair(STRING, INT), { left: "B7", right: 40 }],
  [{ name: "auk", ages: [1], more: 1 }, BIRD, { name: "auk", ages: [1], song: null }],
  [{ a: [1, 1.5, "x", null, true] }, { kind: "object" }, { a: [1, 1.5, "x", null, true] }],
  [JSON.parse('{"__proto__": {"x": 1}}'), { kind: "object" }, JSON.parse('{"__proto__": {"x": 1}}')],
];

describe("JSON is read as Cromwell reads it", () => {
  for (const [json, type, expected] of READ) {
    test(`${JSON.stringify(json)} as ${typeText(type)}`, () => {
      expect(toJson(fromJson(json, type, "wf.x"))).toEqual(expected);
    });
  }
});

const REFUSED: readonly (readonly [unknown, Type, string])[] = [
  [5, STRING, "wf.x: expected String, found a number; write it in quotes"],
  [true, STRING, "wf.x: expected String, found a boolean; write it in quotes"],
  [1.5, INT, "wf.x: expected Int, found a number"],
  ["1.5", INT, "wf.x: expected Int, found a string"],
  [2 ** 53, INT, "wf.x: 9007199254740992 is out of range for an Int"],
  ["x", FLOAT, "wf.x: expected Float"],
  [1, { kind: "boolean" }, "wf.x: expected Boolean"],
  [1, { kind: "file" }, "wf.x: expected File"],
  [null, INT, "wf.x: expected Int, found null"],
  [undefined, INT, "wf.x: expected Int, found nothing"],
  [5, array(INT), "wf.x: expected Array[Int], found a number"],
  [[], array(INT, true), "wf.x: expected Array[Int]+, which must have at least one item, found []"],
  [[1, ["a"]], array(array(INT)), "wf.x[0]: expected Array[Int], found a number"],
  [{ a: { b: "x" } }, map(STRING, map(STRING, INT)), 'wf.x["a"]["b"]: expected Int, found a string'],
  [[1, 2], pair(INT, INT), "wf.x: expected Pair[Int, Int], found an array of 2 items"],
  [{ left: 1 }, pair(INT, INT), "wf.x: expected Pair[Int, Int], found an object"],
  [{ name: "auk" }, BIRD, "wf.x: struct Bird needs the member ages (Array[Int]), which is missing"],
  [{ name: "auk", ages: [1, "b"] }, BIRD, "wf.x.ages[1]: expected Int, found a string"],
  ["x", BIRD, "wf.x: expected Bird"],
];

describe("JSON of the wrong type is refused with its place", () => {
  for (const [json, type, message] of REFUSED) {
    test(`${JSON.stringify(json)} as ${typeText(type)}`, () => {
      expect(() => fromJson(json, type, "wf.x")).toThrow(message);
    });
  }
});

test("JSON that is nested without end is refused instead of overflowing the stack", () => {
  const deep: unknown = JSON.parse(`${"[".repeat(10_000)}${"]".repeat(10_000)}`);
  expect(() => fromJson(deep, ANY, "f.json")).toThrow("nested deeper than 500 levels");
});

test("JSON text keeps Floats apart from Ints and Maps in their order", () => {
  const value = mapValue([
    [stringValue("2"), floatValue(3)],
    [stringValue("1"), arrayValue([{ kind: "int", value: 3 }, floatValue(1e21), NONE, stringValue('"\n')])],
  ]);
  expect(jsonText(value)).toBe('{"2":3.0,"1":[3,1e+21,null,"\\"\\n"]}');
});

/* The property: what a type's value is written as is read back as the same value. */

interface Sample {
  readonly type: Type;
  readonly value: Value;
}

const primitives: readonly fc.Arbitrary<Sample>[] = [
  fc.boolean().map((value) => ({ type: { kind: "boolean" }, value: booleanValue(value) })),
  fc.maxSafeInteger().map((value) => ({ type: INT, value: { kind: "int", value } })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ type: FLOAT, value: floatValue(value) })),
  fc.string({ unit: "binary" }).map((value) => ({ type: STRING, value: stringValue(value) })),
  fc.string().map((path) => ({ type: { kind: "file" }, value: fileValue(path) })),
];

/** A random type with a value of it. */
const samples = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 4, depthIdentifier: "value" },
    fc.oneof(...primitives),
    tie("sample").map(({ type, value }): Sample => ({ type: array(type, true), value: arrayValue([value, value]) })),
    tie("sample").map(({ type }): Sample => ({ type: array(type), value: arrayValue([]) })),
    fc.tuple(tie("sample"), fc.boolean()).map(([{ type, value }, present]): Sample => ({
      type: type.kind === "optional" ? type : { kind: "optional", inner: type },
      value: present ? value : NONE,
    })),
    fc.tuple(tie("sample"), tie("sample")).map(([left, right]): Sample => ({
      type: pair(left.type, right.type),
      value: pairValue(left.value, right.value),
    })),
    fc.tuple(fc.oneof(...primitives), tie("sample")).map(([key, item]): Sample => ({
      type: map(key.type, item.type),
      value: mapValue([[key.value, item.value]]),
    })),
    fc.dictionary(fc.string(), tie("sample"), { maxKeys: 4, noNullPrototype: true }).map((members): Sample => ({
      type: {
        kind: "struct",
        name: "S",
        members: new Map(Object.entries(members).map(([name, { type }]) => [name, type])),
      },
      value: objectValue(new Map(Object.entries(members).map(([name, { value }]) => [name, value])), "S"),
    })),
  ),
}));

test("a value that is written as JSON and read again is the same value", () => {
  fc.assert(
    fc.property(samples.sample, ({ type, value }) => {
      expect(fromJson(toJson(value), type, "x")).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

test("a value that is written as JSON text and parsed again is the same value", () => {
  fc.assert(
    fc.property(samples.sample, ({ type, value }) => {
      expect(normal(fromJson(JSON.parse(jsonText(value)), type, "x"))).toEqual(normal(value));
    }),
    { numRuns: 500 },
  );
});

/** Text has no negative zero. */
function normal(value: Value): unknown {
  return JSON.parse(jsonText(value));
}
