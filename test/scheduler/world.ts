import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { EngineReport, Engines } from "#src/engines/engines.ts";
import { AweError } from "#src/errors.ts";
import type { EngineAddress, Fleet } from "#src/fleet/fleet.ts";
import { silentLog } from "#src/log.ts";
import type { Closure } from "#src/model/closure.ts";
import type { CromwellStatus, JsonObject, Phase, Run } from "#src/model/run.ts";
import type { Objects } from "#src/objects/objects.ts";
import type { FollowDeps } from "#src/scheduler/follow.ts";
import { openStore } from "#src/store/kysely/open.ts";
import type { Store } from "#src/store/store.ts";
import { packClosure } from "#src/workflows/closure-file.ts";
import { aRun, NOON, runId } from "../store/fixture-values.ts";

/** Where the fake engine of everybody answers. */
export const ADDRESS: EngineAddress = { kind: "socket", path: "/none", key: null };

/** A frozen source of one document. */
export const CLOSURE: Closure = {
  main: "main.wdl",
  documents: new Map([["main.wdl", "version 1.0\nworkflow hello {}\n"]]),
  inputFiles: new Map(),
  inputs: {},
  options: {},
  labels: { from: "source" },
  wdlName: "hello",
  hash: "a".repeat(64),
};

/** An engine that says what a test wants, and counts what it is asked. */
interface FakeEngine extends Engines {
  /** What it has; a run that is not in here is unknown to it. */
  readonly has: Map<string, CromwellStatus>;
  readonly metadataOf: Map<string, JsonObject>;
  readonly asked: string[];
  /** While true nothing is answered. */
  silent: boolean;
  /** What a hand-over is refused with. */
  refusal?: string;
}

/** The real store, a folder of objects in memory, and a fake engine. */
export interface World extends FollowDeps {
  readonly store: Store;
  readonly engines: FakeEngine;
  readonly kept: Map<string, Uint8Array>;
  /** Names of users whose engine was put to sleep. */
  readonly slept: string[];
  /** Moves the clock on. */
  readonly later: (ms: number) => void;
  /** Stores a run as if it had come to `phase`; answers it. */
  readonly run: (phase: Phase, changes?: Partial<Run>) => Promise<Run>;
  readonly phaseOf: (run: Run) => Promise<Phase | undefined>;
  readonly remove: () => Promise<void>;
}

/** Makes a world; `remove` it after the test. */
export async function makeWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "awe-scheduler-"));
  let nowMs = NOON.getTime();
  const clock = { now: () => new Date(nowMs) };
  const store = await openStore(join(folder, "awe.sqlite"), { clock });
  const kept = new Map<string, Uint8Array>([["alice/closures/1", await packClosure(CLOSURE)]]);
  const engines = fakeEngine();
  const slept: string[] = [];
  let count = 0;
  return {
    store,
    engines,
    kept,
    slept,
    clock,
    log: silentLog,
    objects: objectsIn(kept),
    fleet: fleetOf(slept),
    memory: { handedOver: new Set(), missed: new Map(), silent: new Map() },
    later: (ms) => void (nowMs += ms),
    async run(phase, changes = {}) {
      count += 1;
      const run = aRun({
        runId: runId(count),
        workflow: `w${count}`,
        closureKey: "closures/1",
        phase,
        submittedAt: clock.now(),
        movedAt: clock.now(),
        ...changes,
      });
      await store.of(run.user).submit({ run, idempotency: null });
      return run;
    },
    phaseOf: async (run) => (await store.of(run.user).find(run.runId))?.phase,
    async remove() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function fakeEngine(): FakeEngine {
  const engine: FakeEngine = {
    has: new Map(),
    metadataOf: new Map(),
    asked: [],
    silent: false,
    submit: async (_at, { runId: id }) => {
      ask("submit");
      if (engine.refusal !== undefined) return { refused: engine.refusal };
      if (engine.has.has(id)) return "already";
      engine.has.set(id, "Submitted");
      return "started";
    },
    statuses: async (_at, ids) => {
      ask("statuses");
      return ids.flatMap((id): EngineReport[] => {
        const status = engine.has.get(id);
        return status === undefined ? [] : [{ runId: id, status, wdlName: "hello", startedAt: NOON }];
      });
    },
    activeCount: async () => engine.has.size,
    metadata: async (_at, id) => {
      ask("metadata");
      return engine.metadataOf.get(id) ?? { outputs: { "hello.x": 1 }, calls: {} };
    },
    abort: async (_at, id) => {
      ask("abort");
      return { status: engine.has.has(id) ? 200 : 404, body: "{}" };
    },
    label: async () => ask("label"),
    proxy: async () => {
      throw new Error("nothing is proxied here");
    },
  };
  const ask = (what: string): void => {
    engine.asked.push(what);
    if (engine.silent) throw new AweError("engine_unavailable", "the engine did not answer");
  };
  return engine;
}

function objectsIn(kept: Map<string, Uint8Array>): Objects {
  const refuse = async (): Promise<never> => {
    throw new Error("no file of a user's is needed here");
  };
  return {
    put: async (user, key, bytes) => void kept.set(`${user}/${key}`, bytes),
    get: async (user, key) => kept.get(`${user}/${key}`),
    delete: async (user, key) => void kept.delete(`${user}/${key}`),
    stage: refuse,
    open: refuse,
    size: refuse,
    receive: refuse,
    uploadPath: () => "/none",
    isForeign: () => false,
  };
}

function fleetOf(slept: string[]): Fleet {
  return {
    wake: async () => ADDRESS,
    state: async () => ({ kind: "ready", address: ADDRESS }),
    sleep: async (user) => void slept.push(user),
    awake: () => ["alice"],
    close: async () => {},
  };
}
