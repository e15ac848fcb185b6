import type { Run } from "#src/model/run.ts";
import type { Store } from "#src/store/store.ts";
import { assertLabels } from "./labels.ts";

/** The labels of a run as Cromwell shows them, with the one that Cromwell adds by itself. */
export function shownLabels(run: Pick<Run, "runId" | "labels">): Readonly<Record<string, string>> {
  return { "cromwell-workflow-id": `cromwell-${run.runId}`, ...run.labels };
}

/**
 * Adds or overwrites labels of a run, as Cromwell's PATCH does; a label is never deleted.
 *
 * @throws {AweError} `invalid_request` for labels out of bounds.
 */
export async function labelRun(
  { store }: { readonly store: Store },
  run: Run,
  labels: Readonly<Record<string, unknown>>,
): Promise<{ status: number; body: string }> {
  assertLabels(labels);
  const all = (await store.of(run.user).label(run.runId, labels)) ?? run.labels;
  return {
    status: 200,
    body: JSON.stringify({ id: run.runId, labels: shownLabels({ runId: run.runId, labels: all }) }),
  };
}
