import { describe, expect, test } from "vitest";

import { at, runId } from "./fixture-values.ts";
import { eachWithStore, submit } from "./fixture.ts";
import type { Database } from "./fixture.ts";

/** How labels change. */
export function describeLabels(make: () => Promise<Database>): void {
  describe("label", () => {
    const fixture = eachWithStore(make);
    const found = async (key: string, value: string) =>
      (await fixture.store.of("alice").list({ labels: [{ key, value }] }, { size: 10 })).items.length;

    test("adds and overwrites, answers the full set, and search follows", async () => {
      await submit(fixture.store, { labels: { a: "1", b: "2" } });
      const labels = { a: "1", b: "3", c: "4" };
      expect(await fixture.store.of("alice").label(runId(1), { b: "3", c: "4" })).toEqual(labels);
      expect((await fixture.store.of("alice").find(runId(1)))?.labels).toEqual(labels);
      expect([await found("b", "2"), await found("b", "3"), await found("c", "4")]).toEqual([0, 1, 1]);
    });

    test("works in any phase, also with nothing to add", async () => {
      await submit(fixture.store, { labels: { a: "1" } });
      await fixture.store.of("alice").move(runId(1), "failed", at(1));
      expect(await fixture.store.of("alice").label(runId(1), { b: "2" })).toEqual({ a: "1", b: "2" });
      expect(await fixture.store.of("alice").label(runId(1), {})).toEqual({ a: "1", b: "2" });
    });

    test("tells keys and values apart by case, accent and trailing space", async () => {
      await submit(fixture.store, { labels: { key: "a", Key: "b", "key ": "c" } });
      await fixture.store.of("alice").label(runId(1), { key: "é" });
      expect([await found("key", "é"), await found("key", "e"), await found("key", "É")]).toEqual([1, 0, 0]);
      expect([await found("Key", "b"), await found("key ", "c"), await found("key", "c")]).toEqual([1, 1, 0]);
    });

    test("takes names that mean something to JavaScript for names", async () => {
      const labels = { constructor: "1", toString: "2" };
      await submit(fixture.store, { labels });
      expect((await fixture.store.of("alice").find(runId(1)))?.labels).toEqual(labels);
    });

    test("does not know what another user owns", async () => {
      await submit(fixture.store);
      expect(await fixture.store.of("bob").label(runId(1), { a: "1" })).toBeUndefined();
      expect((await fixture.store.of("alice").find(runId(1)))?.labels).toEqual({});
    });

    test("refuses what does not fit, and stores nothing of it", async () => {
      await submit(fixture.store);
      const alice = fixture.store.of("alice");
      await expect(alice.label(runId(1), { ok: "1", ["k".repeat(256)]: "1" })).rejects.toMatchObject({
        code: "invalid_request",
      });
      expect((await alice.find(runId(1)))?.labels).toEqual({});
    });
  });
}
