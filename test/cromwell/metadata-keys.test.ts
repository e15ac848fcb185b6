import { expect, test } from "vitest";
import { pickKeys } from "#src/cromwell/metadata-keys.ts";

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
