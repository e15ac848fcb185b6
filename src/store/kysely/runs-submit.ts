import type { Clock } from "#src/clock.ts";
import type { Run } from "#src/model/run.ts";
import type { NewRun, SubmitOutcome } from "#src/store/store.ts";

import type { Connections, Writer } from "./dialects/connections.ts";
import { claimKey } from "./idempotency.ts";
import { addLabels, checkLabels } from "./labels.ts";
import { runRow } from "./run-rows.ts";

/** What takes a transaction back without being an error of anybody's. */
class Refused extends Error {
  readonly outcome: SubmitOutcome;

  constructor(outcome: SubmitOutcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

/** See `UserStore.submit`. */
export async function submit(
  { write, clock }: Connections & { readonly clock: Clock },
  userName: string,
  { run, idempotency }: NewRun,
): Promise<SubmitOutcome> {
  checkLabels(run.labels);
  try {
    return await write(async (writer) => {
      if (idempotency !== null) {
        const repeated = await claimKey(writer, userName, idempotency, run.runId, clock.now());
        if (repeated) throw new Refused({ kind: "repeated", ...repeated });
      }
      await claimName(writer, userName, run);
      await writer
        .insertInto("runs")
        .values({ ...runRow(run), user_name: userName })
        .execute();
      await addLabels(writer, userName, run.runId, run.labels);
      return { kind: "accepted" };
    });
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.outcome;
    throw thrown;
  }
}

/** Makes the run the active one of its workflow, where there is none: of two at once the second waits and loses. */
async function claimName(writer: Writer, userName: string, run: Run): Promise<void> {
  const claim = writer
    .updateTable("workflows")
    .set({ newest_run_id: run.runId, active_run_id: run.runId })
    .where("user_name", "=", userName)
    .where("name", "=", run.workflow)
    .where("active_run_id", "is", null);
  if ((await claim.executeTakeFirst()).numUpdatedRows === 1n) return;
  const { numInsertedOrUpdatedRows } = await writer
    .insertInto("workflows")
    .ignore()
    .values({ user_name: userName, name: run.workflow, newest_run_id: run.runId, active_run_id: run.runId })
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 1n) return;
  const { active_run_id: active } = await writer
    .selectFrom("workflows")
    .select("active_run_id")
    .where("user_name", "=", userName)
    .where("name", "=", run.workflow)
    .executeTakeFirstOrThrow();
  if (active !== null) throw new Refused({ kind: "active", runId: active });
  // The other run ended between the two statements.
  return claimName(writer, userName, run);
}
