import { setTimeout as delay } from "node:timers/promises";

import { AweError, errorText } from "#src/errors.ts";
import { HANDED_OVER } from "#src/model/run.ts";
import type { Lease } from "#src/store/store.ts";
import { admit, inTurns } from "./admit.ts";
import { followUser, type FollowDeps } from "./follow.ts";
import { prepare, type PrepareDeps } from "./prepare.ts";

/** What the control loop depends on. */
export interface LoopDeps extends Omit<FollowDeps, "memory">, PrepareDeps {
  /** Who holds the lease: the same name again after a restart, so that the lease of a killed process is no obstacle. */
  readonly holder: string;
  /** An engine without work for this long is put to sleep. */
  readonly idleMs: number;
}

/** The one control loop of a process. */
export interface ControlLoop {
  /** Something happened: look at once instead of at the next turn. */
  nudge(): void;
  /** An engine was used by somebody; its idle time begins anew. */
  used(userName: string): void;
  /** Stops after what is under way has come to a safe place. */
  close(): Promise<void>;
}

/** Who admits holds a lease of this length, and prolongs it when half of it is over: a prolongation is a write to disk. */
const LEASE_MS = 15_000;
/**
 * Fetching and checking are bounded by network and one core, and by memory: the largest source takes 350 MB while it is
 * fetched. A user whose Git host is slow leaves room for others.
 */
const PREPARING_AT_ONCE = { all: 8, user: 2 } as const;
/** Whatever is under way can be repeated, so the end waits for it, but not long. */
const CLOSE_MS = 3_000;
const BATCH = 500;
/** Looks follow each other quickly after something moved, and slow down by an eighth of the time that nothing did. */
const PAUSE_MS = { first: 60, factor: 1.12, active: 1_500, idle: 20_000 } as const;
/** `Idempotency-Key`s are kept for a day (design: *Contract*). */
const KEY_LIFE_MS = 24 * 3_600_000;

/**
 * Starts the loop that moves every accepted run to its end: prepare, admit, hand over, follow, put engines to sleep.
 *
 * A pass only starts work and never waits for it; each piece of work is one run's preparation or one user's engine,
 * is under way once at most, and is repeated from the store after a crash.
 */
export function startControlLoop(deps: LoopDeps): ControlLoop {
  const underWay = new Map<string, Promise<void>>();
  /** Runs that are being prepared, with their users. */
  const preparing = new Map<string, string>();
  const lastUse = new Map<string, number>();
  const follow: FollowDeps = { ...deps, memory: { handedOver: new Set(), missed: new Map(), silent: new Map() } };
  let closed = false;
  let pauseMs: number = PAUSE_MS.first;
  let timer: NodeJS.Timeout | undefined;
  let passing: Promise<void> | undefined;
  let again = false;
  let nextForgetting = 0;
  let lease: Lease | undefined;
  let leasedUntil = 0;

  const nudge = () => {
    pauseMs = PAUSE_MS.first;
    if (closed) return;
    if (passing) again = true;
    else turn();
  };

  const turn = () => {
    clearTimeout(timer);
    again = false;
    passing = pass()
      .catch((cause: unknown) => deps.log.error("loop.passFailed", { error: errorText(cause) }))
      .finally(() => {
        passing = undefined;
        if (closed) return;
        if (again) turn();
        else timer = setTimeout(turn, pauseMs);
      });
  };

  const begin = (name: string, work: () => Promise<boolean | void>) => {
    if (underWay.has(name) || closed) return;
    const done = work()
      .then((moved) => {
        if (moved !== false) nudge();
      })
      .catch((cause: unknown) => deps.log.warn("loop.workFailed", { work: name, error: errorText(cause) }))
      .finally(() => underWay.delete(name));
    underWay.set(name, done);
  };

  const pass = async () => {
    const now = deps.clock.now();
    if (now.getTime() > leasedUntil - LEASE_MS / 2) {
      const until = now.getTime() + LEASE_MS;
      lease = await deps.store.control.lease("control", deps.holder, now, new Date(until));
      leasedUntil = until;
    }
    if (!lease) {
      leasedUntil = 0;
      pauseMs = PAUSE_MS.active;
      return;
    }
    await prepareSome();
    for (const run of admit({ ready: await deps.store.control.inPhase(["ready"], BATCH) }).start) {
      await deps.store.control.admit(run.user, run.runId, deps.clock.now(), lease);
    }
    const active = await deps.store.control.usersWith(HANDED_OVER);
    for (const userName of active) {
      lastUse.set(userName, now.getTime());
      begin(`engine ${userName}`, () => followUser(follow, userName));
    }
    await sleepIdle(new Set(active), now.getTime());
    if (now.getTime() > nextForgetting) {
      nextForgetting = now.getTime() + 3_600_000;
      await deps.store.control.forgetIdempotencyKeys(new Date(now.getTime() - KEY_LIFE_MS));
    }
    const busy = active.length > 0 || underWay.size > 0;
    pauseMs = busy
      ? Math.min(pauseMs * PAUSE_MS.factor, PAUSE_MS.active)
      : Math.min(PAUSE_MS.idle, Math.max(deps.idleMs / 3, 1_000));
  };

  const share = (user: string) => [...preparing.values()].filter((other) => other === user).length;

  const prepareSome = async () => {
    // Users who have their share under way are left out of the query: a thousand runs of theirs hide nobody's one.
    for (let before = -1; before < preparing.size && preparing.size < PREPARING_AT_ONCE.all;) {
      before = preparing.size;
      const full = [...new Set(preparing.values())].filter((user) => share(user) >= PREPARING_AT_ONCE.user);
      for (const run of inTurns(await deps.store.control.inPhase(["scheduled", "preparing"], BATCH, full))) {
        if (preparing.size >= PREPARING_AT_ONCE.all) return;
        if (preparing.has(run.runId) || share(run.user) >= PREPARING_AT_ONCE.user) continue;
        preparing.set(run.runId, run.user);
        begin(`prepare ${run.runId}`, () => prepare(deps, run).finally(() => preparing.delete(run.runId)));
      }
    }
  };

  const sleepIdle = async (active: ReadonlySet<string>, now: number) => {
    for (const userName of deps.fleet.awake()) {
      if (active.has(userName) || now - (lastUse.get(userName) ?? now) < deps.idleMs) {
        if (!lastUse.has(userName)) lastUse.set(userName, now);
        continue;
      }
      begin(`engine ${userName}`, async () => {
        if (!(await hasWork(userName))) await deps.fleet.sleep(userName);
        lastUse.set(userName, deps.clock.now().getTime());
        return false;
      });
    }
  };

  /** An engine that does not answer has nothing to lose by being put to sleep. */
  const hasWork = async (userName: string): Promise<boolean> => {
    const state = await deps.fleet.state(userName);
    if (state.kind !== "ready") return state.kind === "waking";
    try {
      return (await deps.engines.activeCount(state.address)) > 0;
    } catch (cause) {
      if (cause instanceof AweError) return false;
      throw cause;
    }
  };

  turn();
  return {
    nudge,
    used: (userName) => void lastUse.set(userName, deps.clock.now().getTime()),
    async close() {
      closed = true;
      clearTimeout(timer);
      await passing;
      const late = new AbortController();
      await Promise.race([
        Promise.allSettled(underWay.values()).then(() => late.abort()),
        delay(CLOSE_MS, undefined, { signal: late.signal }).catch(() => {}),
      ]);
      if (lease) await deps.store.control.release(lease, deps.holder);
    },
  };
}
