import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { attemptFolder } from "#src/engine/tasks/attempt-folder.ts";
import { runAttempt } from "#src/engine/tasks/attempt.ts";
import type { AttemptHooks } from "#src/engine/tasks/job.ts";
import { aJob, isRunning, openBench, plain, recordingHooks, run, textOf, until } from "./attempts.ts";

const bench = openBench(200);
afterAll(() => bench.close());

/** The ids that the processes of a task write into a file, one a line, once there are `count` of them. */
async function pidsFrom(path: string, count: number): Promise<number[]> {
  const pids = () => (textOf(path) ?? "").split("\n").slice(0, -1).map(Number);
  await until(`${path} has ${count} ids`, () => pids().length === count);
  return pids();
}

test("an abort ends every process of the session, also those in other process groups and those that ignore SIGTERM", async () => {
  const list = join(bench.folder, "abort-pids");
  const abort = new AbortController();
  const hooks = recordingHooks();
  const running = run(
    bench,
    `task t { command <<<
      sleep 1000 & echo $! >> ${list}
      (trap '' TERM; sleep 1001 & echo $! >> ${list}; echo $BASHPID >> ${list}; while :; do sleep 1002; done) &
      set -m
      (trap '' TERM; sleep 1003) & echo $! >> ${list}
      sleep 1004 & kill -STOP $!; echo $! >> ${list}
      sleep 1005
    >>> }`,
    { abort: abort.signal, hooks },
  );
  const pids = await pidsFrom(list, 5);
  abort.abort();
  expect(await running).toMatchObject({ result: { kind: "aborted" } });
  expect([...pids, ...hooks.pids].filter(isRunning)).toEqual([]);
});

test("a task that ends itself when asked is not killed", async () => {
  const mark = join(bench.folder, "asked");
  const abort = new AbortController();
  const running = run(
    bench,
    `task t { command <<<
      trap 'echo asked > ${mark}; exit 7' TERM
      echo ready > ${mark}.ready
      while :; do sleep 0.01; done
    >>> }`,
    { abort: abort.signal },
  );
  await until("the task is ready", () => existsSync(`${mark}.ready`));
  abort.abort();
  expect((await running).result.kind).toBe("aborted");
  expect(textOf(mark)).toBe("asked\n");
});

test("an abort while waiting for cores runs nothing, and gives cores that come later back", async () => {
  const abort = new AbortController();
  const { promise: cores, resolve: give } = Promise.withResolvers<() => void>();
  const { promise: asked, resolve: nowAsked } = Promise.withResolvers<void>();
  let released = 0;
  const hooks: AttemptHooks = {
    admit() {
      nowAsked();
      return cores;
    },
    started: () => expect.unreachable("nothing may start"),
  };
  const running = run(bench, `task t { command { echo x } }`, { hooks, abort: abort.signal });
  await asked;
  abort.abort();
  const { result, execution } = await running;
  expect(result).toEqual({ kind: "aborted" });
  give(() => released++);
  await until("the cores are given back", () => released === 1);
  expect(existsSync(`${execution}/stdout`)).toBe(false);
});

test("an attempt that is refused ends as aborted, one that runs already goes on", async () => {
  const refuse: AttemptHooks = {
    admit: async () => {
      throw new Error("nothing new may start");
    },
    started() {},
  };
  const mark = join(bench.folder, "refused");
  const wdl = `task t { command { touch ${mark}.runs; while [ ! -e ${mark}.go ]; do sleep 0.01; done } }`;
  expect((await run(bench, wdl, { hooks: refuse })).result).toEqual({ kind: "aborted" });
  expect(existsSync(`${mark}.runs`)).toBe(false);
  const callFolder = bench.newCallFolder();
  const first = run(bench, wdl, { callFolder });
  await until("the task runs", () => existsSync(`${mark}.runs`));
  const second = run(bench, wdl, { callFolder, hooks: refuse });
  writeFileSync(`${mark}.go`, "");
  expect((await second).result.kind).toBe("done");
  expect((await first).result.kind).toBe("done");
});

test("an abort before the beginning leaves a claim, so that a late process does nothing", async () => {
  const callFolder = bench.newCallFolder();
  const { result, job } = await run(bench, `task t { command { touch ${callFolder}.ran } }`, {
    callFolder,
    abort: AbortSignal.abort(),
  });
  expect(result).toEqual({ kind: "aborted" });
  const folder = attemptFolder(job);
  writeFileSync(
    folder.script,
    `set -C; echo > ${folder.claim} || { touch ${callFolder}.left; exit; }; touch ${callFolder}.ran`,
  );
  bench.deps.launcher.launch(folder.script, bench.deps.launcher.token(), { started() {}, done() {}, lost() {} });
  await until("the late process left", () => existsSync(`${callFolder}.left`));
  expect(existsSync(`${callFolder}.ran`)).toBe(false);
});

test("an engine that finds a running process and is to abort it ends it", async () => {
  const list = join(bench.folder, "found-pids");
  const job = await aJob(bench.newCallFolder(), `task t { command { echo $BASHPID >> ${list}; sleep 1000 } }`);
  const first = runAttempt(bench.deps, job, recordingHooks(), new AbortController().signal);
  const pids = await pidsFrom(list, 1);
  expect(await runAttempt(bench.deps, job, recordingHooks(), AbortSignal.abort())).toMatchObject({ kind: "aborted" });
  expect(pids.filter(isRunning)).toEqual([]);
  // The life that had started it sees its process vanish.
  expect((await first).kind).toBe("failed");
});

test("what a task leaves in the background does not hold it up, and is ended", async () => {
  const list = join(bench.folder, "background-pids");
  const { result } = await run(
    bench,
    `task t {
      command <<<
        sleep 1000 & echo $! >> ${list}
        set -m
        (trap '' TERM; sleep 1001) & echo $! >> ${list}
        echo done
      >>>
      output { String s = read_string(stdout()) }
    }`,
  );
  expect(plain(result)).toEqual({ s: "done" });
  const pids = await pidsFrom(list, 2);
  await until("the background processes are gone", () => !pids.some(isRunning));
});
