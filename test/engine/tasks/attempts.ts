import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "#src/log.ts";
import { runAttempt } from "#src/engine/tasks/attempt.ts";
import type { AttemptHooks, AttemptResult, Failure, Job, PreparedJob } from "#src/engine/tasks/job.ts";
import { createTaskDeps } from "#src/engine/tasks/task-deps.ts";
import type { TaskDeps } from "#src/engine/tasks/task-deps.ts";
import { loadProgram } from "#src/wdl/load.ts";
import type { Value } from "#src/wdl/values.ts";

/** The environment that tasks of these tests see. */
const ENVIRONMENT = { HOME: "/nonexistent", PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8" };

/** A folder for one test file, with what runs tasks in it. */
export interface Bench {
  readonly folder: string;
  readonly deps: TaskDeps;
  /** A call folder that no other test has. */
  newCallFolder(): string;
  close(): void;
}

/** Makes a temporary folder; `close` removes it. */
export function openBench(killGraceMs = 300): Bench {
  const folder = mkdtempSync(join(tmpdir(), "awe-tasks-"));
  const deps = createTaskDeps(silentLog, killGraceMs);
  let calls = 0;
  return {
    folder,
    deps,
    newCallFolder: () => join(folder, "wf", `call-${++calls}`),
    close() {
      deps.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** What of a job a test may want to be special. */
export interface JobParts extends Partial<Omit<Job, "inputs">> {
  readonly inputs?: Readonly<Record<string, Value>>;
}

/** A job of the first task in a WDL text (without its version line). */
export async function aJob(callFolder: string, wdl: string, parts: JobParts = {}): Promise<Job> {
  const { version = "1.0", inputs = {}, ...rest } = parts;
  const program = await loadProgram("main.wdl", async () => `version ${version}\n${wdl}\n`);
  const errors = program.diagnostics.filter(({ severity }) => severity === "error");
  const [task] = program.main.document.tasks;
  if (!task || errors.length > 0) throw new Error(`bad WDL in a test: ${JSON.stringify(errors)}`);
  return {
    callName: `wf.${task.name.text}`,
    shard: -1,
    callFolder,
    attempt: 1,
    unit: program.main,
    task,
    version,
    inputs: new Map(Object.entries(inputs)),
    runtimeDefaults: {},
    runtimeOverrides: new Map(),
    environment: ENVIRONMENT,
    ...rest,
  };
}

/** Hooks that admit everybody at once and remember what they heard. */
export function recordingHooks(): AttemptHooks & { readonly prepared: PreparedJob[]; readonly pids: number[] } {
  const prepared: PreparedJob[] = [];
  const pids: number[] = [];
  return {
    prepared,
    pids,
    async admit(job) {
      prepared.push(job);
      return () => {};
    },
    started: (jobId) => void pids.push(Number(jobId)),
  };
}

/** Hooks that let at most `limit` processes run at a time; running ones of an earlier life count at once. */
export function coresFor(limit: number): AttemptHooks & { readonly most: () => number } {
  let used = 0;
  let most = 0;
  const queue: (() => void)[] = [];
  return {
    most: () => most,
    async admit({ stage }) {
      if (stage === "finished") return () => {};
      if (stage === "new" && used >= limit) {
        // The place is handed over by whoever frees it.
        const { promise, resolve } = Promise.withResolvers<void>();
        queue.push(resolve);
        await promise;
      } else used++;
      most = Math.max(most, used);
      return () => {
        const next = queue.shift();
        if (next) next();
        else used--;
      };
    },
    started() {},
  };
}

/** Runs the first task of a WDL text. */
export async function run(
  bench: Bench,
  wdl: string,
  parts: JobParts & { readonly hooks?: AttemptHooks; readonly abort?: AbortSignal } = {},
): Promise<{ result: AttemptResult; execution: string; job: Job }> {
  const { hooks = recordingHooks(), abort = new AbortController().signal, ...rest } = parts;
  const job = await aJob(rest.callFolder ?? bench.newCallFolder(), wdl, rest);
  const result = await runAttempt(bench.deps, job, hooks, abort);
  return {
    result,
    execution: join(job.callFolder, job.attempt === 1 ? "" : `attempt-${job.attempt}`, "execution"),
    job,
  };
}

/** All messages of a failure and of its causes. */
export function messages(result: AttemptResult): string {
  const texts = (failure: Failure): string[] => [failure.message, ...failure.causedBy.flatMap(texts)];
  return result.kind === "failed" ? texts(result.failure).join("\n") : `no failure but ${JSON.stringify(result)}`;
}

/** The outputs as plain data: text, numbers, paths. */
export function plain(result: AttemptResult): unknown {
  if (result.kind !== "done") throw new Error(`the task did not end well: ${messages(result)}`);
  return Object.fromEntries([...result.outputs].map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: Value): unknown {
  switch (value.kind) {
    case "file":
    case "directory":
      return value.path;
    case "none":
      return null;
    case "array":
      return value.items.map(plainValue);
    case "map":
      return value.entries.map(([key, item]) => [plainValue(key), plainValue(item)]);
    case "pair":
      return [plainValue(value.left), plainValue(value.right)];
    case "object":
      return Object.fromEntries([...value.members].map(([name, item]) => [name, plainValue(item)]));
    default:
      return value.value;
  }
}

/** Waits for a condition; fails after ten seconds with what it waited for. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The text of a file, `undefined` where there is none. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Whether a process works (a zombie does not). */
export function isRunning(pid: number): boolean {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat !== undefined && !/\) [ZX] /.test(stat);
}
