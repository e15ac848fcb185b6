import * as fc from "fast-check";
import { expect, test } from "vitest";

import type { Run } from "#src/model/run.ts";
import { admit } from "#src/scheduler/admit.ts";
import { aRun, at, runId } from "../store/fixture-values.ts";

const ids = (runs: readonly Run[]) => runs.map((run) => run.runId);

const aSnapshot = fc
  .uniqueArray(
    fc.record({
      number: fc.integer({ min: 1, max: 500 }),
      user: fc.constantFrom("alice", "bob", "carol"),
      priority: fc.integer({ min: -2, max: 2 }),
      second: fc.integer({ min: 0, max: 5 }),
    }),
    { selector: ({ number }) => number, maxLength: 40 },
  )
  .map((parts) =>
    parts.map(({ number, user, priority, second }) =>
      aRun({ runId: runId(number), user, priority, submittedAt: at(second), phase: "ready" }),
    ),
  );

test("starts a higher priority first, then the earlier submission, then the smaller id", () => {
  const [late, early, urgent, twin] = [
    aRun({ runId: runId(1), submittedAt: at(9) }),
    aRun({ runId: runId(2), submittedAt: at(1) }),
    aRun({ runId: runId(3), submittedAt: at(9), priority: 5 }),
    aRun({ runId: runId(4), submittedAt: at(9) }),
  ];
  expect(ids(admit({ ready: [twin, late, early, urgent] }).start)).toEqual(ids([urgent, early, late, twin]));
});

test("lets users take turns, whatever the others' priorities and numbers", () => {
  const alice = Array.from({ length: 100 }, (_, n) => aRun({ runId: runId(n + 1), priority: 9 }));
  const bob = aRun({ runId: runId(999), user: "bob", submittedAt: at(60) });
  expect(ids(admit({ ready: [...alice, bob] }).start).indexOf(bob.runId)).toBeLessThan(2);
});

test("decides the same whatever the order of the snapshot, and loses or doubles nothing", () => {
  fc.assert(
    fc.property(aSnapshot, fc.integer(), (ready, salt) => {
      const shuffled = ready.toSorted((a, b) => hash(a.runId, salt) - hash(b.runId, salt));
      const { start } = admit({ ready });
      expect(ids(admit({ ready: shuffled }).start)).toEqual(ids(start));
      expect(ids(start).toSorted()).toEqual(ids(ready).toSorted());
    }),
  );
});

test("never lets one user get further ahead of another than one turn while both wait", () => {
  fc.assert(
    fc.property(aSnapshot, (ready) => {
      const { start } = admit({ ready });
      const left = new Map([...Map.groupBy(ready, (run) => run.user)].map(([user, runs]) => [user, runs.length]));
      const served = new Map<string, number>();
      for (const { user } of start) {
        served.set(user, (served.get(user) ?? 0) + 1);
        for (const [other, total] of left) {
          const others = served.get(other) ?? 0;
          if (others < total) expect((served.get(user) ?? 0) - others).toBeLessThanOrEqual(1);
        }
      }
    }),
  );
});

function hash(text: string, salt: number): number {
  return Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte + salt) % 1_000_003, 7);
}
