import { AweError, errorText, type Finding } from "#src/errors.ts";
import type { Clock } from "#src/clock.ts";
import type { Log } from "#src/log.ts";
import type { Closure } from "#src/model/closure.ts";
import type { Failure, Run } from "#src/model/run.ts";
import type { Objects } from "#src/objects/objects.ts";
import type { Store } from "#src/store/store.ts";

/** What preparing depends on. */
export interface PrepareDeps {
  readonly store: Store;
  readonly objects: Objects;
  /**
   * Fetches the stored submission of a run and freezes it.
   *
   * @throws {AweError} `invalid_source` with findings.
   */
  readonly freezeRun: (run: Run) => Promise<{ closure: Closure; commit: string | null; packed: Uint8Array }>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Takes one run from `scheduled` (or a `preparing` that a crash left) to `ready`, or to `failed` with its findings.
 *
 * May run twice for one run: the closure's key is its hash, and the moves are conditional.
 *
 * @throws whatever kept AWE from storing what came of it; the run stays as it is, and is prepared again.
 */
export async function prepare(deps: PrepareDeps, run: Run): Promise<void> {
  const records = deps.store.of(run.user);
  if (run.phase === "scheduled" && !(await records.move(run.runId, "preparing", deps.clock.now()))) return;
  const frozen = await freezeOrExplain(deps, run);
  if ("findings" in frozen) {
    await records.move(run.runId, "failed", deps.clock.now(), { failures: [failureOf(frozen.findings)] });
    return;
  }
  const { closure, commit, packed } = frozen;
  const closureKey = `closures/${closure.hash}`;
  await deps.objects.put(run.user, closureKey, packed);
  await records.move(run.runId, "ready", deps.clock.now(), {
    closureKey,
    source: { ...run.source, commit },
    wdlName: closure.wdlName,
    labels: { ...closure.labels, ...run.labels },
  });
}

/** The frozen source, or why there is none. That AWE's own records are busy is no fault of the run's: it throws. */
async function freezeOrExplain(deps: PrepareDeps, run: Run) {
  try {
    return await deps.freezeRun(run);
  } catch (cause) {
    if (cause instanceof AweError && cause.code === "timeout") throw cause;
    if (cause instanceof AweError && cause.code !== "internal") {
      return { findings: cause.findings.length > 0 ? cause.findings : [{ message: cause.message }] };
    }
    deps.log.error("run.preparationFailed", { user: run.user, runId: run.runId, error: errorText(cause) });
    const message = "AWE itself failed while it prepared the run; the log of the gateway says why. Submit it again.";
    return { findings: [{ message }] };
  }
}

/** The failure tree of a run that could not be prepared; each finding keeps its place. */
export function failureOf(findings: readonly Finding[]): Failure {
  return {
    message: "Workflow input processing failed",
    causedBy: findings.map((finding) => ({ ...finding, causedBy: [] })),
  };
}
