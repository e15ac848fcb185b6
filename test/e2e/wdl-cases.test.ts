import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { packBundle } from "#src/workflows/bundle.ts";
import { removeFolder, startGateway, stateFolder, type Gateway } from "../support/gateway.ts";

const CASES = fileURLToPath(new URL("../wdl/cases", import.meta.url));

interface Expected {
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly rejected?: boolean;
  readonly line?: number;
}

/** Its inputs name a file of the folder that is not there. */
const MISSING_FILE = "fail-missing-input-file";

/** Engines share the cores; more users at once would only wait for each other's starts. */
const USERS = ["alice", "bob"];

const cases = readdirSync(CASES).filter((name) => statSync(join(CASES, name)).isDirectory());
let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway(await stateFolder(), { AWE_ISOLATION: process.getuid?.() === 0 ? "account" : "none" });
});

afterAll(async () => {
  await gateway.stop();
  await removeFolder(gateway.dataFolder);
});

describe.concurrent("through the gateway", () => {
  test.for(cases.map((name, index) => [name, USERS[index % USERS.length] ?? ""] as const))(
    "%s ends as its case says",
    async ([name, user]) => {
      const expected = JSON.parse(readFileSync(join(CASES, name, "expected.json"), "utf8")) as Expected;
      const answer = await gateway.as(user, `/${user}/${name}`, { method: "POST", body: await formOf(name) });
      const text = await answer.text();
      if (name === MISSING_FILE) {
        // AWE sees what is not in the source before any engine does.
        expect([answer.status, text]).toEqual([400, expect.stringContaining("absent.source")]);
        return;
      }
      if (expected.rejected) {
        expect(answer.status, text).toBe(400);
        const { code, errors } = JSON.parse(text) as { code: string; errors: { line?: number; message: string }[] };
        expect(code).toBe("invalid_source");
        expect(errors.map(({ line }) => line)).toContain(expected.line);
        expect((await gateway.as(user, `/${user}/${name}`)).status).toBe(404);
        return;
      }
      expect(answer.status, text).toBe(200);
      const run = await gateway.ended(user, name);
      if (expected.outputs === undefined) {
        expect(run.phase).toBe("failed");
        expect(run.failures.length).toBeGreaterThan(0);
        return;
      }
      expect({ phase: run.phase, failures: run.failures }).toEqual({ phase: "succeeded", failures: [] });
      expect(await shown(user, run.id, "", run.outputs, expected.outputs)).toEqual(expected.outputs);
    },
  );
});

/** Cases with files are sent as a packed folder, the others as Cromwell's own parts. */
async function formOf(name: string): Promise<FormData> {
  const folder = join(CASES, name);
  const paths = readdirSync(folder, { recursive: true }).map(String);
  const files = new Map(
    paths
      .filter((path) => path !== "expected.json" && statSync(join(folder, path)).isFile())
      .map((path) => [path, readFileSync(join(folder, path))] as const),
  );
  const form = new FormData();
  if ([...files.keys()].some((path) => path !== "inputs.json" && !path.endsWith(".wdl"))) {
    form.set("sourceArchive", blob(await packBundle(files)), "source.zip");
    form.set("path", "source.wdl");
    return form;
  }
  form.set("workflowSource", blob(files.get("source.wdl")), "source.wdl");
  form.set("workflowInputs", files.get("inputs.json")?.toString() ?? "{}");
  for (const path of ["source.wdl", "inputs.json"]) files.delete(path);
  if (files.size > 0) form.set("workflowDependencies", blob(await packBundle(files)), "dependencies.zip");
  return form;
}

function blob(bytes: Uint8Array = new Uint8Array()): Blob {
  return new Blob([Buffer.from(bytes)]);
}

/** The outputs as the case writes them: a file by its base name and its content, read through the gateway. */
async function shown(user: string, id: string, name: string, found: unknown, expected: unknown): Promise<unknown> {
  const inner = (key: string | number) => (name === "" ? String(key) : `${name}.${key}`);
  if (isFile(expected) && typeof found === "string") {
    const answer = await gateway.as(user, `/awe/v1/runs/${id}/outputs/${encodeURIComponent(name)}`);
    const basename = /filename\*=UTF-8''(.*)$/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "";
    return { file: { basename: decodeURIComponent(basename), content: await answer.text() } };
  }
  if (Array.isArray(found) && Array.isArray(expected)) {
    return Promise.all(found.map((item, index) => shown(user, id, inner(index), item, expected[index])));
  }
  if (isObject(found) && isObject(expected)) {
    const members = Object.entries(found).map(
      async ([key, value]) => [key, await shown(user, id, inner(key), value, expected[key])] as const,
    );
    return Object.fromEntries(await Promise.all(members));
  }
  return found;
}

function isFile(value: unknown): boolean {
  return isObject(value) && Object.keys(value).join() === "file" && isObject(value["file"]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
