import { afterEach, beforeEach } from "vitest";

import type { Clock } from "#src/clock.ts";
import type { Phase, Run } from "#src/model/run.ts";
import { openStore } from "#src/store/kysely/open.ts";
import type { Idempotency, Store } from "#src/store/store.ts";

import { aRun, NOON } from "./fixture-values.ts";

/** An empty database of one test's own. */
export interface Database {
  /** As `openStore` takes it. */
  readonly url: string;
  readonly remove: () => Promise<void>;
}

/** A clock that tests set. */
interface TestClock extends Clock {
  time: Date;
}

/** What a test of the store works with. */
export interface StoreFixture {
  readonly url: string;
  readonly clock: TestClock;
  /** Opened before each test. */
  readonly store: Store;
  /** Opens the same database once more, with connections of its own; closed after the test. */
  open(): Promise<Store>;
}

/** Gives each test of a `describe` a fresh database. */
export function eachWithStore(make: () => Promise<Database>): StoreFixture {
  const clock: TestClock = { time: NOON, now: () => clock.time };
  let database: Database;
  let opened: Store[] = [];
  const open = async (): Promise<Store> => {
    const store = await openStore(database.url, { clock });
    opened.push(store);
    return store;
  };
  beforeEach(async () => {
    clock.time = NOON;
    opened = [];
    database = await make();
    await open();
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
    await database.remove();
  });
  return {
    clock,
    open,
    get url() {
      return database.url;
    },
    get store() {
      const [first] = opened;
      if (!first) throw new Error("no store is open: use it inside a test");
      return first;
    },
  };
}

/** Submits a run for its user; answers what came of it. */
export function submit(store: Store, changes: Partial<Run> = {}, idempotency: Idempotency | null = null) {
  const run = aRun(changes);
  return store.of(run.user).submit({ run, idempotency });
}

/** The shortest way from `scheduled` to each phase. */
const WAY: Partial<Record<Phase, readonly Phase[]>> = {
  preparing: ["preparing"],
  ready: ["preparing", "ready"],
  starting: ["preparing", "ready", "starting"],
  running: ["preparing", "ready", "starting", "running"],
  publishing: ["preparing", "ready", "starting", "running", "publishing"],
  succeeded: ["preparing", "ready", "starting", "running", "publishing", "succeeded"],
  failed: ["failed"],
  aborted: ["aborted"],
};

/** Submits a run and brings it to `phase`. */
export async function submitAt(store: Store, phase: Phase, changes: Partial<Run> = {}): Promise<void> {
  const run = aRun(changes);
  await store.of(run.user).submit({ run, idempotency: null });
  for (const to of WAY[phase] ?? []) await store.of(run.user).move(run.runId, to, NOON);
}
