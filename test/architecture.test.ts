import path from "node:path";

import { describe, expect, test } from "vitest";

import { cycles, layerFaults, layerOf } from "./architecture/layers.ts";
import {
  badNames,
  environmentReads,
  foreignModules,
  longFiles,
  undocumented,
  unresolved,
} from "./architecture/rules.ts";
import { importsOf, readSources } from "./architecture/source-files.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const files = readSources(ROOT, ["src", "test", "bench"]);
const imports = importsOf(files);

describe("the project", () => {
  test("is read by this test", () => {
    expect(files.size).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(files.size);
  });

  test("imports from layers below only", () => {
    expect(layerFaults(imports)).toEqual([]);
  });

  test("has no circles of imports", () => {
    expect(cycles(imports)).toEqual([]);
  });

  test("imports files that exist, by their full names", () => {
    expect(unresolved(files, imports)).toEqual([]);
  });

  test("keeps libraries where they belong", () => {
    expect(foreignModules(imports)).toEqual([]);
  });

  test("has no long files", () => {
    expect(longFiles(files)).toEqual([]);
  });

  test("has names that say something", () => {
    expect(badNames(files)).toEqual([]);
  });

  test("says what every export is for", () => {
    expect(undocumented(files)).toEqual([]);
  });

  test("reads the environment in compositions and programs only", () => {
    expect(environmentReads(files)).toEqual([]);
  });

  test("runs on the Node that npm brought", () => {
    expect(Number(process.versions.node.split(".")[0])).toBeGreaterThanOrEqual(24);
    expect(path.basename(process.execPath)).toBe("node");
    if (process.platform === "linux") expect(process.execPath).toContain(path.join(ROOT, "node_modules"));
  });
});

describe("the checkers", () => {
  const plant = (planted: Record<string, string>) => new Map(Object.entries(planted));
  const faultsOf = (from: string, specifier: string) =>
    layerFaults(importsOf(plant({ [from]: `import type { A } from "${specifier}";\n` })));

  test.each([
    ["src/errors.ts", "vocabulary"],
    ["src/wdl/parse/scanner.ts", "wdl"],
    ["src/store/store.ts", "ports"],
    ["src/store/kysely/open.ts", "adapters of store"],
    ["src/store/kysely/store.ts", "adapters of store"],
    ["src/secrets/secrets.ts", "ports"],
    ["src/secrets/files.ts", "adapters of secrets"],
    ["src/workflows/submit.ts", "workflows"],
    ["src/leftovers/x.ts", undefined],
  ])("know the layer of %s", (file, layer) => {
    expect(layerOf(file)).toBe(layer);
  });

  test.each([
    ["src/errors.ts", "./model/run.ts"],
    ["src/wdl/check.ts", "#src/model/run.ts"],
    ["src/wdl/check.ts", "#src/engine/spec.ts"],
    ["src/model/run.ts", "#src/store/store.ts"],
    ["src/store/store.ts", "./kysely/open.ts"],
    ["src/workflows/submit.ts", "#src/store/kysely/open.ts"],
    ["src/workflows/submit.ts", "#src/scheduler/loop.ts"],
    ["src/workflows/submit.ts", "#src/http/app.ts"],
    ["src/fleet/local.ts", "#src/store/kysely/open.ts"],
    ["src/fleet/local.ts", "#src/engine/start.ts"],
    ["src/http/app.ts", "#src/store/kysely/open.ts"],
    ["src/http/app.ts", "#src/cli/main.ts"],
    ["src/http/app.ts", "#src/local/compose.ts"],
    ["src/engine/main.ts", "#src/model/run.ts"],
    ["src/engine/main.ts", "../store/store.ts"],
    ["src/local/compose.ts", "#src/engine/run/scheduler.ts"],
    ["src/cli/commands/check.ts", "#src/engine/start.ts"],
    ["src/leftovers/x.ts", "#src/errors.ts"],
    ["src/model/run.ts", "../../test/support/require.ts"],
  ])("see that %s must not import %s", (from, specifier) => {
    expect(faultsOf(from, specifier)).toHaveLength(1);
  });

  test.each([
    ["src/store/kysely/open.ts", "./dialects/sqlite.ts"],
    ["src/store/kysely/open.ts", "#src/store/store.ts"],
    ["src/scheduler/loop.ts", "#src/workflows/submit.ts"],
    ["src/engine/main.ts", "../wdl/check.ts"],
    ["src/cli/commands/engine.ts", "#src/engine/start.ts"],
    ["src/cli/commands/serve.ts", "#src/local/serve.ts"],
    ["src/local/compose.ts", "#src/store/kysely/open.ts"],
  ])("let %s import %s", (from, specifier) => {
    expect(faultsOf(from, specifier)).toEqual([]);
  });

  test.each([
    ['import {\n  a,\n  b,\n} from "#src/x.ts";\n', "src/x.ts"],
    ['export { a } from "./x.ts";\n', "src/model/x.ts"],
    ['import "../x.ts";\n', "src/x.ts"],
    ['const x = await import("#src/x.ts");\n', "src/x.ts"],
    ['import zod from "zod";\n', null],
  ])("find the import in %j", (text, to) => {
    expect(importsOf(plant({ "src/model/a.ts": text })).map((found) => found.to)).toEqual([to]);
  });

  test("see a circle of imports", () => {
    const circle = plant({
      "src/a.ts": 'import { b } from "./b.ts";\n',
      "src/b.ts": 'import { c } from "./c.ts";\n',
      "src/c.ts": 'import { a } from "./a.ts";\n',
      "src/d.ts": 'import { a } from "./a.ts";\n',
    });
    expect(cycles(importsOf(circle))).toEqual(["src/a.ts → src/b.ts → src/c.ts → src/a.ts"]);
  });

  test.each(["./b.ts", "./b", "#src/b.ts"])("see that %s is no file", (specifier) => {
    const planted = plant({ "src/a.ts": `import { b } from "${specifier}";\n` });
    expect(unresolved(planted, importsOf(planted))).toHaveLength(1);
  });

  test.each([
    ["src/workflows/submit.ts", "hono"],
    ["src/store/store.ts", "kysely"],
    ["src/engine/state/database.ts", "hono/cors"],
    ["src/engine/run/run.ts", "@hono/node-server"],
    ["src/scheduler/loop.ts", "mysql2/promise"],
    ["src/http/app.ts", "isomorphic-git"],
  ])("see that %s must not import the package %s", (file, module) => {
    expect(foreignModules(importsOf(plant({ [file]: `import x from "${module}";\n` })))).toHaveLength(1);
  });

  test("see a file of 401 lines", () => {
    expect(longFiles(plant({ "test/a.ts": "x;\n".repeat(401), "test/b.ts": "x;\n".repeat(400) }))).toHaveLength(1);
  });

  test.each([
    ["src/utils.ts", ""],
    ["src/http/index.ts", ""],
    ["src/model/types.ts", ""],
    ["test/support/helpers.ts", ""],
    ["src/a.ts", "export interface IFoo {"],
    ["src/a.ts", "class RunManager {"],
    ["src/a.ts", "export async function handleRequest() {"],
    ["src/a.ts", "const processRun = () => {"],
  ])("see a bad name in %s (%s)", (file, text) => {
    expect(badNames(plant({ [file]: text }))).toHaveLength(1);
  });

  test("let good names pass", () => {
    const text = "export interface Ids {\nconst processes = 1;\ninterface IPAddress {\n";
    expect(badNames(plant({ "src/a.ts": text, "src/wdl/types.ts": "" }))).toEqual([]);
  });

  test.each([
    "export function a() {",
    "// A line.\nexport const a = 1;",
    "/** A. */\n\nexport class A {",
    'export * from "./b.ts";',
  ])("see an export without a doc comment in %j", (text) => {
    expect(undocumented(plant({ "src/a.ts": text }))).toHaveLength(1);
  });

  test("take one doc comment for all signatures of a function", () => {
    const text = "/** A. */\nexport function a(x: 1): 1;\nexport function a(x: 2): 2;\nexport function a(x: 1 | 2) {";
    expect(undocumented(plant({ "src/a.ts": text }))).toEqual([]);
  });

  test.each(["const a = process.env;", 'const a = process.env["A"];', 'import { env } from "node:process";'])(
    "see a read of the environment in %s",
    (text) => {
      expect(environmentReads(plant({ "src/workflows/a.ts": text }))).toHaveLength(1);
      expect(environmentReads(plant({ "src/local/a.ts": text, "src/engine/main.ts": text }))).toEqual([]);
      expect(environmentReads(plant({ "src/workflows/a.ts": ` * ${text}` }))).toEqual([]);
    },
  );
});
