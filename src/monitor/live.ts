import type { Engines } from "#src/engines/engines.ts";
import type { EngineAddress } from "#src/fleet/fleet.ts";
import type { JsonObject } from "#src/model/run.ts";

/** How long one metadata answer serves everybody who watches a run (design: *never traded away* 6). */
const SHARED_MS = 2_000;

/** Reads the live metadata of a run, shared by all who look within 2 s. */
export type LiveMetadata = (at: EngineAddress, runId: string) => Promise<JsonObject | undefined>;

/**
 * Makes the one reader of live metadata: at most one request per run is under way, and its answer serves for 2 s.
 *
 * An answer is forgotten once it is too old, so memory is bounded by what is watched now.
 */
export function liveMetadata(engines: Pick<Engines, "metadata">): LiveMetadata {
  const answers = new Map<string, Promise<JsonObject | undefined>>();
  return (at, runId) => {
    const shared = answers.get(runId);
    if (shared) return shared;
    const answer = engines.metadata(at, runId);
    answers.set(runId, answer);
    const forget = () => answers.delete(runId);
    answer.then(() => setTimeout(forget, SHARED_MS).unref(), forget);
    return answer;
  };
}
