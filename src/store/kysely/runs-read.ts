import type { Run } from "#src/model/run.ts";

import type { Reader } from "./dialects/connections.ts";
import { prepared } from "./prepared.ts";
import { RUN_COLUMNS, runOf } from "./run-rows.ts";

const byId = prepared((db, { user, runId }: { user: string; runId: string }) =>
  db.selectFrom("runs").select(RUN_COLUMNS).where("run_id", "=", runId).where("user_name", "=", user),
);

const byWorkflow = prepared((db, { user, workflow }: { user: string; workflow: string }) =>
  db
    .selectFrom("workflows")
    .innerJoin("runs", "runs.run_id", "workflows.newest_run_id")
    .select(RUN_COLUMNS)
    .where("workflows.user_name", "=", user)
    .where("workflows.name", "=", workflow),
);

/** One run of whoever's; no index is missing, as it is asked by the primary key. */
export async function findAnyRun(read: Reader, runId: string): Promise<Run | undefined> {
  const row = await read.selectFrom("runs").select(RUN_COLUMNS).where("run_id", "=", runId).executeTakeFirst();
  return row && runOf(row);
}

/** One run of a user's. */
export async function findRun(read: Reader, user: string, runId: string): Promise<Run | undefined> {
  const [row] = (await byId(read, { user, runId })).rows;
  return row && runOf(row);
}

/** The run that a workflow's name stands for. */
export async function newestRun(read: Reader, user: string, workflow: string): Promise<Run | undefined> {
  const [row] = (await byWorkflow(read, { user, workflow })).rows;
  return row && runOf(row);
}

/** See `UserStore.resolve`. */
export async function resolveRun(
  read: Reader,
  user: string,
  workflow: string,
  nameOrRunId: string,
): Promise<Run | undefined> {
  if (nameOrRunId === workflow) return newestRun(read, user, workflow);
  const run = await findRun(read, user, nameOrRunId);
  return run?.workflow === workflow ? run : undefined;
}
