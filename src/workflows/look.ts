import type { Fleet } from "#src/fleet/fleet.ts";
import { isTerminal, type Call, type JsonObject, type Run } from "#src/model/run.ts";
import { archivedMetadata } from "#src/monitor/archive.ts";
import { callsOf } from "#src/monitor/calls.ts";
import type { LiveMetadata } from "#src/monitor/live.ts";
import type { Objects } from "#src/objects/objects.ts";
import type { Store } from "#src/store/store.ts";
import { ifAwake } from "./if-awake.ts";
import { runView, type RunView } from "./run-view.ts";

/** What looking at runs depends on. */
export interface LookDeps {
  readonly objects: Objects;
  readonly store: Store;
  readonly fleet: Fleet;
  readonly live: LiveMetadata;
}

/**
 * The calls of a run: of an ended one from the store, of a live one from its engine, by a request that everybody who
 * watches within 2 s shares. An engine that is asleep or does not answer is left alone, and the answer is what the
 * store knows.
 */
export async function callsOfRun(deps: LookDeps, run: Run): Promise<readonly Call[]> {
  const metadata = isTerminal(run.phase) ? undefined : await liveMetadataOf(deps, run);
  return metadata ? callsOf(metadata) : deps.store.of(run.user).calls(run.runId);
}

/** The outputs of a run, from its row or, where they are too large for that, from its archive; `null` without any. */
export async function outputsOfRun({ objects }: Pick<LookDeps, "objects">, run: Run): Promise<JsonObject | null> {
  if (run.outputs !== null || run.phase !== "succeeded") return run.outputs;
  const metadata = await archivedMetadata(objects, run);
  return (metadata?.["outputs"] ?? null) as JsonObject | null;
}

/** A run as its owner sees it, with calls and outputs. */
export async function viewOfRun(deps: LookDeps, run: Run): Promise<RunView> {
  const [calls, outputs] = await Promise.all([callsOfRun(deps, run), outputsOfRun(deps, run)]);
  return runView(run, calls, outputs);
}

/** The shared live metadata of a handed-over run, or `undefined`. */
async function liveMetadataOf({ fleet, live }: LookDeps, run: Run): Promise<JsonObject | undefined> {
  if (run.startedAt === null && run.phase !== "starting") return undefined;
  return ifAwake(fleet, run.user, (at) => live(at, run.runId));
}
