import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { isTerminal, PHASES, type CromwellStatus, type Phase } from "#src/model/run.ts";
import { archivedMetadata } from "#src/monitor/archive.ts";
import { settle } from "#src/scheduler/settle.ts";
import { NOON } from "../store/fixture-values.ts";
import { ADDRESS, makeWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(async () => {
  await world.remove();
});

const report = (runId: string, status: CromwellStatus) => ({ runId, status, wdlName: "hello", startedAt: NOON });

/** Where a run that was handed over goes with each report. Whatever is not named stays where it is. */
const TABLE: Readonly<Record<CromwellStatus, Partial<Record<Phase, Phase>>>> = {
  "On Hold": {},
  Submitted: {},
  Running: { starting: "running" },
  Aborting: { starting: "aborting", running: "aborting", failing: "aborting" },
  Aborted: { starting: "aborted", running: "aborted", failing: "aborted", aborting: "aborted" },
  Succeeded: { starting: "succeeded", running: "succeeded", aborting: "succeeded", publishing: "succeeded" },
  Failed: { starting: "failed", running: "failed", failing: "failed", aborting: "failed", publishing: "failed" },
};

const CASES = Object.entries(TABLE).flatMap(([status, moves]) =>
  PHASES.filter((phase) => ["starting", "running", "failing", "aborting", "publishing"].includes(phase)).map(
    (phase) => [phase, status as CromwellStatus, moves[phase] ?? phase] as const,
  ),
);

describe.each(CASES)("a run that is %s and reported %s", (from, status, to) => {
  test(`is ${to} afterwards, also when the report comes twice`, async () => {
    const run = await world.run(from);
    expect(await settle(world, ADDRESS, run, report(run.runId, status))).toBe(from !== to);
    expect(await world.phaseOf(run)).toBe(to);
    await settle(world, ADDRESS, run, report(run.runId, status));
    expect(await world.phaseOf(run)).toBe(to);
  });
});

test.each(PHASES.filter(isTerminal))("leaves a run that is %s alone whatever is reported late", async (phase) => {
  const run = await world.run(phase);
  for (const status of Object.keys(TABLE) as CromwellStatus[]) {
    expect(await settle(world, ADDRESS, run, report(run.runId, status))).toBe(false);
  }
  expect(await world.phaseOf(run)).toBe(phase);
});

test("keeps outputs, calls and failures of a run that has ended, and archives its metadata", async () => {
  const run = await world.run("running");
  const metadata = {
    outputs: { "hello.x": 7 },
    failures: [{ message: "late", causedBy: [] }],
    calls: { "hello.t": [{ executionStatus: "Done", shardIndex: -1, attempt: 1, returnCode: 0 }] },
  };
  world.engines.metadataOf.set(run.runId, metadata);
  await settle(world, ADDRESS, run, report(run.runId, "Succeeded"));
  const records = world.store.of("alice");
  expect(await records.find(run.runId)).toMatchObject({ outputs: metadata.outputs, failures: metadata.failures });
  expect(await records.calls(run.runId)).toMatchObject([{ key: "t", returnCode: 0 }]);
  expect(await archivedMetadata(world.objects, run)).toEqual(metadata);
});

test("says again to an engine what has to be aborted, as long as it runs there", async () => {
  const run = await world.run("aborting");
  world.engines.asked.length = 0;
  for (const status of ["Submitted", "Running"] as const) await settle(world, ADDRESS, run, report(run.runId, status));
  expect(world.engines.asked).toEqual(["abort", "abort"]);
});

test("finishes what a crash interrupted while a run was being published", async () => {
  const run = await world.run("publishing");
  await settle(world, ADDRESS, run, report(run.runId, "Succeeded"));
  expect(await world.store.of("alice").find(run.runId)).toMatchObject({
    phase: "succeeded",
    outputs: { "hello.x": 1 },
  });
});
