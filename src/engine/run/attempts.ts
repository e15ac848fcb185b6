import { errorText } from "../../errors.ts";
import type { Callee } from "../../wdl/program.ts";
import type { Value } from "../../wdl/values.ts";
import { hasEnded } from "../state/records.ts";
import type { CallRecord } from "../state/records.ts";
import { failure } from "../tasks/job.ts";
import type { AttemptResult, Failure, Job } from "../tasks/job.ts";
import { AttemptWatch } from "./attempt-watch.ts";
import { below } from "./call-inputs.ts";
import { callFolder, earlierRecord, fail, isStopping, leaveOut, timestamp } from "./frame.ts";
import type { Run, Site } from "./frame.ts";

/** A call of a task whose inputs are known. */
export interface TaskCall {
  readonly fqn: string;
  readonly name: string;
  readonly callee: Callee & { readonly kind: "task" };
  readonly inputs: ReadonlyMap<string, Value>;
  readonly overrides: ReadonlyMap<string, unknown>;
}

/** Runs a task until an attempt succeeds or none is left, and returns its outputs. */
export async function runTask(site: Site, call: TaskCall): Promise<ReadonlyMap<string, Value>> {
  const { frame } = site;
  const earlier = earlierRecord(site, call.fqn);
  if (earlier?.status === "Done" && earlier.outputs) return earlier.outputs;
  if (earlier?.status === "Failed") throw fail(frame, firstFailure(earlier));
  if (earlier?.status === "Aborted") throw leaveOut(frame);
  // An attempt that was under way is taken up again, also when nothing new may start: it has a process to look after.
  let underWay = earlier && !hasEnded(earlier.status) ? earlier : undefined;
  for (let attempt = earlier ? earlier.attempt + (underWay ? 0 : 1) : 1; ; attempt++) {
    if (!underWay && isStopping(frame.run)) throw leaveOut(frame);
    const { turns } = frame.run.deps;
    await turns.take(frame.run.id);
    try {
      if (!underWay && isStopping(frame.run)) throw leaveOut(frame);
      const record = underWay ?? newRecord(site, call, attempt);
      underWay = undefined;
      const outputs = await runOnce(site, call, record);
      if (outputs) return outputs;
    } finally {
      turns.end();
    }
  }
}

/** One attempt: its outputs, or `undefined` when another one is due. */
async function runOnce(
  site: Site,
  call: TaskCall,
  record: CallRecord,
): Promise<ReadonlyMap<string, Value> | undefined> {
  const { frame } = site;
  const { run } = frame;
  const watch = new AttemptWatch(run, record);
  const result = await resultOf(run, jobOf(site, call, record), watch);
  watch.end();
  if ("returnCode" in result) record.returnCode = result.returnCode;
  switch (result.kind) {
    case "done":
      record.status = "Done";
      record.outputs = result.outputs;
      return result.outputs;
    case "aborted":
      record.status = run.signal.aborted ? "Aborted" : "NotStarted";
      throw leaveOut(frame);
    case "failed":
      record.detail.failures = [result.failure];
      if (result.retryable && record.attempt <= (record.detail.maxRetries ?? 0) && !isStopping(run)) {
        record.status = "RetryableFailure";
        return undefined;
      }
      record.status = "Failed";
      throw fail(frame, result.failure);
  }
}

/** Runs the attempt; that it was refused, and whatever the runner throws, are answers too. */
async function resultOf(run: Run, job: Job, watch: AttemptWatch): Promise<AttemptResult> {
  try {
    const result = await run.deps.runAttempt(job, watch, run.signal);
    return watch.refused && result.kind !== "done" ? { kind: "aborted" } : result;
  } catch (thrown) {
    if (watch.refused || run.signal.aborted) return { kind: "aborted" };
    run.deps.log.error("attempt.broke", { run: run.id, call: job.callName, reason: errorText(thrown) });
    return { kind: "failed", failure: failure(errorText(thrown)), retryable: false };
  }
}

function jobOf(site: Site, { fqn, name, callee, inputs, overrides }: TaskCall, { attempt }: CallRecord): Job {
  const { run } = site.frame;
  return {
    callName: fqn,
    shard: site.shard,
    callFolder: callFolder(site, name),
    attempt,
    unit: callee.unit,
    task: callee.task,
    version: run.version,
    inputs,
    runtimeDefaults: run.options.runtimeDefaults,
    runtimeOverrides: below(overrides, "runtime"),
    environment: run.deps.environment,
  };
}

function newRecord(site: Site, { fqn, name }: TaskCall, attempt: number): CallRecord {
  const folder = callFolder(site, name);
  return {
    workflowId: site.frame.record.id,
    fqn,
    shard: site.shard,
    attempt,
    status: "QueuedInCromwell",
    startedAt: timestamp(site.frame.run.deps.clock),
    detail: { root: attempt === 1 ? folder : `${folder}/attempt-${attempt}`, events: [] },
  };
}

function firstFailure(record: CallRecord): Failure {
  return record.detail.failures?.[0] ?? failure(`Job ${record.fqn} failed`);
}
