import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { isTerminal, NEXT, PHASES } from "#src/model/run.ts";
import type { Phase } from "#src/model/run.ts";

import { aRun, at, NOON, runId } from "./fixture-values.ts";
import { eachWithStore, submit, submitAt } from "./fixture.ts";
import type { Database } from "./fixture.ts";

/** How runs change. */
export function describeMoves(make: () => Promise<Database>): void {
  describe("move", () => {
    const fixture = eachWithStore(make);
    const phase = async () => (await fixture.store.of("alice").find(runId(1)))?.phase;

    test("moves a run along its life and notes when", async () => {
      await submit(fixture.store);
      const alice = fixture.store.of("alice");
      const life = ["preparing", "ready", "starting", "running", "publishing", "succeeded"] as const;
      for (const [index, to] of life.entries()) {
        expect(await alice.move(runId(1), to, at(index + 1))).toBe(true);
        expect(await alice.find(runId(1))).toMatchObject({ phase: to, movedAt: at(index + 1) });
      }
      expect(await alice.find(runId(1))).toMatchObject({ submittedAt: NOON, startedAt: at(4), endedAt: at(6) });
    });

    test("stores the patch with the move and leaves the rest as it was", async () => {
      await submitAt(fixture.store, "starting", { label: "kept", labels: { a: "1", b: "2" } });
      const patch = {
        startedAt: at(7),
        source: { kind: "git", repo: "https://git.example/x.git", ref: null, commit: "d".repeat(40), path: "p" },
        closureKey: "closures/1",
        wdlName: "hello",
        outputs: { "hello.out": ["/a", { deep: [1.5, null, true] }], "hello.text": "\u0000 🧬 \\' \ud83d" },
        failures: [{ message: "m", causedBy: [{ message: "n", causedBy: [] }] }],
        labels: { b: "3", c: "" },
      } as const;
      await fixture.store.of("alice").move(runId(1), "running", at(9), patch);
      expect(await fixture.store.of("alice").find(runId(1))).toEqual({
        ...aRun({ label: "kept" }),
        ...patch,
        labels: { a: "1", b: "3", c: "" },
        phase: "running",
        movedAt: at(9),
      });
    });

    test("takes outputs away where the patch says so", async () => {
      await submitAt(fixture.store, "starting");
      const alice = fixture.store.of("alice");
      await alice.move(runId(1), "running", at(1), { outputs: { x: 1 } });
      await alice.move(runId(1), "publishing", at(2));
      expect((await alice.find(runId(1)))?.outputs).toEqual({ x: 1 });
      await alice.move(runId(1), "failed", at(3), { outputs: null });
      expect((await alice.find(runId(1)))?.outputs).toBeNull();
    });

    test("keeps outputs of several megabytes", async () => {
      await submitAt(fixture.store, "publishing");
      const outputs = { "hello.files": Array.from({ length: 30_000 }, (_, n) => `/data/run/${"x".repeat(60)}/${n}`) };
      await fixture.store.of("alice").move(runId(1), "succeeded", at(1), { outputs });
      expect((await fixture.store.of("alice").find(runId(1)))?.outputs).toEqual(outputs);
    });

    test("does nothing on a late or repeated message, patch included", async () => {
      await submit(fixture.store);
      const alice = fixture.store.of("alice");
      await alice.move(runId(1), "aborted", at(1));
      const before = await alice.find(runId(1));
      for (const to of PHASES) {
        expect(await alice.move(runId(1), to, at(2), { wdlName: "late", labels: { late: "1" }, calls: [] })).toBe(
          false,
        );
      }
      expect(await alice.find(runId(1))).toEqual(before);
    });

    test("moves only from one of the phases that are named, where some are", async () => {
      await submitAt(fixture.store, "ready");
      const alice = fixture.store.of("alice");
      expect(await alice.move(runId(1), "failed", at(1), {}, ["scheduled", "preparing"])).toBe(false);
      expect(await alice.move(runId(1), "failed", at(1), {}, [])).toBe(false);
      expect(await alice.move(runId(1), "failed", at(1), {}, ["preparing", "ready"])).toBe(true);
    });

    test("does not move what another user owns or nobody does", async () => {
      await submit(fixture.store);
      expect(await fixture.store.of("bob").move(runId(1), "preparing", at(1), { labels: { x: "1" } })).toBe(false);
      expect(await fixture.store.of("alice").move(runId(2), "preparing", at(1))).toBe(false);
      expect(await phase()).toBe("scheduled");
    });

    test("allows exactly the moves of the table, in any order of messages", async () => {
      const alice = fixture.store.of("alice");
      let n = 0;
      const check = fc.asyncProperty(fc.array(fc.constantFrom(...PHASES), { maxLength: 30 }), async (messages) => {
        n += 1;
        const [id, workflow] = [runId(n), `w${n}`];
        await submit(fixture.store, { runId: id, workflow });
        let expected: Phase = "scheduled";
        for (const [index, to] of messages.entries()) {
          const legal: boolean = NEXT[expected].includes(to);
          expect(await alice.move(id, to, at(index))).toBe(legal);
          if (legal) expected = to;
        }
        const run = await alice.find(id);
        expect(run?.phase).toBe(expected);
        expect(run?.endedAt !== null).toBe(isTerminal(expected));
        const again = await submit(fixture.store, { runId: runId(100_000 + n), workflow });
        expect(again.kind).toBe(isTerminal(expected) ? "accepted" : "active");
      });
      await fc.assert(check, { numRuns: 40 });
    });
  });
}
