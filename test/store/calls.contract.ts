import { describe, expect, test } from "vitest";

import { aCall, at, runId } from "./fixture-values.ts";
import { eachWithStore, submitAt } from "./fixture.ts";
import type { Database } from "./fixture.ts";

/** How calls are kept. */
export function describeCalls(make: () => Promise<Database>): void {
  describe("calls", () => {
    const fixture = eachWithStore(make);

    test("come back as they were given, in their order", async () => {
      await submitAt(fixture.store, "starting");
      const calls = [
        aCall({ key: "z", shard: 3, attempt: 2, returnCode: -1 }),
        aCall({ key: "a.b-1", status: "Running", returnCode: null, endedAt: null, startedAt: null }),
        aCall({ key: "m", stdout: null, stderr: null }),
      ];
      await fixture.store.of("alice").move(runId(1), "running", at(1), { calls });
      expect(await fixture.store.of("alice").calls(runId(1))).toEqual(calls);
    });

    test("take the place of all calls before", async () => {
      await submitAt(fixture.store, "starting");
      const alice = fixture.store.of("alice");
      await alice.move(runId(1), "running", at(1), { calls: [aCall({ key: "a" }), aCall({ key: "b" })] });
      await alice.move(runId(1), "failing", at(2));
      expect(await alice.calls(runId(1))).toHaveLength(2);
      await alice.move(runId(1), "failed", at(3), { calls: [aCall({ key: "c" })] });
      expect((await alice.calls(runId(1))).map((call) => call.key)).toEqual(["c"]);
    });

    test("are nobody else's to read", async () => {
      await submitAt(fixture.store, "starting");
      await fixture.store.of("alice").move(runId(1), "running", at(1), { calls: [aCall()] });
      expect(await fixture.store.of("bob").calls(runId(1))).toEqual([]);
      expect(await fixture.store.of("alice").calls(runId(2))).toEqual([]);
    });

    test("number 10,000 in one run, and others read meanwhile what was there before", async () => {
      await submitAt(fixture.store, "starting");
      const alice = fixture.store.of("alice");
      const calls = Array.from({ length: 10_000 }, (_, shard) => aCall({ key: `count-${shard}`, shard }));
      let reads = 0;
      let done = false;
      const writing = alice.move(runId(1), "running", at(1), { calls }).finally(() => {
        done = true;
      });
      for (;;) {
        const run = await alice.find(runId(1));
        if (done) break;
        // Either the whole move is seen, or nothing of it.
        const seen = await alice.calls(runId(1));
        if (run?.phase === "running") expect(seen).toHaveLength(10_000);
        if (!done) reads += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await writing).toBe(true);
      expect(reads).toBeGreaterThan(5);
      expect(await alice.calls(runId(1))).toEqual(calls);
    });
  });
}
