import type { Clock } from "#src/clock.ts";
import type { EngineReport, Engines } from "#src/engines/engines.ts";
import { AweError } from "#src/errors.ts";
import type { EngineAddress } from "#src/fleet/fleet.ts";
import type { Log } from "#src/log.ts";
import type { JsonObject, Phase, Run } from "#src/model/run.ts";
import { archiveMetadata } from "#src/monitor/archive.ts";
import { callsOf, failuresOf } from "#src/monitor/calls.ts";
import type { Objects } from "#src/objects/objects.ts";
import type { RunPatch, Store } from "#src/store/store.ts";

/** What following an engine's reports depends on. */
export interface SettleDeps {
  readonly store: Store;
  readonly engines: Engines;
  readonly objects: Objects;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Brings a run to where its engine says it is.
 *
 * Reports come late, doubled and out of order; every move is conditional, and the answer is whether anything moved.
 */
export async function settle(deps: SettleDeps, at: EngineAddress, run: Run, report: EngineReport): Promise<boolean> {
  const move = (to: Phase, patch: RunPatch = {}) =>
    deps.store.of(run.user).move(run.runId, to, deps.clock.now(), patch);
  const began = (): RunPatch => ({
    startedAt: report.startedAt ?? deps.clock.now(),
    ...(report.wdlName === null ? {} : { wdlName: report.wdlName }),
  });
  switch (report.status) {
    case "On Hold":
    case "Submitted":
      if (run.phase === "aborting") await deps.engines.abort(at, run.runId);
      return false;
    case "Running":
      if (run.phase === "aborting") await deps.engines.abort(at, run.runId);
      return run.phase === "starting" && move("running", began());
    case "Aborting":
      return move("aborting");
    case "Succeeded":
      if (run.phase === "starting") await move("running", began());
      await move("publishing");
      return move("succeeded", await lastWords(deps, at, run));
    case "Failed":
      if (run.phase === "starting") await move("running", began());
      return move("failed", await lastWords(deps, at, run));
    case "Aborted":
      if (run.phase === "starting") await move("running", began());
      return move("aborted", await lastWords(deps, at, run));
    default:
      report.status satisfies never;
      return false;
  }
}

/** Rows stay small, so that lists are quick; what is larger is read from the archive (`workflows/look.ts`). */
const MOST_ROW_BYTES = 64 * 1024;

/** Archives a run's last metadata and takes from it what the store keeps. */
async function lastWords(deps: SettleDeps, at: EngineAddress, run: Run): Promise<RunPatch> {
  const metadata = await metadataWithinBounds(deps, at, run);
  if (!metadata) return {};
  await archiveMetadata(deps.objects, run, metadata);
  const outputs = (metadata["outputs"] ?? {}) as JsonObject;
  const failures = failuresOf(metadata);
  return {
    calls: callsOf(metadata),
    outputs: fitsRow(outputs) ? outputs : null,
    failures: fitsRow(failures)
      ? failures
      : [{ message: "The failures are too many to list here; the metadata has them.", causedBy: [] }],
  };
}

const fitsRow = (value: unknown) => JSON.stringify(value).length <= MOST_ROW_BYTES;

/** A run ends also when what its engine tells of it is too large to be kept: then it stays with the engine. */
async function metadataWithinBounds(
  { engines, log }: SettleDeps,
  at: EngineAddress,
  run: Run,
): Promise<JsonObject | undefined> {
  try {
    return await engines.metadata(at, run.runId);
  } catch (cause) {
    if (!(cause instanceof AweError) || cause.code !== "too_large") throw cause;
    log.warn("run.metadataTooLarge", { user: run.user, runId: run.runId });
    return undefined;
  }
}
