import type { Run } from "#src/model/run.ts";

import type { Reader } from "./dialects/connections.ts";
import { RUN_COLUMNS, runOf } from "./run-rows.ts";

/** One run of a user's. */
export async function findRun(read: Reader, userName: string, runId: string): Promise<Run | undefined> {
  const row = await read
    .selectFrom("runs")
    .select(RUN_COLUMNS)
    .where("run_id", "=", runId)
    .where("user_name", "=", userName)
    .executeTakeFirst();
  return row && runOf(row);
}

/** The run that a workflow's name stands for. */
export async function newestRun(read: Reader, userName: string, workflow: string): Promise<Run | undefined> {
  const row = await read
    .selectFrom("workflows")
    .innerJoin("runs", "runs.run_id", "workflows.newest_run_id")
    .select(RUN_COLUMNS)
    .where("workflows.user_name", "=", userName)
    .where("workflows.name", "=", workflow)
    .executeTakeFirst();
  return row && runOf(row);
}

/** See `UserStore.resolve`. */
export async function resolveRun(
  read: Reader,
  userName: string,
  workflow: string,
  nameOrRunId: string,
): Promise<Run | undefined> {
  if (nameOrRunId === workflow) return newestRun(read, userName, workflow);
  const run = await findRun(read, userName, nameOrRunId);
  return run?.workflow === workflow ? run : undefined;
}
