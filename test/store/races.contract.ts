import { describe, expect, onTestFinished, test } from "vitest";

import type { SubmitOutcome } from "#src/store/store.ts";

import { NOON, runId } from "./fixture-values.ts";
import { eachWithStore, submit, submitAt } from "./fixture.ts";
import type { Database } from "./fixture.ts";
import { startRacers } from "./racers.ts";

const RACERS = 3;

/** What happens at once, in several processes. */
export function describeRaces(make: () => Promise<Database>): void {
  describe("several processes at once", () => {
    const fixture = eachWithStore(make);
    const racers = (count = RACERS) => {
      const started = startRacers(fixture.url, count);
      onTestFinished(() => started.stop());
      return started;
    };

    test("of two submissions of one name exactly one is accepted", async () => {
      const count = 40;
      const outcomes = await racers().race<SubmitOutcome[]>((racer) => ({ kind: "names", racer, count }));
      for (let n = 1; n <= count; n++) {
        const ofName = outcomes.map((outcome) => outcome[n - 1]);
        const newest = await fixture.store.of("alice").newest(`w${n}`);
        expect(ofName.filter((outcome) => outcome?.kind === "accepted")).toHaveLength(1);
        const others = ofName.filter((outcome) => outcome?.kind !== "accepted");
        expect(others).toEqual(others.map(() => ({ kind: "active", runId: newest?.runId })));
      }
    });

    test("of two submissions with one key exactly one makes a run", async () => {
      const count = 40;
      const outcomes = await racers().race<SubmitOutcome[]>((racer) => ({ kind: "keys", racer, count }));
      const { items } = await fixture.store.of("alice").list({}, { size: 500 });
      expect(items).toHaveLength(count);
      const made = new Set(items.map((run) => run.runId));
      for (let n = 1; n <= count; n++) {
        const ofKey = outcomes.map((outcome) => outcome[n - 1]);
        const repeated = ofKey.filter((outcome) => outcome?.kind === "repeated");
        expect(repeated).toHaveLength(RACERS - 1);
        expect(repeated.every((outcome) => made.has(outcome.runId) && outcome.sameBody)).toBe(true);
      }
    });

    test("of two moves of one run exactly one happens", async () => {
      const count = 40;
      for (let n = 1; n <= count; n++) await submit(fixture.store, { runId: runId(n), workflow: `w${n}` });
      const moved = await racers().race<boolean[]>(() => ({ kind: "moves", count }));
      for (let n = 0; n < count; n++) expect(moved.filter((result) => result[n])).toHaveLength(1);
    });

    test("no label is lost", async () => {
      await submit(fixture.store);
      const count = 25;
      await racers().race((racer) => ({ kind: "labels", racer, count }));
      const run = await fixture.store.of("alice").find(runId(1));
      expect(Object.keys(run?.labels ?? {})).toHaveLength(RACERS * count + 1);
      for (const [key, value] of Object.entries(run?.labels ?? {})) {
        expect((await fixture.store.of("alice").list({ labels: [{ key, value }] }, { size: 1 })).items).toHaveLength(1);
      }
    });

    test("no two holders have a lease of one epoch, and no run is admitted twice", async () => {
      const count = 60;
      for (let n = 1; n <= count; n++) await submitAt(fixture.store, "ready", { runId: runId(n), workflow: `w${n}` });
      const results = await racers().race<{ epochs: number[]; admitted: boolean[] }>((racer) => ({
        kind: "admissions",
        racer,
        count,
      }));
      const holders = results.flatMap(({ epochs }) => [...new Set(epochs)]);
      expect(new Set(holders).size).toBe(holders.length);
      const starting = await fixture.store.control.inPhase(["starting"], 1000);
      const admitted = results.flatMap((result) => result.admitted).filter(Boolean);
      expect(admitted).toHaveLength(starting.length);
      expect(starting.length).toBeGreaterThan(0);
    });

    test("what was accepted is there when its process is killed at any moment", async () => {
      const seed = Number(process.env["AWE_TEST_SEED"] ?? Date.now() % 100_000);
      process.stdout.write(`seed of the kills: ${seed} (AWE_TEST_SEED repeats it)\n`);
      const started = racers(2);
      await started.ready();
      const accepted: string[] = [];
      const killAt = 5 + (seed % 40);
      const killed = Promise.withResolvers<void>();
      for (const racer of [0, 1]) {
        let reports = 0;
        started.onReport(racer, (report) => {
          accepted.push(String(report));
          reports += 1;
          if (reports === killAt + racer) void started.kill(racer).then(racer === 1 ? killed.resolve : undefined);
        });
      }
      void started.race((racer) => ({ kind: "endless", racer })).catch(() => undefined);
      await killed.promise;
      await started.stop();
      for (const id of accepted) expect(await fixture.store.of("alice").find(id)).toBeDefined();
      // Nothing half-made: each run is the newest of its workflow, with its label searchable, and moves on.
      const { items } = await fixture.store.of("alice").list({}, { size: 500 });
      for (const run of items) {
        expect((await fixture.store.of("alice").newest(run.workflow))?.runId).toBe(run.runId);
        expect(
          await fixture.store.of("alice").list({ labels: [{ key: "of", value: run.workflow }] }, { size: 1 }),
        ).toEqual({
          items: [run],
        });
        expect(await fixture.store.of("alice").move(run.runId, "preparing", NOON)).toBe(true);
      }
    });
  });
}
