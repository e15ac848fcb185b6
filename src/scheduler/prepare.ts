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
 */
export async function prepare(deps: PrepareDeps, run: Run): Promise<void> {
  const records = deps.store.of(run.user);
  if (run.phase === "scheduled" && !(await records.move(run.runId, "preparing", deps.clock.now()))) return;
  try {
    const { closure, commit, packed } = await deps.freezeRun(run);
    const closureKey = `closures/${closure.hash}`;
    await deps.objects.put(run.user, closureKey, packed);
    await records.move(run.runId, "ready", deps.clock.now(), {
      closureKey,
      source: { ...run.source, commit },
      wdlName: closure.wdlName,
      labels: { ...closure.labels, ...run.labels },
    });
  } catch (cause) {
    const known = cause instanceof AweError && cause.code !== "internal";
    if (!known) deps.log.error("run.preparationFailed", { user: run.user, runId: run.runId, error: errorText(cause) });
    const findings: readonly Finding[] = known
      ? cause.findings.length > 0
        ? cause.findings
        : [{ message: cause.message }]
      : [{ message: "AWE itself failed while it prepared the run; the log of the gateway says why. Submit it again." }];
    await records.move(run.runId, "failed", deps.clock.now(), { failures: [failureOf(findings)] });
  }
}

/** The failure tree of a run that could not be prepared; each finding keeps its place. */
export function failureOf(findings: readonly Finding[]): Failure {
  return {
    message: "Workflow input processing failed",
    causedBy: findings.map((finding) => ({ ...finding, causedBy: [] })),
  };
}
