import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import type { CallRecord } from "../../src/engine/state/records.ts";
import { openState } from "../../src/engine/state/state.ts";
import type { State } from "../../src/engine/state/state.ts";
import { silentLog } from "../../src/log.ts";
import { until } from "./support/engine-process.ts";

let root: string;
let state: State;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "awe-state-"));
  state = openState(root, silentLog);
});

afterEach(() => {
  state.journal.close();
  state.database.close();
  rmSync(root, { recursive: true });
});

function aCall(shard: number, commandLine = "true"): CallRecord {
  return {
    workflowId: "w",
    fqn: "w.t",
    shard,
    attempt: 1,
    status: "Running",
    detail: { events: [], commandLine },
  };
}

test("writes a changed call by itself, in its last state", async () => {
  const call = aCall(0);
  state.journal.noteCall(call);
  call.status = "Done";
  await until("it is written", 5_000, () => state.calls.last("w", "w.t", 0)?.status === "Done");
});

test("loses nothing when the disk is full, and writes it once there is room", async () => {
  const { page_count: pages } = state.database.prepare("pragma page_count").get() as { page_count: number };
  state.database.exec(`pragma max_page_count = ${pages}`);
  for (let shard = 0; shard < 50; shard++) state.journal.noteCall(aCall(shard, "x".repeat(1000)));
  expect(() => state.journal.flush()).toThrow(/full/);
  expect([...state.calls.list("w")]).toEqual([]);
  expect(() => state.journal.durably(() => state.workflows.saveLabels("w", { a: "b" }))).toThrow(/full/);
  state.database.exec("pragma max_page_count = 100000");
  state.journal.flush();
  expect([...state.calls.list("w")]).toHaveLength(50);
});

test("writes nothing after it was closed", () => {
  state.journal.close();
  state.journal.noteCall(aCall(1));
  state.journal.flush();
  expect(state.calls.last("w", "w.t", 1)).toBeUndefined();
});
