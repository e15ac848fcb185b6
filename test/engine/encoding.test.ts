import fc from "fast-check";
import { expect, test } from "vitest";

import { parseId } from "../../src/engine/rest/ids.ts";
import { pickKeys } from "../../src/engine/metadata/keys.ts";
import { decodeValues, encodeValues } from "../../src/engine/state/encoding.ts";
import type { Value } from "../../src/wdl/values.ts";

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.record({ kind: fc.constant("boolean" as const), value: fc.boolean() }),
    fc.record({ kind: fc.constant("int" as const), value: fc.maxSafeInteger() }),
    fc.record({ kind: fc.constant("float" as const), value: fc.double().map((number) => number + 0) }),
    fc.record({ kind: fc.constant("string" as const), value: fc.string() }),
    fc.record({ kind: fc.constant("file" as const), path: fc.string() }),
    fc.record({ kind: fc.constant("directory" as const), path: fc.string() }),
    fc.constant({ kind: "none" as const }),
    fc.record({ kind: fc.constant("array" as const), items: fc.array(tie("value")) }),
    fc.record({ kind: fc.constant("map" as const), entries: fc.array(fc.tuple(tie("value"), tie("value"))) }),
    fc.record({ kind: fc.constant("pair" as const), left: tie("value"), right: tie("value") }),
    fc
      .array(fc.tuple(fc.string(), tie("value")))
      .map((members) => ({ kind: "object" as const, members: new Map(members), struct: "Pot" })),
  ),
}));

test("reads back every value that it keeps", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), value)), (entries) => {
      const values = new Map(entries);
      expect(decodeValues(encodeValues(values))).toEqual(values);
    }),
  );
});

test.for([
  ["1-1-1-1-1", "00000001-0001-0001-0001-000000000001"],
  ["A0B1C2D3-0000-4000-8000-00000000000F", "a0b1c2d3-0000-4000-8000-00000000000f"],
  ["foobar", undefined],
  ["1-1-1-1", undefined],
  ["00000000-0000-0000-0000-0000000000000", undefined],
  ["g-1-1-1-1", undefined],
] as const)("reads the id %s as Java does", ([text, id]) => {
  expect(parseId(text)).toBe(id);
});

test("picks what is wanted and drops what is not, at any depth", () => {
  const object = { status: "Done", start: 1, failures: [{ message: "a", causedBy: [] }], files: { a: 1, ab: 2, b: 3 } };
  const pick = (include: readonly string[], exclude: readonly string[] = []) => pickKeys(object, { include, exclude });
  expect(pick([])).toBe(object);
  expect(pick(["sta"])).toEqual({ status: "Done", start: 1 });
  expect(pick(["files:a"])).toEqual({ files: { a: 1, ab: 2 } });
  expect(pick(["failures[0]:message"])).toEqual({ failures: [{ message: "a" }] });
  expect(pick([], ["files:a", "st"])).toEqual({ failures: object.failures, files: { b: 3 } });
  expect(pick(["files"], ["files"])).toBeUndefined();
});
