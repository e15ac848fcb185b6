import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { attemptFolder } from "#src/engine/tasks/attempt-folder.ts";
import { runAttempt } from "#src/engine/tasks/attempt.ts";
import { aJob, isRunning, messages, openBench, plain, recordingHooks, run, textOf, until } from "./attempts.ts";

const bench = openBench();
afterAll(() => bench.close());

const PROGRAM = fileURLToPath(new URL("./engine-process.ts", import.meta.url));

function startEngine(folder: string, count: number): ChildProcess {
  return spawn(process.execPath, [PROGRAM, folder, String(count)], { stdio: ["ignore", "pipe", "inherit"], env: {} });
}

/** Numbers from 0 to 1 that depend on the seed only (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs the engine and kills it a moment after the line of its output that the random numbers choose. */
async function runAndKill(folder: string, count: number, random: () => number): Promise<boolean> {
  const engine = startEngine(folder, count);
  const exited = once(engine, "exit");
  const lastLine = Math.floor(random() * count * 3);
  const delayMs = random() < 0.5 ? 0 : random() * 12;
  let lines = 0;
  let finished = false;
  if (lastLine === 0) setTimeout(() => engine.kill("SIGKILL"), random() * 250);
  if (engine.stdout) {
    createInterface(engine.stdout).on("line", (line) => {
      finished ||= line === "all";
      if (++lines === lastLine) setTimeout(() => engine.kill("SIGKILL"), delayMs);
    });
  }
  await exited;
  return finished;
}

async function tortureEngine(seed: number): Promise<void> {
  const random = randomNumbers(seed);
  const folder = mkdtempSync(join(tmpdir(), "awe-resume-"));
  const count = 6;
  try {
    for (let kills = 1 + Math.floor(random() * 3); kills > 0; kills--) await runAndKill(folder, count, random);
    const engine = startEngine(folder, count);
    const lines: string[] = [];
    if (engine.stdout) createInterface(engine.stdout).on("line", (line) => lines.push(line));
    await once(engine, "close");
    expect(lines.at(-1), `seed ${seed}`).toBe("all");
    expect(lines.filter((line) => line.startsWith("done ")).toSorted(), `seed ${seed}`).toEqual(
      Array.from({ length: count }, (_, index) => `done ${index}`),
    );
    for (let index = 0; index < count; index++) {
      expect(textOf(join(folder, `counter-${index}`)), `seed ${seed}, task ${index}`).toBe("start\nend\n");
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

test("an engine that is killed at any moment runs every task exactly once", { timeout: 240_000 }, async () => {
  const first = Number(process.env["AWE_TEST_SEED"] ?? Date.now() % 1_000_000);
  process.stdout.write(`resume.test.ts: seeds ${first} to ${first + 19}; repeat with AWE_TEST_SEED=${first}\n`);
  const seeds = Array.from({ length: 20 }, (_, index) => first + index);
  await Promise.all(
    [0, 1].map(async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) await tortureEngine(seed);
    }),
  );
});

test("a task whose process is gone with its engine is run again, from a clean folder", async () => {
  const callFolder = bench.newCallFolder();
  const folder = attemptFolder({ callFolder, attempt: 1 });
  mkdirSync(folder.temporary, { recursive: true });
  writeFileSync(folder.claim, "99999999 1 another-boot\n");
  writeFileSync(join(folder.execution, "half"), "");
  writeFileSync(folder.returnCodeDraft, "0");
  const { result } = await run(bench, `task t { command { ls } output { Array[String] s = read_lines(stdout()) } }`, {
    callFolder,
  });
  expect((plain(result) as { s: string[] }).s).not.toContain("half");
});

test("what a dead script left running is ended before its task is run again", async () => {
  const callFolder = bench.newCallFolder();
  const folder = attemptFolder({ callFolder, attempt: 1 });
  const wdl = `task t { command <<<
    if [ -e ${bench.folder}/second ]; then echo second; exit; fi
    touch ${bench.folder}/second
    sleep 1000 &
    echo $! > ${bench.folder}/left
    sleep 1000
  >>> output { String s = read_string(stdout()) } }`;
  const hooks = recordingHooks();
  const first = run(bench, wdl, { callFolder, hooks });
  await until("the task left a process", () => (textOf(`${bench.folder}/left`) ?? "").endsWith("\n"));
  const left = Number(textOf(`${bench.folder}/left`));
  // An engine that looks again while the script is gone and its child is not: as after the kill of both.
  const [leader = 0] = hooks.pids;
  process.kill(leader, "SIGKILL");
  await until("the leader is gone", () => !isRunning(leader));
  const second = await run(bench, wdl, { callFolder });
  expect(plain(second.result)).toEqual({ s: "second" });
  expect(isRunning(left)).toBe(false);
  await first;
  expect(existsSync(folder.returnCode)).toBe(true);
});

test("a finished attempt is collected without being admitted as work", async () => {
  const callFolder = bench.newCallFolder();
  const counter = `${callFolder}.count`;
  const wdl = `task t { input { File f } command { echo x >> ${counter}; cat ~{f} } output { String s = read_string(stdout()) } }`;
  const input = join(bench.folder, "gone-later.txt");
  writeFileSync(input, "text\n");
  const inputs = { f: { kind: "file", path: input } as const };
  expect(plain((await run(bench, wdl, { callFolder, inputs })).result)).toEqual({ s: "text" });
  rmSync(input);
  const hooks = recordingHooks();
  expect(plain((await run(bench, wdl, { callFolder, inputs, hooks })).result)).toEqual({ s: "text" });
  expect(hooks.prepared.map(({ stage }) => stage)).toEqual(["finished"]);
  expect(hooks.pids).toEqual([]);
  expect(textOf(counter)).toBe("x\n");
});

test("what a task left in the background is ended also when the engine was away at its end", async () => {
  const callFolder = bench.newCallFolder();
  const list = `${callFolder}.left`;
  const other = openBench();
  // The first life ends before it looks for what was left.
  const wdl = `task t { command { sleep 1000 & echo $! > ${list} } }`;
  const deaf = { ...other, deps: { ...other.deps, sweeper: { add() {}, close() {} } } };
  expect((await run(deaf, wdl, { callFolder })).result.kind).toBe("done");
  const left = Number(textOf(list));
  expect(isRunning(left)).toBe(true);
  expect((await run(bench, wdl, { callFolder })).result.kind).toBe("done");
  await until("the background process is gone", () => !isRunning(left));
  other.close();
});

test("a running process whose values cannot be evaluated any more is ended", async () => {
  const callFolder = bench.newCallFolder();
  const input = join(bench.folder, "vanishing.txt");
  writeFileSync(input, "5\n");
  const wdl = `task t { input { File f } Int n = read_int(f) command { sleep 1000 } }`;
  const inputs = { f: { kind: "file", path: input } as const };
  const hooks = recordingHooks();
  const first = run(bench, wdl, { callFolder, inputs, hooks });
  await until("the task runs", () => hooks.pids.length > 0 && existsSync(join(callFolder, "execution", "stdout")));
  rmSync(input);
  const { result } = await run(bench, wdl, { callFolder, inputs });
  expect(messages(result)).toContain("Failed to evaluate 'n'");
  expect(hooks.pids.filter(isRunning)).toEqual([]);
  await first;
});

test("a script that was asked for many times at once works once", async () => {
  const callFolder = bench.newCallFolder();
  const counter = `${callFolder}.count`;
  const job = await aJob(callFolder, `task t { command { echo x >> ${counter}; sleep 0.2 } }`);
  const folder = attemptFolder(job);
  const running = runAttempt(bench.deps, job, recordingHooks(), new AbortController().signal);
  await until("the script is there", () => existsSync(folder.script));
  for (let copy = 0; copy < 20; copy++) {
    bench.deps.launcher.launch(folder.script, bench.deps.launcher.token(), { started() {}, done() {}, lost() {} });
  }
  expect(await running).toMatchObject({ kind: "done" });
  expect(textOf(counter)).toBe("x\n");
  expect(readdirSync(folder.execution)).toContain("rc");
});

test("a launcher that dies takes no task with it", async () => {
  const other = openBench();
  const hooks = recordingHooks();
  const running = run(other, `task t { command { sleep 0.3; echo x } output { String s = read_string(stdout()) } }`, {
    hooks,
  });
  await until("the task runs", () => hooks.pids.length > 0);
  const launcher = Number(/\) \S+ (\d+)/.exec(textOf(`/proc/${hooks.pids[0]}/stat`) ?? "")?.[1]);
  process.kill(launcher, "SIGKILL");
  const { result } = await running;
  expect(messages(result)).toContain("no failure");
  expect(plain(result)).toEqual({ s: "x" });
  expect(plain((await run(other, `task t { command {} output { Int i = 1 } }`)).result)).toEqual({ i: 1 });
  other.close();
});
