import type { Clock } from "#src/clock.ts";
import type { EngineReport, Engines } from "#src/engines/engines.ts";
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

/** Archives a run's last metadata and takes from it what the store keeps. */
async function lastWords(deps: SettleDeps, at: EngineAddress, run: Run): Promise<RunPatch> {
  const metadata = await deps.engines.metadata(at, run.runId);
  if (!metadata) return {};
  await archiveMetadata(deps.objects, run, metadata);
  return {
    calls: callsOf(metadata),
    outputs: (metadata["outputs"] ?? {}) as JsonObject,
    failures: failuresOf(metadata),
  };
}
