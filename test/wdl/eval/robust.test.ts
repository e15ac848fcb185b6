import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WdlError } from "#src/wdl/coerce.ts";
import { FUNCTIONS } from "#src/wdl/functions/table.ts";
import { applyBinary, applyUnary } from "#src/wdl/operators.ts";
import { arrayValue, mapValue, NONE, objectValue, pairValue } from "#src/wdl/values.ts";
import type { Value } from "#src/wdl/values.ts";
import { environment } from "./evaluating.ts";

/*
 * Values of unknown type (of `read_json`) may come to any function or operator: each gives a value or a WdlError.
 */

const values = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.boolean().map((value): Value => ({ kind: "boolean", value })),
    fc.oneof(fc.integer({ min: -9, max: 9 }), fc.maxSafeInteger()).map((value): Value => ({ kind: "int", value })),
    fc.double().map((value): Value => ({ kind: "float", value })),
    fc
      .oneof(fc.string(), fc.constantFrom("K", "[", "(a+)", "$1", "\\", "a.txt", "", "1", "(?=x)", "[[:alpha:]]"))
      .map((value): Value => ({ kind: "string", value })),
    fc.string().map((path): Value => ({ kind: "file", path })),
    fc.constant<Value>(NONE),
    fc.array(tie("value"), { maxLength: 4 }).map((items): Value => arrayValue(items)),
    fc.tuple(tie("value"), tie("value")).map(([left, right]): Value => pairValue(left, right)),
    fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 }).map((entries): Value => mapValue(entries)),
    fc
      .dictionary(fc.string(), tie("value"), { maxKeys: 3, noNullPrototype: true })
      .map((members): Value => objectValue(new Map(Object.entries(members)))),
  ),
})).value;

async function valueOrWdlError(work: () => unknown): Promise<void> {
  try {
    expect(await work()).toHaveProperty("kind");
  } catch (error) {
    if (!(error instanceof WdlError)) throw error;
  }
}

test("every function gives a value or a WdlError, whatever its arguments are", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...FUNCTIONS.keys()),
      fc.array(values, { maxLength: 4 }),
      async (name, given) => await valueOrWdlError(() => FUNCTIONS.get(name)?.(given, environment())),
    ),
    { numRuns: 3_000 },
  );
});

test("every operator gives a value or a WdlError, whatever its operands are", async () => {
  const operators = ["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"] as const;
  const places = ["plain", "string", "command"] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...operators),
      fc.constantFrom(...places),
      values,
      values,
      async (operator, place, a, b) => {
        await valueOrWdlError(() => applyBinary(operator, a, b, place));
        await valueOrWdlError(() => applyUnary("-", a));
      },
    ),
    { numRuns: 3_000 },
  );
});
