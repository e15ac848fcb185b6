import { AweError, errorText } from "#src/errors.ts";
import type { EngineAddress } from "#src/fleet/fleet.ts";
import type { Run } from "#src/model/run.ts";
import { unpackClosure } from "#src/workflows/closure-file.ts";
import { handOverOf } from "#src/workflows/hand-over.ts";
import { failureOf } from "./prepare.ts";
import type { SettleDeps } from "./settle.ts";

/**
 * Hands a run in `starting` to its user's engine, under the run's own UUID.
 *
 * Safe to repeat: an engine that has the run says so. What can never succeed ends the run; an engine that does not
 * answer leaves it for the next pass.
 *
 * @throws {AweError} `engine_unavailable`, `engine_failed`.
 */
export async function start(deps: SettleDeps, at: EngineAddress, run: Run): Promise<void> {
  try {
    const outcome = await handOver(deps, at, run);
    if (typeof outcome === "object") await fail(deps, run, outcome.refused);
    else deps.log.info("run.handedOver", { user: run.user, runId: run.runId, outcome });
  } catch (cause) {
    if (cause instanceof AweError && cause.code.startsWith("engine_")) throw cause;
    deps.log.error("run.handOverFailed", { user: run.user, runId: run.runId, error: errorText(cause) });
    await fail(deps, run, errorText(cause));
  }
}

async function handOver(deps: SettleDeps, at: EngineAddress, run: Run) {
  const packed = run.closureKey === null ? undefined : await deps.objects.get(run.user, run.closureKey);
  if (!packed) throw new AweError("internal", "the frozen closure of the run is gone from AWE's objects");
  const closure = await unpackClosure(packed);
  const files = [...closure.inputFiles].map(([path, bytes]) => ({ path, bytes }));
  const inputFolder = files.length === 0 ? "" : await deps.objects.stage(run.user, run.runId, files);
  const uploadPath = (uploadId: string, name: string) => deps.objects.uploadPath(run.user, uploadId, name);
  return deps.engines.submit(at, await handOverOf(run, closure, { inputFolder, uploadPath }));
}

async function fail(deps: SettleDeps, run: Run, message: string): Promise<void> {
  await deps.store.of(run.user).move(run.runId, "failed", deps.clock.now(), { failures: [failureOf([{ message }])] });
}
