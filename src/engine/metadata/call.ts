import { toJson } from "../../wdl/json.ts";
import type { Value } from "../../wdl/values.ts";
import { hasEnded } from "../state/records.ts";
import type { CallRecord } from "../state/records.ts";

/** Metadata of one attempt of a call, with Cromwell's keys. `undefined` members are left out of the JSON. */
export function callMetadata(record: CallRecord): Record<string, unknown> {
  const { detail, status, outputs } = record;
  const about = {
    executionStatus: status,
    shardIndex: record.shard,
    attempt: record.attempt,
    start: record.startedAt,
    end: record.endedAt,
    callRoot: detail.root,
    inputs: detail.inputs ?? {},
    outputs: outputs && jsonOutputs(outputs),
    failures: detail.failures,
    executionEvents: detail.events,
  };
  if (record.subId !== undefined) return { ...about, subWorkflowId: record.subId };
  return {
    ...about,
    backend: "Local",
    backendStatus: hasEnded(status) ? "Done" : status,
    callCaching: { allowResultReuse: false, effectiveCallCachingMode: "CallCachingOff" },
    commandLine: detail.commandLine,
    jobId: detail.jobId,
    // Where this engine departs from what the runtime section asks for; Cromwell has no such key.
    notes: detail.notes,
    retryableFailure: isFailure(record) ? status === "RetryableFailure" : undefined,
    returnCode: record.returnCode,
    runtimeAttributes: detail.runtimeAttributes,
    stderr: detail.stderr,
    stdout: detail.stdout,
  };
}

/** Whether the attempt failed, for good or to be tried again. */
export function isFailure({ status }: CallRecord): boolean {
  return status === "Failed" || status === "RetryableFailure";
}

/** Outputs as JSON, each name after `prefix`. */
export function jsonOutputs(outputs: ReadonlyMap<string, Value>, prefix = ""): Record<string, unknown> {
  return Object.fromEntries([...outputs].map(([name, value]) => [`${prefix}${name}`, toJson(value)]));
}
