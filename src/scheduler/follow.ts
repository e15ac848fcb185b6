import type { EngineReport } from "#src/engines/engines.ts";
import { AweError, errorText } from "#src/errors.ts";
import type { EngineAddress, Fleet } from "#src/fleet/fleet.ts";
import { HANDED_OVER, type Run } from "#src/model/run.ts";
import { inOrder } from "./admit.ts";
import { settle, type SettleDeps } from "./settle.ts";
import { start } from "./start.ts";

/** A run unknown to its engine is handed over again after this long and two looks (design: *Contract*). */
const UNKNOWN_FOR_MS = 120_000;
/** Cromwell's abort knows a submission at once, its query some seconds later; a hand-over may still be on its way. */
const UNHEARD_ABORT_MS = 2_000;
/** How often in a row an engine may be silent, 15 s each time (`engines/cromwell.ts`), before it is ended. */
const SILENCES = { first: 3, most: 48 } as const;
/** How many ids one query carries (`engines.ts`), and how many runs of a user one pass looks at. */
const BATCH = 500;

/** What was missing in an engine's answers. */
interface Miss {
  readonly since: number;
  readonly looks: number;
}

/** What one process remembers between looks; nothing in it is needed to be right, only to be sparing. */
interface Memory {
  /** Runs that were handed over by this process. */
  readonly handedOver: Set<string>;
  readonly missed: Map<string, Miss>;
  /** Users whose engine did not answer when it was asked last: how often in a row, and how often it takes to give it up. */
  readonly silent: Map<string, { readonly times: number; readonly most: number }>;
}

/** What following a user's runs depends on. */
export interface FollowDeps extends SettleDeps {
  readonly fleet: Fleet;
  readonly memory: Memory;
}

/**
 * Hands over what is starting and follows what the user's engine has, with one query for all of the user's runs.
 *
 * Answers whether any run moved. One at a time per user. An engine that runs but does not answer again and again hangs,
 * and is ended: the next one goes on with its records and tasks, and is given twice as long, because it may have been
 * busy with as much as no engine reads in that time.
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
    if (hangs) {
      const { times, most } = silent.get(userName) ?? { times: 0, most: SILENCES.first };
      const hung = times + 1 >= most;
      silent.set(userName, hung ? { times: 0, most: Math.min(most * 2, SILENCES.most) } : { times: times + 1, most });
      if (hung) {
        deps.log.error("engine.hung", { user: userName, silences: most });
        await deps.fleet.sleep(userName);
      }
    }
    throw cause;
  }
}

function isSilence(cause: unknown): boolean {
  return cause instanceof AweError && cause.code === "engine_unavailable";
}

async function followAt(deps: FollowDeps, userName: string, at: EngineAddress): Promise<boolean> {
  const { memory } = deps;
  let moved = false;
  let cursor: string | undefined;
  do {
    const page = await deps.store
      .of(userName)
      .list({ phases: HANDED_OVER }, { size: BATCH, ...(cursor === undefined ? {} : { cursor }) });
    cursor = page.next;
    const fresh = page.items.filter((run) => run.phase === "starting" && !memory.handedOver.has(run.runId));
    for (const run of fresh.toSorted(inOrder)) {
      await unlessSilent(deps, run, async () => {
        await start(deps, at, run);
        memory.handedOver.add(run.runId);
      });
    }
    const reports = await deps.engines.statuses(
      at,
      page.items.map((run) => run.runId),
    );
    const byId = new Map(reports.map((report) => [report.runId, report]));
    for (const run of page.items) {
      await unlessSilent(deps, run, async () => {
        moved = (await look(deps, at, run, byId.get(run.runId))) || moved;
      });
    }
  } while (cursor !== undefined);
  return moved;
}

/** One run's trouble must not stop the user's others; an engine that does not answer stops them all. */
async function unlessSilent({ log }: FollowDeps, run: Run, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (isSilence(cause)) throw cause;
    log.error("run.lookFailed", { user: run.user, runId: run.runId, error: errorText(cause) });
  }
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
  if (run.phase === "aborting") {
    // Its query may not know the run yet while its abort does. What it has never heard of has nothing left to abort.
    const told = await deps.engines.abort(at, run.runId);
    if (told.status === 200 || now - miss.since < UNHEARD_ABORT_MS) return false;
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
