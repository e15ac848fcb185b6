import fc from "fast-check";
import { expect, test } from "vitest";

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
