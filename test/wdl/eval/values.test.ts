import { expect, test } from "vitest";
import { FUNCTIONS } from "#src/wdl/functions/table.ts";
import { SIGNATURES } from "#src/wdl/functions/signatures.ts";
import { inDependencyOrder } from "#src/wdl/scope-order.ts";
import {
  arrayValue,
  booleanValue,
  equal,
  filePaths,
  fileValue,
  lookUp,
  mapFiles,
  mapValue,
  NONE,
  objectValue,
  pairValue,
  stringValue,
} from "#src/wdl/values.ts";
import type { Value } from "#src/wdl/values.ts";
import { expression } from "./evaluating.ts";

test("every function that the checker knows is there to be called, and no other", () => {
  expect([...FUNCTIONS.keys()].sort()).toEqual([...SIGNATURES.keys()].sort());
  expect(FUNCTIONS.size).toBe(46);
});

test("texts that look like several values are not taken for them", () => {
  const several = arrayValue([stringValue("a"), stringValue("b")]);
  expect(equal(several, arrayValue([stringValue("a,s1:b")]))).toBe(false);
  expect(equal(several, arrayValue([stringValue("a"), stringValue("b")]))).toBe(true);
  const a = objectValue(new Map([["x=n1,1:y", stringValue("1")]]));
  const b = objectValue(
    new Map<string, Value>([
      ["x", { kind: "int", value: 1 }],
      ["y", stringValue("1")],
    ]),
  );
  expect(equal(a, b)).toBe(false);
});

test("values of different kinds are not equal, but for numbers and for texts with paths", () => {
  const values: readonly Value[] = [
    NONE,
    booleanValue(true),
    stringValue("true"),
    stringValue("1"),
    { kind: "int", value: 1 },
    arrayValue([]),
    mapValue([]),
    objectValue(new Map()),
    pairValue(NONE, NONE),
  ];
  for (const a of values) for (const b of values) expect(equal(a, b)).toBe(a === b);
  expect(equal({ kind: "float", value: -0 }, { kind: "int", value: 0 })).toBe(true);
});

test("a large Map is asked ten thousand times within a moment", () => {
  const map = mapValue(
    Array.from({ length: 10_000 }, (_, value) => [stringValue(`k${value}`), { kind: "int", value }]),
  );
  const started = performance.now();
  for (let value = 0; value < 10_000; value++) {
    expect(lookUp(map, stringValue(`k${value}`)) === map.entries[value]?.[1]).toBe(true);
  }
  expect(performance.now() - started).toBeLessThan(2_000);
});

test("the paths of Files are replaced at any depth, and nothing else", () => {
  const value = objectValue(
    new Map<string, Value>([
      ["list", arrayValue([fileValue("a"), NONE, stringValue("a")])],
      ["map", mapValue([[fileValue("b"), pairValue(fileValue("c"), { kind: "directory", path: "d" })]])],
    ]),
    "S",
  );
  expect(filePaths(value)).toEqual(["a", "b", "c", "d"]);
  expect(mapFiles(value, (path, kind) => `/${kind}/${path}`)).toEqual(
    objectValue(
      new Map<string, Value>([
        ["list", arrayValue([fileValue("/file/a"), NONE, stringValue("a")])],
        [
          "map",
          mapValue([
            [fileValue("/file/b"), pairValue(fileValue("/file/c"), { kind: "directory", path: "/directory/d" })],
          ]),
        ],
      ]),
      "S",
    ),
  );
});

const SPAN = { line: 1, column: 1, offset: 0, end: 0 };
const declaration = (name: string, value?: string) => ({
  name: { text: name, span: SPAN },
  ...(value === undefined ? {} : { value: expression(value) }),
});
const order = (...all: ReturnType<typeof declaration>[]) => inDependencyOrder(all).map(({ name }) => name.text);

test("declarations come after those they need, otherwise as written", () => {
  expect(order(declaration("c", "b + a"), declaration("b", '"~{a}"'), declaration("a"), declaration("d"))).toEqual([
    "a",
    "b",
    "c",
    "d",
  ]);
});

test("an output may have the name of the input that it returns", () => {
  expect(order(declaration("x", "x"), declaration("y", "outer + x"))).toEqual(["x", "y"]);
});

test("declarations in a cycle are refused", () => {
  expect(() => order(declaration("z"), declaration("a", "b"), declaration("b", "a"))).toThrow(
    "a needs b needs a: a cycle",
  );
});
