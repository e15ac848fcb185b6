import type { EngineReport } from "#src/engines/engines.ts";
import { AweError, errorText } from "#src/errors.ts";
import type { EngineAddress, Fleet } from "#src/fleet/fleet.ts";
import { HANDED_OVER, type Run } from "#src/model/run.ts";
import { settle, type SettleDeps } from "./settle.ts";
import { start } from "./start.ts";

/** A run unknown to its engine is handed over again after this long and two looks (design: *Contract*). */
const UNKNOWN_FOR_MS = 120_000;
/** How many ids one query carries (`engines.ts`), and how many runs of a user one pass looks at. */
const BATCH = 500;

/** What was missing in an engine's answers. */
interface Miss {
  readonly since: number;
  readonly looks: number;
}

/** What one process remembers between looks; nothing in it is needed to be right, only to be sparing. */
export interface Memory {
  /** Runs that were handed over by this process. */
  readonly handedOver: Set<string>;
  readonly missed: Map<string, Miss>;
  /** Users whose engine did not answer when it was asked last. */
  readonly silent: Set<string>;
}

/** What following a user's runs depends on. */
export interface FollowDeps extends SettleDeps {
  readonly fleet: Fleet;
  readonly memory: Memory;
}

/**
 * Hands over what is starting and follows what the user's engine has, with one query for all of the user's runs.
 *
 * Answers whether any run moved. One at a time per user. An engine that runs but does not answer twice in a row hangs,
 * and is ended: the next one goes on with its records and tasks.
 *
 * @throws {AweError} `engine_unavailable`; nothing is lost, the next pass goes on.
 */
export async function followUser(deps: FollowDeps, userName: string): Promise<boolean> {
  const at = await deps.fleet.wake(userName);
  const { silent } = deps.memory;
  try {
    const moved = await followAt(deps, userName, at);
    silent.delete(userName);
    return moved;
  } catch (cause) {
    const hangs = isSilence(cause) && (await deps.fleet.state(userName)).kind === "ready";
    if (hangs && silent.has(userName)) {
      deps.log.error("engine.hung", { user: userName });
      await deps.fleet.sleep(userName);
    }
    if (hangs && !silent.delete(userName)) silent.add(userName);
    throw cause;
  }
}

function isSilence(cause: unknown): boolean {
  return cause instanceof AweError && cause.code === "engine_unavailable";
}

async function followAt(deps: FollowDeps, userName: string, at: EngineAddress): Promise<boolean> {
  const { memory, log } = deps;
  let moved = false;
  let cursor: string | undefined;
  do {
    const page = await deps.store
      .of(userName)
      .list({ phases: HANDED_OVER }, { size: BATCH, ...(cursor === undefined ? {} : { cursor }) });
    cursor = page.next;
    const fresh = page.items.filter((run) => run.phase === "starting" && !memory.handedOver.has(run.runId));
    for (const run of fresh.toReversed()) {
      await start(deps, at, run);
      memory.handedOver.add(run.runId);
    }
    const reports = await deps.engines.statuses(
      at,
      page.items.map((run) => run.runId),
    );
    const byId = new Map(reports.map((report) => [report.runId, report]));
    for (const run of page.items) {
      try {
        moved = (await look(deps, at, run, byId.get(run.runId))) || moved;
      } catch (cause) {
        if (isSilence(cause)) throw cause;
        // One run's trouble must not stop the user's others.
        log.error("run.lookFailed", { user: userName, runId: run.runId, error: errorText(cause) });
      }
    }
  } while (cursor !== undefined);
  return moved;
}

/** Brings one run to where the engine says it is. */
async function look(deps: FollowDeps, at: EngineAddress, run: Run, report: EngineReport | undefined): Promise<boolean> {
  if (report === undefined) return missing(deps, at, run);
  deps.memory.missed.delete(run.runId);
  const moved = await settle(deps, at, run, report);
  if (moved) deps.memory.handedOver.delete(run.runId);
  return moved;
}

/** The engine does not know the run: perhaps not yet, perhaps no longer. */
async function missing(deps: FollowDeps, at: EngineAddress, run: Run): Promise<boolean> {
  const { store, clock, memory, log } = deps;
  const now = clock.now().getTime();
  const earlier = memory.missed.get(run.runId);
  const miss = { since: earlier?.since ?? now, looks: (earlier?.looks ?? 0) + 1 };
  memory.missed.set(run.runId, miss);
  if (miss.looks < 2) return false;
  // What was aborted before it arrived has nothing left to abort.
  if (run.phase === "aborting") {
    memory.missed.delete(run.runId);
    return store.of(run.user).move(run.runId, "aborted", clock.now());
  }
  if (now - miss.since < UNKNOWN_FOR_MS) return false;
  memory.missed.delete(run.runId);
  if (run.phase === "publishing") {
    const message = "the engine finished the run, and then lost its records before they could be archived";
    return store.of(run.user).move(run.runId, "failed", clock.now(), { failures: [{ message, causedBy: [] }] });
  }
  log.warn("run.forgottenByEngine", { user: run.user, runId: run.runId, phase: run.phase });
  await start(deps, at, run);
  return false;
}
