import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { RunView } from "#src/workflows/run-view.ts";
import { awe as run, PROJECT, temporaryFolder, type Outcome } from "./run-cli.ts";

let dataFolder: string;
let gateway: ChildProcess;
let env: Record<string, string>;

const awe = (...args: string[]): Promise<Outcome> => run(args, { env });

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "awe-e2e-"));
  gateway = spawn(join(PROJECT, "bin/awe"), ["serve"], {
    env: { PATH: process.env["PATH"], AWE_PORT: "0", AWE_DATA: dataFolder },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let url: string | undefined;
  if (gateway.stdout) {
    for await (const line of createInterface(gateway.stdout)) {
      url = /^AWE listens on (http:\S+)$/.exec(line)?.[1];
      break;
    }
    gateway.stdout.resume();
  }
  if (url === undefined) throw new Error("the gateway did not say where it listens");
  env = { AWE_DATA: dataFolder };
  const { stdout } = await awe("token", "--user", "alice");
  env = { AWE_URL: url, AWE_TOKEN: stdout.trim() };
});

afterAll(async () => {
  const ended = once(gateway, "exit");
  if (gateway.exitCode === null && gateway.kill("SIGTERM")) await ended;
  await rm(dataFolder, { recursive: true, force: true });
});

test("runs the first example from its folder to its outputs", async () => {
  const submitted = await awe("submit", "hello", "--repo", join(PROJECT, "examples/hello"), "--label", "first");
  expect([submitted.exit, submitted.stderr]).toEqual([0, ""]);
  const waited = await awe("status", "hello", "--wait");
  expect(waited.exit, waited.stdout).toBe(0);
  expect(waited.stdout).toContain("hello greet Done (exit 0");
  expect(waited.stdout).toContain("outputs\n  hello.greeting  Hello, AWE!\n");

  expect((await awe("logs", "hello")).stdout).toBe("==> greet <==\nHello, AWE!\n");
  expect((await awe("logs", "hello", "greet")).stdout).toBe("Hello, AWE!\n");
  expect((await awe("outputs", "hello")).stdout).toContain("hello.greeting\tHello, AWE!\n");
  await using folder = await temporaryFolder();
  await awe("outputs", "hello", "--download", folder.path);
  expect(await readFile(join(folder.path, "letter.txt"), "utf8")).toBe("Hello, AWE!\n");

  const status = JSON.parse((await awe("status", "hello", "--json")).stdout) as RunView;
  expect(status).toMatchObject({ name: "hello", user: "alice", status: "Succeeded", source: { kind: "archive" } });
  expect((await awe("list", "--name", "hello")).stdout).toBe(
    `hello\tsucceeded\t${status.submittedAt}\t${status.id}\tfirst\n`,
  );
  expect((await awe("abort", "hello")).exit).toBe(3);
});

test("answers at once what is wrong with a workflow, with its place", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "bad.wdl"), "version 1.0\nworkflow bad {\n  call nothere\n}\n");
  const { exit, stderr } = await awe("submit", "bad", "--repo", folder.path);
  expect(exit).toBe(3);
  expect(stderr).toMatch(/^awe: bad\.wdl:3:\d+ .*nothere/);
  expect((await awe("status", "bad")).exit).toBe(3);
});

test("uploads inputs, holds, releases, and exits with 1 when the run fails", async () => {
  await using folder = await temporaryFolder();
  const wdl = `version 1.0
workflow w { input { File f } call t { input: f = f } output { String s = t.s } }
task t { input { File f } command <<< cat ~{f}; exit 3 >>> output { String s = read_string(stdout()) } }
`;
  await writeFile(join(folder.path, "w.wdl"), wdl);
  await writeFile(join(folder.path, "f.txt"), "from here\n");
  await writeFile(join(folder.path, "in.json"), '{"w.f": "f.txt"}');
  const args = ["--wdl", join(folder.path, "w.wdl"), "--inputs", join(folder.path, "in.json"), "--hold", "--json"];
  const held = JSON.parse((await awe("submit", "w", ...args)).stdout) as RunView;
  expect([held.status, held.phase]).toEqual(["On Hold", "held"]);
  expect((await awe("release", "w")).stdout).toBe(`w  Submitted  ${held.id}\n`);
  const { exit, stdout } = await awe("status", "w", "--wait");
  expect(exit).toBe(1);
  expect(stdout).toContain("return code 3");
  expect((await awe("logs", "w", "t")).stdout).toBe("from here\n");
  expect((await awe("outputs", "w")).exit).toBe(1);
});

test("aborts a run that goes on", async () => {
  await using folder = await temporaryFolder();
  const wdl = "version 1.0\nworkflow w { call t }\ntask t { command <<< echo begun; sleep 600 >>> }\n";
  await writeFile(join(folder.path, "w.wdl"), wdl);
  expect((await awe("submit", "long", "--repo", folder.path)).exit).toBe(0);
  // Ends when the run does: by then the log is whole.
  const following = awe("logs", "long", "t", "--follow");
  let view: RunView;
  do view = JSON.parse((await awe("status", "long", "--json")).stdout) as RunView;
  while (!view.calls.some(({ status }) => status === "Running"));
  expect((await awe("abort", "long")).stdout).toMatch(/^long {2}Abort(ing|ed) {2}/);
  expect((await awe("status", "long", "--wait")).exit).toBe(1);
  expect(await following).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^(begun\n)?$/) });
});

test("shows the three examples at a server that it starts, and leaves nothing behind", async () => {
  await using folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  const own = { AWE_URL: "http://127.0.0.1:1", TMPDIR: folder.path };
  const { exit, stdout, stderr } = await run(["demo"], { env: own });
  expect([exit, stderr]).toEqual([0, "No server takes this demo's calls, so it starts one of its own.\n"]);
  expect(stdout.match(/^\$ awe submit \S+/gm)).toEqual([
    "$ awe submit hello",
    "$ awe submit word-count",
    "$ awe submit variants",
  ]);
  expect(stdout).toContain("  word_count.words           75\n");
  expect(stdout).toContain("variants call_sample-0.call_variants RetryableFailure (exit 75");
  expect(stdout).toContain("  variants.variant_count        5\n");
  expect(await readdir(folder.path)).toEqual([]);
});

test("starts the engine alone", async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, "runs");
  const child = spawn(process.execPath, [join(PROJECT, "bin/awe.js"), "engine", "--port", "0", "--root", root], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  let url = "";
  for await (const line of createInterface(child.stdout)) {
    url = line.replace(/^The engine listens on /, "");
    break;
  }
  const answer = await fetch(`${url}/engine/v1/version`);
  expect([answer.status, existsSync(root)]).toEqual([200, true]);
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});
