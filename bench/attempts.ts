/**
 * What the runner of attempts costs: `node bench/attempts.ts [COUNT]`.
 *
 * Runs COUNT tasks of `echo hello` two at a time, and the same number of `task.sh` under `xargs -P 2`, in turns on the
 * same disk. The folders of both are fresh and are removed at the end only: ext4 is slow to give out inodes that were
 * freed a moment ago.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAttempt } from "../src/engine/tasks/attempt.ts";
import type { AttemptHooks, Job } from "../src/engine/tasks/job.ts";
import { createTaskDeps } from "../src/engine/tasks/task-deps.ts";
import { silentLog } from "../src/log.ts";
import { loadProgram } from "../src/wdl/load.ts";

const ROUNDS = 5;
const count = Number(process.argv[2] ?? 500);
const folder = mkdtempSync(join(process.env["BENCH_FOLDER"] ?? tmpdir(), "awe-bench-attempts-"));
const script = join(import.meta.dirname, "task.sh");

const wdl = `version 1.0
task hello {
  command { echo hello }
  output { String line = read_string(stdout()) }
}`;
const program = await loadProgram("main.wdl", async () => wdl);
const [task] = program.main.document.tasks;
if (!task) throw new Error("the task of the benchmark does not parse");

const hooks: AttemptHooks = { admit: async () => () => {}, started() {} };

async function attempts(root: string): Promise<number> {
  const deps = createTaskDeps(silentLog);
  const job = (shard: number): Job => ({
    callName: "wf.hello",
    shard,
    callFolder: `${root}/call-hello/shard-${shard}`,
    attempt: 1,
    unit: program.main,
    task: task as NonNullable<typeof task>,
    version: "1.0",
    inputs: new Map(),
    runtimeDefaults: {},
    runtimeOverrides: new Map(),
    environment: { HOME: "/tmp", PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8" },
  });
  const start = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const result = await runAttempt(deps, job(next++), hooks, new AbortController().signal);
      if (result.kind !== "done") throw new Error(JSON.stringify(result));
    }
  };
  await Promise.all([worker(), worker()]);
  deps.close();
  return (performance.now() - start) / count;
}

function baseline(root: string): number {
  const folders = Array.from({ length: count }, (_, index) => `${root}/${index}`);
  for (const path of folders) mkdirSync(path, { recursive: true });
  const start = performance.now();
  execFileSync("xargs", ["-P", "2", "-n", "1", "bash", script], { input: folders.join("\n") });
  return (performance.now() - start) / count;
}

const ratios: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const base = baseline(`${folder}/base-${round}`);
  const cpu = process.cpuUsage();
  const ours = await attempts(`${folder}/awe-${round}`);
  const { user, system } = process.cpuUsage(cpu);
  ratios.push(ours / base);
  const own = ((user + system) / 1000 / count).toFixed(2);
  console.log(`${base.toFixed(2)} ms/task.sh, ${ours.toFixed(2)} ms/attempt (${own} ms of it the engine's CPU time)`);
}
ratios.sort((a, b) => a - b);
const rss = Math.round(process.memoryUsage().rss / 1e6);
console.log(
  `ratio: median ${ratios[ROUNDS >> 1]?.toFixed(2)} of ${ratios.map((r) => r.toFixed(2)).join(" ")}; ${rss} MB`,
);
rmSync(folder, { recursive: true, force: true });
