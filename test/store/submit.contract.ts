import { describe, expect, test } from "vitest";

import { aKey, aRun, at, runId } from "./fixture-values.ts";
import { eachWithStore, submit } from "./fixture.ts";
import type { Database } from "./fixture.ts";

const DAY_S = 24 * 60 * 60;

/** How runs are accepted. */
export function describeSubmit(make: () => Promise<Database>): void {
  describe("submit", () => {
    const fixture = eachWithStore(make);

    test("keeps everything that a run has", async () => {
      const run = aRun({
        lab: "genomics",
        phase: "held",
        source: { kind: "archive", repo: "folder", ref: null, commit: "c".repeat(40), path: "a/b.wdl", dirty: true },
        label: "größer 🧬 'quoted' \\ %_",
        labels: { sample: "S1", ключ: "" },
        ensemble: "night",
        priority: -5,
        submissionKey: "s".repeat(300),
      });
      expect(await fixture.store.of("alice").submit({ run, idempotency: null })).toEqual({ kind: "accepted" });
      expect(await fixture.store.of("alice").find(run.runId)).toEqual(run);
    });

    test("files a run under the user who is named, whatever the run says", async () => {
      await fixture.store.of("alice").submit({ run: aRun({ user: "bob" }), idempotency: null });
      expect(await fixture.store.of("bob").find(runId(1))).toBeUndefined();
      expect((await fixture.store.of("alice").find(runId(1)))?.user).toBe("alice");
    });

    test("refuses a second run of a workflow while one is active, and says which", async () => {
      await submit(fixture.store);
      expect(await submit(fixture.store, { runId: runId(2) })).toEqual({ kind: "active", runId: runId(1) });
      expect(await fixture.store.of("alice").find(runId(2))).toBeUndefined();
      expect((await fixture.store.of("alice").newest("hello"))?.runId).toBe(runId(1));
    });

    test("accepts a new run once the one before has ended, and makes it the newest", async () => {
      await submit(fixture.store);
      await fixture.store.of("alice").move(runId(1), "aborted", at(1));
      expect(await submit(fixture.store, { runId: runId(2) })).toEqual({ kind: "accepted" });
      expect((await fixture.store.of("alice").newest("hello"))?.runId).toBe(runId(2));
      expect((await fixture.store.of("alice").find(runId(1)))?.phase).toBe("aborted");
    });

    test("lets two users and two names of one user live side by side", async () => {
      await submit(fixture.store);
      expect(await submit(fixture.store, { runId: runId(2), user: "bob" })).toEqual({ kind: "accepted" });
      expect(await submit(fixture.store, { runId: runId(3), workflow: "other" })).toEqual({ kind: "accepted" });
    });

    test("tells names apart that differ in case only", async () => {
      await submit(fixture.store);
      expect(await submit(fixture.store, { runId: runId(2), workflow: "Hello" })).toEqual({ kind: "accepted" });
      expect((await fixture.store.of("alice").newest("Hello"))?.runId).toBe(runId(2));
      expect(await fixture.store.of("alice").newest("HELLO")).toBeUndefined();
      expect(await fixture.store.of("Alice").newest("hello")).toBeUndefined();
    });

    test("answers a repeated key with the run of its first use, before it looks for an active run", async () => {
      await submit(fixture.store, {}, aKey());
      expect(await submit(fixture.store, { runId: runId(2) }, aKey())).toEqual({
        kind: "repeated",
        runId: runId(1),
        sameBody: true,
      });
      expect(await fixture.store.of("alice").find(runId(2))).toBeUndefined();
      expect(await fixture.store.of("alice").findRepeated(aKey())).toEqual({ runId: runId(1), sameBody: true });
    });

    test("tells when a repeated key comes with another body", async () => {
      await submit(fixture.store, {}, aKey());
      const other = aKey({ bodyHash: "b".repeat(64) });
      expect(await submit(fixture.store, { runId: runId(2) }, other)).toMatchObject({ sameBody: false });
      expect(await fixture.store.of("alice").findRepeated(other)).toEqual({ runId: runId(1), sameBody: false });
    });

    test.each([
      ["method", aKey({ method: "PUT" }), "alice"],
      ["path", aKey({ path: "/alice/hello2" }), "alice"],
      ["case", aKey({ key: "K1" }), "alice"],
      ["trailing space", aKey({ key: "k1 " }), "alice"],
      ["user", aKey(), "bob"],
    ])("takes a key for another one that differs in its %s", async (_, key, user) => {
      await submit(fixture.store, {}, aKey());
      expect(await fixture.store.of(user).findRepeated(key)).toBeUndefined();
    });

    test("forgets a key that was not accepted", async () => {
      await submit(fixture.store);
      expect(await submit(fixture.store, { runId: runId(2) }, aKey())).toMatchObject({ kind: "active" });
      await fixture.store.of("alice").move(runId(1), "failed", at(1));
      expect(await submit(fixture.store, { runId: runId(3) }, aKey())).toEqual({ kind: "accepted" });
    });

    test("remembers a key for 24 hours, and takes it for a new one afterwards", async () => {
      await submit(fixture.store, {}, aKey());
      await fixture.store.of("alice").move(runId(1), "failed", at(1));
      fixture.clock.time = at(DAY_S - 1);
      expect(await submit(fixture.store, { runId: runId(2) }, aKey())).toMatchObject({ kind: "repeated" });
      fixture.clock.time = at(DAY_S);
      expect(await fixture.store.of("alice").findRepeated(aKey())).toBeUndefined();
      expect(await submit(fixture.store, { runId: runId(3) }, aKey())).toEqual({ kind: "accepted" });
      expect(await submit(fixture.store, { runId: runId(4) }, aKey())).toMatchObject({ runId: runId(3) });
    });

    test("forgets keys when it is told to", async () => {
      await submit(fixture.store, {}, aKey());
      await fixture.store.control.forgetIdempotencyKeys(at(0));
      expect(await fixture.store.of("alice").findRepeated(aKey())).toBeDefined();
      await fixture.store.control.forgetIdempotencyKeys(at(1));
      expect(await fixture.store.of("alice").findRepeated(aKey())).toBeUndefined();
    });

    test("leaves nothing behind when a label does not fit", async () => {
      await expect(
        (async () => submit(fixture.store, { labels: { fine: "x", long: "x".repeat(256) } }, aKey()))(),
      ).rejects.toMatchObject({ code: "invalid_request" });
      expect(await fixture.store.of("alice").newest("hello")).toBeUndefined();
      expect(await submit(fixture.store, { labels: { long: "🧬".repeat(127) } }, aKey())).toEqual({ kind: "accepted" });
    });
  });

  describe("resolve", () => {
    const fixture = eachWithStore(make);

    test("finds the newest run by the workflow's name, and any of its runs by id", async () => {
      await submit(fixture.store);
      await fixture.store.of("alice").move(runId(1), "failed", at(1));
      await submit(fixture.store, { runId: runId(2) });
      const alice = fixture.store.of("alice");
      expect((await alice.resolve("hello", "hello"))?.runId).toBe(runId(2));
      expect((await alice.resolve("hello", runId(1)))?.runId).toBe(runId(1));
      expect((await alice.resolve("hello", runId(2)))?.runId).toBe(runId(2));
    });

    test("finds nothing of another workflow, of another user, or that does not exist", async () => {
      await submit(fixture.store);
      await submit(fixture.store, { runId: runId(2), workflow: "other" });
      await submit(fixture.store, { runId: runId(3), user: "bob" });
      const alice = fixture.store.of("alice");
      for (const [workflow, id] of [
        ["hello", runId(2)],
        ["hello", runId(3)],
        ["hello", "other"],
        ["hello", ""],
        ["none", "none"],
        ["none", runId(1)],
      ] as const) {
        expect(await alice.resolve(workflow, id)).toBeUndefined();
      }
    });
  });
}
