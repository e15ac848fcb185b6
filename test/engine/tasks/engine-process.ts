/**
 * An engine with nothing but attempts, to be killed: `node engine-process.ts FOLDER COUNT`.
 *
 * It runs COUNT attempts, at most two at a time, and prints a line for every step; started again it goes on.
 */
import { join } from "node:path";
import { runAttempt } from "#src/engine/tasks/attempt.ts";
import type { AttemptHooks } from "#src/engine/tasks/job.ts";
import { createTaskDeps } from "#src/engine/tasks/task-deps.ts";
import { silentLog } from "#src/log.ts";
import { aJob, coresFor } from "./attempts.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const deps = createTaskDeps(silentLog);
const cores = coresFor(2);
const say = (line: string) => void process.stdout.write(`${line}\n`);

await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const counter = join(folder, `counter-${index}`);
    const job = await aJob(
      join(folder, "wf", `call-t/shard-${index}`),
      `task t { command { echo start >> ${counter}; sleep 0.0${index % 5}; echo end >> ${counter} } output { String s = read_string(stdout()) } }`,
      { shard: index },
    );
    const hooks: AttemptHooks = {
      async admit(prepared) {
        say(`admit ${index}`);
        const release = await cores.admit(prepared);
        return () => {
          say(`release ${index}`);
          release();
        };
      },
      started: (jobId) => say(`started ${index} ${jobId}`),
    };
    const result = await runAttempt(deps, job, hooks, new AbortController().signal);
    say(`${result.kind} ${index}`);
  }),
);
deps.close();
say("all");
