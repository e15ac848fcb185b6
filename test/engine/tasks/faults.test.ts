import { mkdirSync, statSync, symlinkSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { attemptFolder } from "#src/engine/tasks/attempt-folder.ts";
import type { AttemptFolder } from "#src/engine/tasks/attempt-folder.ts";
import { runAttempt } from "#src/engine/tasks/attempt.ts";
import type { Launcher } from "#src/engine/tasks/launcher.ts";
import { aJob, coresFor, messages, openBench, plain, run, textOf } from "./attempts.ts";

const bench = openBench();
afterAll(() => bench.close());

/** A call folder in which one file is on a full disk: every write to it is refused with ENOSPC. */
function withFullDisk(file: (folder: AttemptFolder) => string): string {
  const callFolder = bench.newCallFolder();
  const folder = attemptFolder({ callFolder, attempt: 1 });
  mkdirSync(folder.execution, { recursive: true });
  symlinkSync("/dev/full", file(folder));
  return callFolder;
}

test("a full disk under the script is a failure that says so, and the next task runs", async () => {
  const callFolder = withFullDisk(({ script }) => `${script}.draft`);
  const { result } = await run(bench, `task t { command {} }`, { callFolder });
  expect(result).toMatchObject({ kind: "failed", retryable: false });
  expect(messages(result)).toBe(
    `No space is left on the disk of ${callFolder} (ENOSPC). Free some there, then run the workflow again.`,
  );
  expect((await run(bench, `task t { command {} }`)).result.kind).toBe("done");
});

test("a full disk under a file of write_lines is a failure that says so", async () => {
  const callFolder = bench.newCallFolder();
  const folder = attemptFolder({ callFolder, attempt: 1 });
  mkdirSync(folder.execution, { recursive: true });
  // The name holds the MD5 of "a\n".
  symlinkSync("/dev/full", `${folder.execution}/write_lines_60b725f10c9c85c70d97880dfe8191b3.tmp.draft`);
  const { result } = await run(bench, `task t { command { cat \${write_lines(["a"])} } }`, { callFolder });
  expect(messages(result)).toContain("No space is left on the disk");
});

test("a full disk under the standard output makes the command fail", async () => {
  const callFolder = withFullDisk(({ stdout }) => stdout);
  const { result } = await run(bench, `task t { command { echo x } }`, { callFolder });
  expect(result).toMatchObject({ kind: "failed", returnCode: 1, retryable: true });
  expect(messages(result)).toContain("No space left on device");
});

test("a full disk under the return code does not hang", async () => {
  const callFolder = withFullDisk(({ returnCodeDraft }) => returnCodeDraft);
  const { result } = await run(bench, `task t { command { echo x } }`, { callFolder });
  expect(result).toMatchObject({ kind: "failed" });
  expect(messages(result)).toContain("ended without a return code");
});

test("a claim that was cut short by a full disk counts as abandoned", async () => {
  const callFolder = withFullDisk(({ claim }) => claim);
  const { result } = await run(bench, `task t { command { echo x } }`, { callFolder });
  expect(result).toMatchObject({ kind: "done", returnCode: 0 });
});

test("a pipe in the place of an output is refused, not waited for", async () => {
  const { result } = await run(bench, `task t { command { mkfifo p } output { String s = read_string("p") } }`);
  expect(messages(result)).toContain("is not a regular file");
});

test("a file over the limit of a function is refused with both sizes", async () => {
  const { result } = await run(
    bench,
    `task t { command { echo 12345678901234567890 } output { Int i = read_int(stdout()) } }`,
  );
  expect(messages(result)).toContain("has 21 bytes; at most 19 can be read here");
});

test("ten megabytes of standard output arrive whole, and a failure shows the end of a long standard error", async () => {
  const { result, execution } = await run(
    bench,
    `task t { command { head -c 10000000 /dev/zero | tr '\\\\0' x; for i in {1..2000}; do echo line $i >&2; done; exit 4 } }`,
  );
  expect(statSync(`${execution}/stdout`).size).toBe(10_000_000);
  expect(messages(result)).toContain("[Last 3000 bytes]:");
  expect(messages(result).endsWith("line 1999\nline 2000\n")).toBe(true);
});

test("two hundred attempts at once keep to two cores and all end well", async () => {
  const cores = coresFor(2);
  const results = await Promise.all(
    Array.from({ length: 200 }, async (_, shard) => {
      const job = await aJob(
        `${bench.folder}/many/shard-${shard}`,
        `task t { command { echo ${shard} } output { Int i = read_int(stdout()) } }`,
        { shard },
      );
      return plain(await runAttempt(bench.deps, job, cores, new AbortController().signal));
    }),
  );
  expect(results).toEqual(Array.from({ length: 200 }, (_, i) => ({ i })));
  expect(cores.most()).toBe(2);
});

test("a machine that makes no process fails the attempt after three tries", async () => {
  let launches = 0;
  const launcher: Launcher = {
    ...bench.deps.launcher,
    launch(_script, _token, listener) {
      launches++;
      listener.lost();
    },
  };
  const { result } = await run({ ...bench, deps: { ...bench.deps, launcher } }, `task t { command {} }`);
  expect(launches).toBe(3);
  expect(result).toMatchObject({ kind: "failed", retryable: true });
  expect(messages(result)).toContain("Job wf.t:NA:1 could not be started.");
});

test("paths and values with quotes, spaces and line breaks come through", async () => {
  const callFolder = `${bench.newCallFolder()}/it's "odd"\n$(echo x) \\`;
  const { result, execution } = await run(
    bench,
    `task t { command { pwd; echo "$TMPDIR" >&2 } output { String here = read_string(stdout()) String tmp = read_string(stderr()) } }`,
    { callFolder, environment: { PATH: "/usr/bin:/bin", HOME: "it's\n$HOME" } },
  );
  expect(plain(result)).toEqual({ here: execution, tmp: attemptFolder({ callFolder, attempt: 1 }).temporary });
  expect(textOf(`${execution}/rc`)).toBe("0\n");
});
