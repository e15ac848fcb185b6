import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { awe, temporaryFolder } from "./run-cli.ts";

const FINE = "version 1.0\nworkflow w {\n  input { Int x }\n  output { Int y = x + 1 }\n}\n";
const WRONG = "version 1.0\nworkflow w {\n  output { Int y = nothere }\n}\n";

test("says that there is nothing to say, and exits with 0", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "a.wdl"), FINE);
  expect(await awe(["check", "a.wdl"], { cwd: folder.path })).toEqual({
    exit: 0,
    stdout: "a.wdl: no errors\n",
    stderr: "",
  });
});

test("shows errors with the line and a caret, and exits with 1", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "a.wdl"), WRONG);
  const { exit, stdout } = await awe(["check", "a.wdl"], { cwd: folder.path });
  expect(exit).toBe(1);
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/^a\.wdl:3:20: error: .*nothere/);
  expect(lines[1]).toBe("  3 |   output { Int y = nothere }");
  expect(lines[2]?.indexOf("^")).toBe(lines[1]?.indexOf("nothere"));
  expect(stdout).toContain("\na.wdl: 1 error, 0 warnings\n");
});

test("prints findings as JSON", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "a.wdl"), WRONG);
  const { exit, stdout } = await awe(["check", "a.wdl", "--json"], { cwd: folder.path });
  expect(exit).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    valid: false,
    diagnostics: [{ severity: "error", file: "a.wdl", line: 3, column: 20 }],
  });
});

test.each([
  ["{}", 1, "in.json: error: w.x: a value is required (Int), but none is given."],
  ['{"w.x": "geheim", "w.z": 1}', 1, "in.json: error: w.x"],
  ['{"w.x": 3}', 0, "no errors"],
  ['{"w.x": 3,}', 2, "in.json is not JSON"],
])("checks the inputs %s", async (inputs, expected, said) => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "a.wdl"), FINE);
  await writeFile(join(folder.path, "in.json"), inputs);
  const { exit, stdout, stderr } = await awe(["check", "a.wdl", "--inputs", "in.json"], { cwd: folder.path });
  expect(exit).toBe(expected);
  expect(stdout + stderr).toContain(said);
  expect(stdout + stderr).not.toContain("geheim");
});

test("takes the Git work tree as the source's root, and names files as seen from here", async () => {
  await using folder = await temporaryFolder();
  for (const name of [".git", "flows/a", "tools"]) await mkdir(join(folder.path, name), { recursive: true });
  const main = 'version 1.0\nimport "../../tools/t.wdl" as t\nworkflow w { call t.x }\n';
  await writeFile(join(folder.path, "flows/a/main.wdl"), main);
  await writeFile(join(folder.path, "tools/t.wdl"), "version 1.0\ntask x { input { Nothing n } command {} }\n");
  const { exit, stdout } = await awe(["check", "a/main.wdl"], { cwd: join(folder.path, "flows") });
  expect(exit).toBe(1);
  expect(stdout).toContain("../tools/t.wdl:2:18: error:");
});

test("only warns of imports from the web, which it does not fetch", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "a.wdl"), `version 1.0\nimport "http://127.0.0.1:1/t.wdl" as t\nworkflow w {}\n`);
  const { exit, stdout } = await awe(["check", "a.wdl"], { cwd: folder.path });
  expect(exit).toBe(0);
  expect(stdout).toContain("a.wdl:2:1: warning:");
});

test.each([
  ["nothere.wdl", "There is no file nothere.wdl."],
  [".", ". is not a file."],
])("refuses %s", async (file, message) => {
  await using folder = await temporaryFolder();
  const { exit, stdout, stderr } = await awe(["check", file], { cwd: folder.path });
  expect([exit, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
});

test("loads of the project nothing but the language and the command itself", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "a.wdl"), FINE);
  const hook = join(folder.path, "hook.mjs");
  const list = "process.stderr.write(`LOADED ${url}\\n`)";
  await writeFile(
    hook,
    `import m from "node:module"; m.registerHooks({ load(url, c, next) { if (!url.startsWith("node:")) ${list}; return next(url, c); } });`,
  );
  const { stderr } = await awe(["check", "a.wdl"], { cwd: folder.path, env: { NODE_OPTIONS: `--import ${hook}` } });
  const loaded = [...stderr.matchAll(/LOADED file:\/\/(\S+)/g)].map(([, path = ""]) => path);
  const foreign = loaded.filter((path) => !/\/(src\/(wdl|cli)\/|src\/(errors|nearest)\.ts$|bin\/awe\.js$)/.test(path));
  expect(foreign).toEqual([]);
  expect(loaded.length).toBeGreaterThan(20);
});
