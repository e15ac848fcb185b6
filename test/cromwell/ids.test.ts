import { expect, test } from "vitest";
import { parseId } from "#src/cromwell/ids.ts";

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
