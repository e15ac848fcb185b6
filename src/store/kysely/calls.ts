import { setImmediate as nextTurn } from "node:timers/promises";

import type { Call } from "#src/model/run.ts";

import type { Reader, Writer } from "./dialects/connections.ts";
import { callOf, callRow } from "./run-rows.ts";

/** Rows of one `insert`: 10,000 calls are 50 statements of one text, each done in a few milliseconds. */
const BATCH = 200;

/** The calls of a run, in the order of their engine; none for a run of somebody else. */
export async function readCalls(read: Reader, userName: string, runId: string): Promise<readonly Call[]> {
  const rows = await read
    .selectFrom("calls")
    .innerJoin("runs", "runs.run_id", "calls.run_id")
    .select([
      "calls.call_key",
      "calls.name",
      "calls.shard",
      "calls.attempt",
      "calls.status",
      "calls.return_code",
      "calls.started_at",
      "calls.ended_at",
      "calls.stdout",
      "calls.stderr",
    ])
    .where("calls.run_id", "=", runId)
    .where("runs.user_name", "=", userName)
    .orderBy("calls.position")
    .execute();
  return rows.map(callOf);
}

/** Puts `calls` in the place of all calls of a run; other work of the process goes on between the batches. */
export async function replaceCalls(writer: Writer, runId: string, calls: readonly Call[]): Promise<void> {
  await writer.deleteFrom("calls").where("run_id", "=", runId).execute();
  for (let at = 0; at < calls.length; at += BATCH) {
    if (at > 0) await nextTurn();
    const rows = calls.slice(at, at + BATCH).map((call, index) => callRow(runId, call, at + index));
    await writer.insertInto("calls").values(rows).execute();
  }
}
