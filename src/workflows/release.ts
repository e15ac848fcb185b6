import { cromwellStatus, type Run } from "#src/model/run.ts";
import type { AbortDeps } from "./abort.ts";

/** Lets a held run go, with Cromwell's codes and bodies: 403 where it is not held. */
export async function releaseHold(
  { store, clock, nudge }: Pick<AbortDeps, "store" | "clock" | "nudge">,
  run: Run,
): Promise<{ status: number; body: string }> {
  const released = await store.of(run.user).move(run.runId, "scheduled", clock.now(), {}, ["held"]);
  if (!released) {
    const message = `Couldn't change status of workflow ${run.runId} to 'Submitted' because the workflow is not in 'On Hold' state`;
    return { status: 403, body: JSON.stringify({ status: "error", message }, null, 2) };
  }
  nudge();
  return { status: 200, body: JSON.stringify({ id: run.runId, status: cromwellStatus("scheduled") }) };
}
