import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Run } from "#src/model/run.ts";
import type { Page, RunFilter } from "#src/store/store.ts";

import { at, runId } from "./fixture-values.ts";
import { eachWithStore, submit, submitAt } from "./fixture.ts";
import type { Database } from "./fixture.ts";

/** How runs are listed. */
export function describeListing(make: () => Promise<Database>): void {
  describe("list", () => {
    const fixture = eachWithStore(make);
    const ids = (page: Page<Run>) => page.items.map((run) => run.runId);
    const list = async (filter: RunFilter, user = "alice") =>
      ids(await fixture.store.of(user).list(filter, { size: 100 }));
    const run = (n: number, changes: Partial<Run> = {}) =>
      submit(fixture.store, { runId: runId(n), workflow: `w${n}`, submittedAt: at(n), ...changes });

    test("shows a user's runs newest first, and of one instant by id", async () => {
      for (const n of [2, 5, 1, 3]) await run(n, { submittedAt: at(n === 5 ? 3 : n) });
      await run(9, { user: "bob" });
      expect(await list({})).toEqual([5, 3, 2, 1].map(runId));
      expect(await list({}, "bob")).toEqual([runId(9)]);
      expect(await list({}, "nobody")).toEqual([]);
    });

    test("narrows by phase, workflow, ensemble and time, alone and together", async () => {
      await run(1, { workflow: "a", ensemble: "night" });
      await fixture.store.of("alice").move(runId(1), "failed", at(50));
      await run(2, { workflow: "a" });
      await submitAt(fixture.store, "running", {
        runId: runId(3),
        workflow: "b",
        ensemble: "night",
        submittedAt: at(3),
      });
      await run(4, { workflow: "A", ensemble: "Night" });
      expect(await list({ phases: ["failed", "running"] })).toEqual([3, 1].map(runId));
      expect(await list({ phases: [] })).toEqual([]);
      expect(await list({ workflow: "a" })).toEqual([2, 1].map(runId));
      expect(await list({ ensemble: "night" })).toEqual([3, 1].map(runId));
      expect(await list({ submittedFrom: at(2), submittedTo: at(3) })).toEqual([3, 2].map(runId));
      expect(await list({ workflow: "a", phases: ["failed"], ensemble: "night", submittedTo: at(1) })).toEqual([
        runId(1),
      ]);
    });

    test("narrows by labels: all of them, by key and value or by key alone", async () => {
      await run(1, { labels: { sample: "S1", batch: "7" } });
      await run(2, { labels: { sample: "S2", batch: "7" } });
      await run(3, { labels: { sample: "" } });
      await run(4, { user: "bob", labels: { sample: "S1" } });
      expect(await list({ labels: [{ key: "sample" }] })).toEqual([3, 2, 1].map(runId));
      expect(await list({ labels: [{ key: "sample", value: "" }] })).toEqual([runId(3)]);
      expect(
        await list({
          labels: [
            { key: "batch", value: "7" },
            { key: "sample", value: "S2" },
          ],
        }),
      ).toEqual([runId(2)]);
      expect(await list({ labels: [{ key: "sample", value: "s1" }] })).toEqual([]);
      expect(await list({ labels: [{ key: "S%" }] })).toEqual([]);
    });

    test("ends with a page that has no cursor", async () => {
      for (const n of [1, 2, 3, 4]) await run(n);
      const alice = fixture.store.of("alice");
      const first = await alice.list({}, { size: 2 });
      const second = await alice.list({}, { size: 2, cursor: first.next ?? "" });
      expect([ids(first), ids(second)]).toEqual([[4, 3].map(runId), [2, 1].map(runId)]);
      expect(second).not.toHaveProperty("next");
    });

    test("neither repeats nor loses runs while others come and go", async () => {
      for (const n of [1, 2, 3, 4]) await run(n);
      const alice = fixture.store.of("alice");
      const first = await alice.list({ phases: ["scheduled"] }, { size: 2 });
      await run(5);
      await alice.move(runId(3), "failed", at(60));
      await alice.move(runId(4), "failed", at(60));
      const second = await alice.list({ phases: ["scheduled"] }, { size: 2, cursor: first.next ?? "" });
      expect([...ids(first), ...ids(second)]).toEqual([4, 3, 2, 1].map(runId));
    });

    test("walks every run once, whatever the times and the size of a page", async () => {
      let users = 0;
      const times = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 });
      const check = fc.asyncProperty(times, fc.integer({ min: 1, max: 5 }), async (seconds, size) => {
        users += 1;
        const user = `u${users}`;
        const expected: Run[] = [];
        for (const [n, second] of seconds.entries()) {
          await run(users * 1000 + n, { user, submittedAt: at(second) });
          expected.push((await fixture.store.of(user).find(runId(users * 1000 + n))) as Run);
        }
        expected.sort((a, b) => Number(b.submittedAt) - Number(a.submittedAt) || (a.runId < b.runId ? 1 : -1));
        const walked: Run[] = [];
        for (let cursor: string | undefined; ;) {
          const page = await fixture.store.of(user).list({}, { size, ...(cursor && { cursor }) });
          walked.push(...page.items);
          cursor = page.next;
          if (cursor === undefined) break;
        }
        expect(walked).toEqual(expected);
      });
      await fc.assert(check, { numRuns: 25 });
    });

    test("refuses cursors that it did not give, and those of somebody else", async () => {
      for (const n of [1, 2]) await run(n);
      for (const n of [3, 4]) await run(n, { user: "bob" });
      const { next = "" } = await fixture.store.of("bob").list({}, { size: 1 });
      const all = await fixture.store.listAllRuns({}, { size: 1 });
      const made = `${Buffer.from(JSON.stringify([0, ""])).toString("base64url")}.AAAA`;
      for (const cursor of ["", ".", "x", made, `${next}x`, next.slice(1), next, all.next ?? "", "ü".repeat(5000)]) {
        await expect(fixture.store.of("alice").list({}, { size: 1, cursor })).rejects.toMatchObject({
          code: "invalid_request",
        });
      }
      await expect(fixture.store.listAllRuns({}, { size: 1, cursor: next })).rejects.toMatchObject({
        code: "invalid_request",
      });
    });

    test("takes a cursor that another process gave", async () => {
      for (const n of [1, 2]) await run(n);
      const { next = "" } = await fixture.store.of("alice").list({}, { size: 1 });
      const other = await fixture.open();
      expect(ids(await other.of("alice").list({}, { size: 1, cursor: next }))).toEqual([runId(1)]);
    });

    test.each([0, -1, 501, 1.5, Number.NaN])("refuses a page of %d items", async (size) => {
      await expect(fixture.store.of("alice").list({}, { size })).rejects.toMatchObject({ code: "invalid_request" });
    });

    test("shows an administrator everybody's runs, with the same filters", async () => {
      await run(1, { labels: { a: "1" } });
      await run(2, { user: "bob", labels: { a: "1" } });
      await run(3, { user: "carol" });
      const first = await fixture.store.listAllRuns({}, { size: 2 });
      const second = await fixture.store.listAllRuns({}, { size: 2, cursor: first.next ?? "" });
      expect([...ids(first), ...ids(second)]).toEqual([3, 2, 1].map(runId));
      const labelled = await fixture.store.listAllRuns({ labels: [{ key: "a", value: "1" }] }, { size: 9 });
      expect(ids(labelled)).toEqual([2, 1].map(runId));
    });

    test("finds any run for an administrator", async () => {
      await run(2, { user: "bob" });
      expect(await fixture.store.findAnyRun(runId(2))).toMatchObject({ user: "bob", workflow: "w2" });
      expect(await fixture.store.findAnyRun(runId(1))).toBeUndefined();
    });
  });
}
