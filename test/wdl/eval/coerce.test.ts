import { describe, expect, test } from "vitest";
import { coerce, WdlError } from "#src/wdl/coerce.ts";
import { typeText } from "#src/wdl/type-rules.ts";
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
const BOOLEAN: Type = { kind: "boolean" };
const FILE: Type = { kind: "file" };
const DIRECTORY: Type = { kind: "directory" };
const OBJECT: Type = { kind: "object" };
const array = (item: Type, nonEmpty = false): Type => ({ kind: "array", item, nonEmpty });
const map = (key: Type, value: Type): Type => ({ kind: "map", key, value });
const pair = (left: Type, right: Type): Type => ({ kind: "pair", left, right });
const optional = (inner: Type): Type => ({ kind: "optional", inner });
const POINT: Type = {
  kind: "struct",
  name: "Point",
  members: new Map<string, Type>([
    ["x", FLOAT],
    ["label", optional(STRING)],
  ]),
};

const int = (value: number): Value => ({ kind: "int", value });
const text = stringValue;
const object = (members: Readonly<Record<string, Value>>, struct?: string): Value =>
  objectValue(new Map(Object.entries(members)), struct);
const ints = arrayValue([int(1), int(2)]);
const point = object({ x: floatValue(1), label: NONE }, "Point");

const FITTING: readonly (readonly [Value, Type, Value])[] = [
  [int(1), INT, int(1)],
  [int(1), FLOAT, floatValue(1)],
  [int(1), STRING, text("1")],
  [int(1), { kind: "any" }, int(1)],
  [int(1), optional(FLOAT), floatValue(1)],
  [NONE, optional(FLOAT), NONE],
  [NONE, { kind: "any" }, NONE],
  [NONE, { kind: "none" }, NONE],
  [floatValue(2), INT, int(2)],
  [floatValue(1e10), STRING, text("1.0E10")],
  [text("-42"), INT, int(-42)],
  [text("2.75"), FLOAT, floatValue(2.75)],
  [text("1e3"), FLOAT, floatValue(1000)],
  [text("Infinity"), FLOAT, floatValue(Infinity)],
  [text("True"), BOOLEAN, booleanValue(true)],
  [booleanValue(true), STRING, text("true")],
  [booleanValue(false), BOOLEAN, booleanValue(false)],
  [text("a.txt"), FILE, fileValue("a.txt")],
  [text("a"), DIRECTORY, { kind: "directory", path: "a" }],
  [fileValue("a.txt"), STRING, text("a.txt")],
  [ints, array(FLOAT), arrayValue([floatValue(1), floatValue(2)])],
  [ints, array(optional(INT), true), ints],
  [arrayValue([]), array(INT), arrayValue([])],
  [mapValue([[text("1"), int(2)]]), map(INT, FLOAT), mapValue([[int(1), floatValue(2)]])],
  [mapValue([[text("a"), int(2)]]), array(pair(STRING, INT)), arrayValue([pairValue(text("a"), int(2))])],
  [object({ a: int(2) }), array(pair(STRING, FLOAT)), arrayValue([pairValue(text("a"), floatValue(2))])],
  [arrayValue([pairValue(text("a"), int(2))]), map(STRING, INT), mapValue([[text("a"), int(2)]])],
  [object({ a: int(2) }), map(STRING, STRING), mapValue([[text("a"), text("2")]])],
  [pairValue(int(1), int(2)), pair(FLOAT, STRING), pairValue(floatValue(1), text("2"))],
  [object({ left: int(1), right: int(2) }), pair(INT, INT), pairValue(int(1), int(2))],
  [object({ x: int(1), more: int(2) }), POINT, point],
  [mapValue([[text("x"), text("1")]]), POINT, point],
  [point, POINT, point],
  [point, OBJECT, object({ x: floatValue(1), label: NONE })],
  [mapValue([[int(1), int(2)]]), OBJECT, object({ "1": int(2) })],
];

describe("a value becomes one of the type that is asked for", () => {
  for (const [value, type, expected] of FITTING) {
    test(`${JSON.stringify(value)} as ${typeText(type)}`, () => {
      expect(coerce(value, type)).toEqual(expected);
    });
  }
});

const REFUSED: readonly (readonly [Value, Type, string])[] = [
  [NONE, INT, "expected Int, but there is no value"],
  [int(1), { kind: "none" }, "expected None, found the Int 1"],
  [floatValue(1.5), INT, "expected Int, found the Float 1.5"],
  [floatValue(1e20), INT, "out of range"],
  [text("1.0"), INT, "expected Int, found a String"],
  [text("99999999999999999999"), INT, "out of range"],
  [text(""), FLOAT, "expected Float"],
  [text("yes"), BOOLEAN, "expected Boolean"],
  [int(1), BOOLEAN, "expected Boolean"],
  [int(1), FILE, "expected File"],
  [int(1), DIRECTORY, "expected Directory"],
  [ints, STRING, "expected String, found an Array of 2 items"],
  [int(5), array(INT), "expected Array[Int], found the Int 5"],
  [arrayValue([]), array(INT, true), "expected Array[Int]+, which must have at least one item"],
  [arrayValue([int(1), text("a")]), array(INT), "item 1 of the Array: expected Int, found a String"],
  [arrayValue([NONE]), array(INT), "item 0 of the Array: expected Int, but there is no value"],
  [ints, map(STRING, INT), "expected Map[String, Int], found an Array of 2 items"],
  [int(1), map(STRING, INT), "expected Map[String, Int]"],
  [mapValue([[text("a"), text("b")]]), map(STRING, INT), "key a: expected Int, found a String"],
  [
    mapValue([
      [text("1"), int(1)],
      [text("01"), int(2)],
    ]),
    map(INT, INT),
    "keys are repeated",
  ],
  [ints, pair(INT, INT), "expected Pair[Int, Int]"],
  [pairValue(int(1), text("a")), pair(INT, INT), "right of the Pair: expected Int"],
  [object({ label: text("a") }), POINT, "struct Point needs the member x (Float), which is not given"],
  [object({ x: text("a") }), POINT, "member x of struct Point: expected Float"],
  [int(1), POINT, "expected Point"],
  [int(1), OBJECT, "expected Object"],
  [mapValue([[pairValue(int(1), int(1)), int(1)]]), OBJECT, "cannot be the name of a member"],
];

describe("a value that does not fit is refused with its place", () => {
  for (const [value, type, message] of REFUSED) {
    test(`${JSON.stringify(value)} as ${typeText(type)}`, () => {
      expect(() => coerce(value, type)).toThrow(WdlError);
      expect(() => coerce(value, type)).toThrow(message);
    });
  }
});

test("a value that has its type already is not copied", () => {
  expect(coerce(ints, array(INT))).toBe(ints);
  expect(coerce(point, POINT)).toBe(point);
});
