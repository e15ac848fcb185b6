import type { Engines } from "#src/engines/engines.ts";
import type { Fleet } from "#src/fleet/fleet.ts";
import { HANDED_OVER, type Run } from "#src/model/run.ts";
import type { Store } from "#src/store/store.ts";
import { ifAwake } from "./if-awake.ts";
import { assertLabels } from "./labels.ts";

/** The labels of a run as Cromwell shows them, with the one that Cromwell adds by itself. */
export function shownLabels(run: Pick<Run, "runId" | "labels">): Readonly<Record<string, string>> {
  return { "cromwell-workflow-id": `cromwell-${run.runId}`, ...run.labels };
}

/** What labelling depends on. */
export interface LabelDeps {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly engines: Engines;
}

/**
 * Adds or overwrites labels of a run, as Cromwell's PATCH does; a label is never deleted.
 *
 * AWE's own record counts. An engine that has the run and is awake is told as well, for its metadata; that it cannot be
 * told is no failure.
 *
 * @throws {AweError} `invalid_request` for labels out of bounds.
 */
export async function labelRun(
  deps: LabelDeps,
  run: Run,
  labels: Readonly<Record<string, unknown>>,
): Promise<{ status: number; body: string }> {
  assertLabels(labels);
  assertLabels({ ...run.labels, ...labels });
  const all = (await deps.store.of(run.user).label(run.runId, labels)) ?? run.labels;
  if (HANDED_OVER.includes(run.phase)) {
    await ifAwake(deps.fleet, run.user, (at) => deps.engines.label(at, run.runId, labels));
  }
  return {
    status: 200,
    body: JSON.stringify({ id: run.runId, labels: shownLabels({ runId: run.runId, labels: all }) }),
  };
}
