import type { Clock } from "#src/clock.ts";
import type { AbortAnswer, Engines } from "#src/engines/engines.ts";
import type { Fleet } from "#src/fleet/fleet.ts";
import { HANDED_OVER, isTerminal, type Run } from "#src/model/run.ts";
import type { Store } from "#src/store/store.ts";
import { ifAwake } from "./if-awake.ts";

/** What aborting depends on. */
export interface AbortDeps {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly engines: Engines;
  readonly clock: Clock;
  readonly nudge: () => void;
}

/**
 * Aborts a run and answers as Cromwell does, code and body.
 *
 * Before the hand-over AWE aborts it itself. Afterwards the intent is recorded first and then told to the engine; the
 * control loop repeats it until the engine has obeyed, so an engine that is down loses nothing.
 */
export async function abort(deps: AbortDeps, run: Run): Promise<AbortAnswer> {
  const records = deps.store.of(run.user);
  const now = deps.clock.now();
  if (!isTerminal(run.phase) && !HANDED_OVER.includes(run.phase)) {
    if (await records.move(run.runId, "aborted", now)) return answer(run, "Aborted");
  }
  const aborting = run.phase === "aborting" || (await records.move(run.runId, "aborting", now));
  if (!aborting) {
    const newer = await records.find(run.runId);
    // It moved on between the look and the move: look again, at most once per phase of its life.
    if (newer && newer.phase !== run.phase && !isTerminal(newer.phase)) return abort(deps, newer);
    return newer?.phase === "publishing" ? answer(run, "Aborting") : notInProgress(run.runId);
  }
  deps.nudge();
  const told = await ifAwake(deps.fleet, run.user, (at) => deps.engines.abort(at, run.runId));
  return told?.status === 200 ? told : answer(run, "Aborting");
}

function answer(run: Run, status: "Aborted" | "Aborting"): AbortAnswer {
  return { status: 200, body: JSON.stringify({ id: run.runId, status }) };
}

/** Cromwell's answer for a workflow that has ended (`cromwell-rest-api`: 404 and `error`, never 403). */
export function notInProgress(runId: string): AbortAnswer {
  const message = `Couldn't abort ${runId} because no workflow with that ID is in progress`;
  return { status: 404, body: JSON.stringify({ status: "error", message }, null, 2) };
}
