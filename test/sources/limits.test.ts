import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SOURCE_LIMITS, sizeText, type SourceLimits } from "#src/sources/limits.ts";

/** A limit as the table in the documentation writes it. */
function shown(name: keyof SourceLimits): string {
  const value = SOURCE_LIMITS[name];
  if (name.endsWith("Bytes")) return sizeText(value);
  if (name.endsWith("Ms")) return value >= 60_000 ? `${value / 60_000} min` : `${value / 1_000} s`;
  return value.toLocaleString("en-US");
}

test("documents every limit with its value and a reason, and no other", () => {
  const text = readFileSync(new URL("../../docs/sources.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| `(\w+)` +\| (\S[^|]*?) +\| (\S[^|]*?) +\|$/gm)]
    .map(([, name = "", value = ""]) => [name, value])
    .filter(([name]) => name !== undefined && name in SOURCE_LIMITS);
  const names = Object.keys(SOURCE_LIMITS) as (keyof SourceLimits)[];
  expect(rows).toEqual(names.map((name) => [name, shown(name)]));
});
