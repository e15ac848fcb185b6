import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Diagnostic } from "#src/wdl/diagnostics.ts";
import { checkInputs } from "#src/wdl/inputs/check-inputs.ts";
import { loadProgram } from "#src/wdl/load.ts";

const ROOT = join(import.meta.dirname, "cases");

interface Expected {
  readonly rejected?: true;
  readonly about?: string;
  readonly line?: number;
}

interface Case {
  readonly name: string;
  readonly expected: Expected;
}

function readJson(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(ROOT, ...path), "utf8"));
}

const CASES: readonly Case[] = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ name, expected: readJson(name, "expected.json") as Expected }));

async function errorsIn(name: string): Promise<Diagnostic[]> {
  const read = (file: string): Promise<string | undefined> => Promise.resolve(textOf(join(ROOT, name, file)));
  const program = await loadProgram("source.wdl", read);
  const inputs = readJson(name, "inputs.json") as Readonly<Record<string, unknown>>;
  const found = program.diagnostics.filter(({ severity }) => severity === "error");
  return found.length > 0 ? found : checkInputs(program, inputs);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

test.each(CASES.filter(({ expected }) => expected.rejected))(
  "refuses $name: $expected.about",
  async ({ name, expected }) => {
    const found = await errorsIn(name);
    expect(found).not.toEqual([]);
    if (expected.line !== undefined) expect(found.map(({ line }) => line)).toContain(expected.line);
  },
);

test.each(CASES.filter(({ expected }) => !expected.rejected))("finds no error in $name", async ({ name }) => {
  expect(await errorsIn(name)).toEqual([]);
});
