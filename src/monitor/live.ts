import type { Engines } from "#src/engines/engines.ts";
import { AweError } from "#src/errors.ts";
import type { EngineAddress } from "#src/fleet/fleet.ts";
import type { JsonObject } from "#src/model/run.ts";

/** How long one metadata answer serves everybody who watches a run (design: *never traded away* 6). */
const SHARED_MS = 2_000;
/** Who has waited so long is better served with what the store knows: the engine is overloaded or hangs. */
const PATIENCE_MS = 5_000;

/**
 * Reads the live metadata of a run, shared by all who look within 2 s.
 *
 * @throws {AweError} `engine_unavailable` when it does not come, or not soon.
 */
export type LiveMetadata = (at: EngineAddress, runId: string) => Promise<JsonObject | undefined>;

/**
 * Makes the one reader of live metadata: at most one request per run is under way, and its answer serves for 2 s.
 *
 * An answer is forgotten once it is too old, so memory is bounded by what is watched now. A late one is waited for by
 * nobody, but serves those who ask once it is there.
 */
export function liveMetadata(engines: Pick<Engines, "metadata">, patienceMs = PATIENCE_MS): LiveMetadata {
  const answers = new Map<string, Promise<JsonObject | undefined>>();
  const ask = (at: EngineAddress, runId: string) => {
    const answer = engines.metadata(at, runId);
    answers.set(runId, answer);
    const forget = () => answers.delete(runId);
    answer.then(() => setTimeout(forget, SHARED_MS).unref(), forget);
    return answer;
  };
  return async (at, runId) => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new AweError("engine_unavailable", "the engine takes long to tell of the run")),
      patienceMs,
    );
    try {
      return await Promise.race([answers.get(runId) ?? ask(at, runId), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
