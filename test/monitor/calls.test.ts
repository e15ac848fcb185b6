import { expect, test } from "vitest";

import { callsOf, failuresOf } from "#src/monitor/calls.ts";
import { archivedMetadata, archiveMetadata } from "#src/monitor/archive.ts";
import { aRun } from "../store/fixture-values.ts";

const call = (more: object) => ({ executionStatus: "Done", shardIndex: -1, attempt: 1, ...more });

const METADATA = {
  calls: {
    "wf.count": [
      call({ shardIndex: 0, start: "2026-01-01T00:00:02Z", end: "2026-01-01T00:00:03Z", returnCode: 0 }),
      call({ shardIndex: 3, attempt: 2, start: "2026-01-01T00:00:04Z", stdout: "/x/stdout", stderr: "/x/stderr" }),
      call({ shardIndex: 3, executionStatus: "RetryableFailure", start: "2026-01-01T00:00:01Z", returnCode: 7 }),
    ],
    "wf.sub.inner": [
      call({
        shardIndex: 1,
        start: "2026-01-01T00:00:05Z",
        subWorkflowMetadata: { calls: { "inner.align": [call({ start: "2026-01-01T00:00:05Z" })] } },
      }),
    ],
    "wf.waits": [{ shardIndex: -1, attempt: 1 }],
  },
};

test("gives each call a key that says shard and attempt, below the key of its sub-workflow", () => {
  expect(callsOf(METADATA).map(({ key, name, status }) => [key, name, status])).toEqual([
    ["count-3", "wf.count", "RetryableFailure"],
    ["count-0", "wf.count", "Done"],
    ["count-3~2", "wf.count", "Done"],
    ["sub.inner-1", "wf.sub.inner", "Done"],
    ["sub.inner-1.align", "inner.align", "Done"],
    ["waits", "wf.waits", "NotStarted"],
  ]);
});

test("tells times, return code and logs where there are any", () => {
  const [failed, done, second] = callsOf(METADATA);
  expect(failed).toMatchObject({ returnCode: 7, endedAt: null, stdout: null });
  expect(done?.endedAt).toEqual(new Date("2026-01-01T00:00:03Z"));
  expect(second).toMatchObject({ shard: 3, attempt: 2, stdout: "/x/stdout", stderr: "/x/stderr", returnCode: null });
});

test("reads metadata of a run that has neither calls nor failures", () => {
  expect([callsOf({}), failuresOf({})]).toEqual([[], []]);
});

test("gives archived metadata back, and nothing for a run that was never archived", async () => {
  const kept = new Map<string, Uint8Array>();
  const objects = {
    put: async (user: string, key: string, bytes: Uint8Array) => void kept.set(`${user}/${key}`, bytes),
    get: async (user: string, key: string) => kept.get(`${user}/${key}`),
  };
  const run = aRun();
  expect(await archivedMetadata(objects, run)).toBeUndefined();
  await archiveMetadata(objects, run, METADATA);
  await archiveMetadata(objects, run, METADATA);
  expect(await archivedMetadata(objects, run)).toEqual(METADATA);
  expect([...kept.keys()]).toEqual([`alice/metadata/${run.runId}.json.gz`]);
});
