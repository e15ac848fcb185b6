import type { Clock } from "#src/clock.ts";
import type { Run } from "#src/model/run.ts";
import type { NewRun, SubmitOutcome } from "#src/store/store.ts";

import type { Connections, Writer } from "./dialects/connections.ts";
import { claimKey } from "./idempotency.ts";
import { addLabels, checkLabels } from "./labels.ts";
import { prepared } from "./prepared.ts";
import { insertable, runRow } from "./run-rows.ts";
import type { RunRow } from "./tables.ts";

interface Claim {
  readonly user: string;
  readonly workflow: string;
  readonly runId: string;
}

const takeFreeName = prepared((db, { user, workflow, runId }: Claim) =>
  db
    .updateTable("workflows")
    .set({ newest_run_id: runId, active_run_id: runId })
    .where("user_name", "=", user)
    .where("name", "=", workflow)
    .where("active_run_id", "is", null),
);

const takeNewName = prepared((db, { user, workflow, runId }: Claim) =>
  db
    .insertInto("workflows")
    .ignore()
    .values({ user_name: user, name: workflow, newest_run_id: runId, active_run_id: runId }),
);

const findActive = prepared((db, { user, workflow }: Claim) =>
  db.selectFrom("workflows").select("active_run_id").where("user_name", "=", user).where("name", "=", workflow),
);

const insertRun = prepared((db, row: RunRow) => db.insertInto("runs").values(insertable(row)));

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
      await insertRun(writer, { ...runRow(run), user_name: userName });
      await addLabels(writer, userName, run.runId, run.labels);
      return { kind: "accepted" };
    });
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.outcome;
    throw thrown;
  }
}

/** Makes the run the active one of its workflow, where there is none: of two at once the second waits and loses. */
async function claimName(writer: Writer, user: string, { runId, workflow }: Run): Promise<void> {
  const claim = { user, workflow, runId };
  for (;;) {
    if ((await takeFreeName(writer, claim)).numAffectedRows === 1n) return;
    if ((await takeNewName(writer, claim)).numAffectedRows === 1n) return;
    const active = (await findActive(writer, claim)).rows[0]?.active_run_id;
    // Without an active one, the other run ended between the statements.
    if (active) throw new Refused({ kind: "active", runId: active });
  }
}
