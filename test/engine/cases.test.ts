import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test } from "vitest";
import yazl from "yazl";

import { EngineProcess } from "./support/engine-process.ts";

const CASES = fileURLToPath(new URL("../wdl/cases", import.meta.url));

interface Expected {
  readonly outputs?: Record<string, unknown>;
  readonly fails?: string;
  readonly rejected?: boolean;
}

const cases = readdirSync(CASES).filter((name) => statSync(join(CASES, name)).isDirectory());
let engine: EngineProcess;

beforeAll(async () => {
  engine = await new EngineProcess().start();
});

afterAll(async () => {
  await engine.remove();
});

test.for(cases)("%s ends as its case says", async (name) => {
  const folder = join(CASES, name);
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
  const id = await engine.submit({
    workflowSource: readFileSync(join(folder, "source.wdl")),
    workflowInputs: inputsOf(folder),
    workflowDependencies: await zipOf(folder),
  });
  const status = await engine.ended(id);
  if (expected.outputs === undefined) {
    expect(status).toBe("Failed");
    const { failures, calls } = await engine.metadata(id);
    expect(failures?.length).toBeGreaterThan(0);
    if (expected.rejected) expect(calls).toEqual({});
    return;
  }
  expect({ status, failures: (await engine.metadata(id)).failures }).toEqual({ status: "Succeeded" });
  expect(compare(await engine.outputs(id), expected.outputs)).toEqual(expected.outputs);
});

/** The inputs with the case's files as absolute paths, wherever a text names one. */
function inputsOf(folder: string): string {
  const files = new Set(readdirSync(folder, { recursive: true }).map(String));
  return JSON.stringify(
    JSON.parse(readFileSync(join(folder, "inputs.json"), "utf8"), (_, value: unknown) =>
      typeof value === "string" && files.has(value) && statSync(join(folder, value)).isFile()
        ? join(folder, value)
        : value,
    ),
  );
}

async function zipOf(folder: string): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const names = readdirSync(folder, { recursive: true }).map(String);
  for (const name of names) if (name.endsWith(".wdl")) zip.addFile(join(folder, name), name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** The outputs with files shown as the case shows them: by base name and content. */
function compare(found: unknown, expected: unknown): unknown {
  if (isFile(expected) && typeof found === "string") {
    return { file: { basename: basename(found), content: readFileSync(found, "utf8") } };
  }
  if (Array.isArray(found) && Array.isArray(expected))
    return found.map((item, index) => compare(item, expected[index]));
  if (isObject(found) && isObject(expected)) {
    return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, compare(value, expected[key])]));
  }
  return found;
}

function isFile(value: unknown): boolean {
  return isObject(value) && Object.keys(value).join() === "file" && isObject(value["file"]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
