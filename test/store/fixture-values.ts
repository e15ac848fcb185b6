import type { Call, Run } from "#src/model/run.ts";
import type { Idempotency } from "#src/store/store.ts";

/** Noon of some day. */
export const NOON = new Date("2026-11-21T12:00:00.000Z");

/** `seconds` after noon. */
export function at(seconds: number): Date {
  return new Date(NOON.getTime() + seconds * 1000);
}

/** A run id whose digits are those of `n`, so that tests can foresee their order. */
export function runId(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** A run as it is submitted. */
export function aRun(changes: Partial<Run> = {}): Run {
  return {
    runId: runId(1),
    user: "alice",
    lab: "default",
    workflow: "hello",
    phase: "scheduled",
    source: { kind: "git", repo: "https://git.example/hello.git", ref: "main", commit: null, path: null },
    label: null,
    labels: {},
    ensemble: null,
    priority: 0,
    submittedAt: NOON,
    startedAt: null,
    endedAt: null,
    submissionKey: "submissions/1",
    closureKey: null,
    wdlName: null,
    outputs: null,
    failures: [],
    movedAt: NOON,
    ...changes,
  };
}

/** A finished call. */
export function aCall(changes: Partial<Call> = {}): Call {
  return {
    key: "count",
    name: "hello.count",
    shard: -1,
    attempt: 1,
    status: "Done",
    returnCode: 0,
    startedAt: NOON,
    endedAt: at(1),
    stdout: "/runs/1/call-count/execution/stdout",
    stderr: "/runs/1/call-count/execution/stderr",
    ...changes,
  };
}

/** A key as a client sends it. */
export function aKey(changes: Partial<Idempotency> = {}): Idempotency {
  return { key: "k1", method: "POST", path: "/alice/hello", bodyHash: "a".repeat(64), ...changes };
}
