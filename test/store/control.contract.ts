import { describe, expect, test } from "vitest";

import type { Lease } from "#src/store/store.ts";

import { at, NOON, runId } from "./fixture-values.ts";
import { eachWithStore, submit, submitAt } from "./fixture.ts";
import type { Database } from "./fixture.ts";

/** What the control loop sees and does. */
export function describeControl(make: () => Promise<Database>): void {
  describe("the control loop", () => {
    const fixture = eachWithStore(make);
    const lease = (holder: string, from: number, until: number) =>
      fixture.store.control.lease("admission", holder, at(from), at(until));
    const taken = async (holder: string, from: number, until: number): Promise<Lease> => {
      const got = await lease(holder, from, until);
      if (!got) throw new Error(`${holder} did not get the lease`);
      return got;
    };

    test("sees everybody's runs in some phases, oldest move first", async () => {
      await submit(fixture.store, { runId: runId(1), workflow: "a" });
      await submit(fixture.store, { runId: runId(2), workflow: "b", user: "bob", movedAt: at(-5) });
      await submit(fixture.store, { runId: runId(3), workflow: "c", phase: "held" });
      await submit(fixture.store, { runId: runId(4), workflow: "d" });
      await fixture.store.of("alice").move(runId(4), "failed", at(1));
      const { control } = fixture.store;
      const ids = async (...args: Parameters<typeof control.inPhase>) =>
        (await control.inPhase(...args)).map((run) => run.runId);
      expect(await ids(["scheduled"], 10)).toEqual([runId(2), runId(1)]);
      expect(await ids(["scheduled", "held"], 2)).toEqual([runId(2), runId(1)]);
      expect(await ids([], 10)).toEqual([]);
      expect([...(await control.usersWith(["scheduled", "held"]))].sort()).toEqual(["alice", "bob"]);
      expect(await control.usersWith(["failed"])).toEqual(["alice"]);
      expect(await control.usersWith([])).toEqual([]);
    });

    test("has one holder of a lease at a time", async () => {
      expect(await lease("one", 0, 10)).toEqual({ name: "admission", epoch: 1 });
      expect(await lease("two", 5, 15)).toBeUndefined();
      expect(await lease("two", 9.999, 15)).toBeUndefined();
      expect(await fixture.store.control.lease("other", "two", at(5), at(15))).toEqual({ name: "other", epoch: 1 });
    });

    test("lets a holder prolong its lease under the same epoch", async () => {
      await lease("one", 0, 10);
      expect(await lease("one", 5, 20)).toMatchObject({ epoch: 1 });
      expect(await lease("two", 15, 25)).toBeUndefined();
    });

    test("gives a lease that ran out to the next holder, with the next epoch", async () => {
      await lease("one", 0, 10);
      expect(await lease("two", 10, 20)).toMatchObject({ epoch: 2 });
      expect(await lease("one", 15, 25)).toBeUndefined();
      expect(await lease("one", 20, 30)).toMatchObject({ epoch: 3 });
    });

    test("gives a lease that was given back to the next holder at once", async () => {
      const first = await taken("one", 0, 10);
      await fixture.store.control.release(first, "one");
      expect(await lease("two", 1, 11)).toMatchObject({ epoch: 2 });
    });

    test("does not let a holder give back what is another's by now", async () => {
      const first = await taken("one", 0, 10);
      await taken("two", 10, 20);
      await fixture.store.control.release(first, "one");
      expect(await lease("three", 15, 25)).toBeUndefined();
    });

    test("admits a ready run under the newest lease, once", async () => {
      await submitAt(fixture.store, "ready");
      const held = await taken("one", 0, 10);
      expect(await fixture.store.control.admit("alice", runId(1), at(1), held)).toBe(true);
      expect(await fixture.store.of("alice").find(runId(1))).toMatchObject({ phase: "starting", movedAt: at(1) });
      expect(await fixture.store.control.admit("alice", runId(1), at(2), held)).toBe(false);
    });

    test("admits nothing under a lease that somebody took over, that was given back, or that never was", async () => {
      await submitAt(fixture.store, "ready");
      const first = await taken("one", 0, 10);
      const second = await taken("two", 10, 20);
      const { control } = fixture.store;
      expect(await control.admit("alice", runId(1), at(11), first)).toBe(false);
      expect(await control.admit("alice", runId(1), at(11), { name: "none", epoch: 1 })).toBe(false);
      await control.release(second, "two");
      expect(await control.admit("alice", runId(1), at(12), second)).toBe(false);
      expect((await fixture.store.of("alice").find(runId(1)))?.phase).toBe("ready");
    });

    test("admits no run that is not ready, or that is not the named user's", async () => {
      await submit(fixture.store);
      const held = await taken("one", 0, 10);
      expect(await fixture.store.control.admit("alice", runId(1), NOON, held)).toBe(false);
      await submitAt(fixture.store, "ready", { runId: runId(2), workflow: "other" });
      expect(await fixture.store.control.admit("bob", runId(2), NOON, held)).toBe(false);
    });
  });
}
