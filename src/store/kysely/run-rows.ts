import type { Call, Failure, JsonObject, Run, RunSource } from "#src/model/run.ts";

import type { CallRow, RunRow } from "./tables.ts";

/** The columns of a run, named so that a table that grew since does not change what is read. */
export const RUN_COLUMNS = [
  "runs.run_id",
  "runs.user_name",
  "runs.workflow",
  "runs.lab",
  "runs.phase",
  "runs.moved_at",
  "runs.submitted_at",
  "runs.started_at",
  "runs.ended_at",
  "runs.priority",
  "runs.ensemble",
  "runs.label",
  "runs.labels",
  "runs.source",
  "runs.submission_key",
  "runs.closure_key",
  "runs.wdl_name",
  "runs.outputs",
  "runs.failures",
] as const;

/** A run as it is stored. */
export function runRow(run: Run): RunRow {
  return {
    run_id: run.runId,
    user_name: run.user,
    workflow: run.workflow,
    lab: run.lab,
    phase: run.phase,
    moved_at: run.movedAt.getTime(),
    submitted_at: run.submittedAt.getTime(),
    started_at: millis(run.startedAt),
    ended_at: millis(run.endedAt),
    priority: run.priority,
    ensemble: run.ensemble,
    label: run.label,
    labels: JSON.stringify(run.labels),
    source: JSON.stringify(run.source),
    submission_key: run.submissionKey,
    closure_key: run.closureKey,
    wdl_name: run.wdlName,
    outputs: run.outputs === null ? null : JSON.stringify(run.outputs),
    failures: JSON.stringify(run.failures),
  };
}

/** The values of a run by name, for an `insert` that is compiled before there is a run. */
export function insertable(row: RunRow): RunRow {
  const names = RUN_COLUMNS.map((column) => column.slice("runs.".length) as keyof RunRow);
  return Object.fromEntries(names.map((name) => [name, row[name]])) as unknown as RunRow;
}

/** A run as it was stored. */
export function runOf(row: RunRow): Run {
  return {
    runId: row.run_id,
    user: row.user_name,
    lab: row.lab,
    workflow: row.workflow,
    phase: row.phase,
    source: JSON.parse(row.source) as RunSource,
    label: row.label,
    labels: JSON.parse(row.labels) as Record<string, string>,
    ensemble: row.ensemble,
    priority: row.priority,
    submittedAt: new Date(row.submitted_at),
    startedAt: date(row.started_at),
    endedAt: date(row.ended_at),
    submissionKey: row.submission_key,
    closureKey: row.closure_key,
    wdlName: row.wdl_name,
    outputs: row.outputs === null ? null : (JSON.parse(row.outputs) as JsonObject),
    failures: JSON.parse(row.failures) as Failure[],
    movedAt: new Date(row.moved_at),
  };
}

/** A call as it is stored, at its place in the engine's order. */
export function callRow(runId: string, call: Call, position: number): CallRow {
  return {
    run_id: runId,
    position,
    call_key: call.key,
    name: call.name,
    shard: call.shard,
    attempt: call.attempt,
    status: call.status,
    return_code: call.returnCode,
    started_at: millis(call.startedAt),
    ended_at: millis(call.endedAt),
    stdout: call.stdout,
    stderr: call.stderr,
  };
}

/** A call as it was stored. */
export function callOf(row: Omit<CallRow, "run_id" | "position">): Call {
  return {
    key: row.call_key,
    name: row.name,
    shard: row.shard,
    attempt: row.attempt,
    status: row.status,
    returnCode: row.return_code,
    startedAt: date(row.started_at),
    endedAt: date(row.ended_at),
    stdout: row.stdout,
    stderr: row.stderr,
  };
}

function millis(time: Date | null): number | null {
  return time === null ? null : time.getTime();
}

function date(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}
