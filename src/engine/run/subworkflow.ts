import type { WorkflowStatus } from "../../cromwell/statuses.ts";
import type { Unit } from "../../wdl/program.ts";
import type { Value } from "../../wdl/values.ts";
import { hasEnded } from "../state/records.ts";
import type { CallRecord, WorkflowRecord } from "../state/records.ts";
import { failure } from "../tasks/job.ts";
import { Blocked } from "./failures.ts";
import { callFolder, earlierRecord, fail, isStopping, leaveOut, timestamp } from "./frame.ts";
import type { Frame, Site } from "./frame.ts";

/** A workflow that a call, or a scatter inside of a scatter, starts. */
export interface SubWorkflow {
  readonly fqn: string;
  /** The call's name, which names its folder. */
  readonly name: string;
  /** The workflow's own name, where it differs from the call's. */
  readonly workflow?: string;
  readonly unit: Unit;
  readonly workflowName: string;
  readonly overrides: ReadonlyMap<string, unknown>;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** Made by the engine for a scatter inside of a scatter: its values are made again after a kill, not read back. */
  readonly isScatter?: true;
}

/**
 * Runs `body` as a workflow with an id, a folder and metadata of its own, and returns its outputs.
 *
 * The id is written down before anything starts in it, so a killed engine finds the same folder again.
 */
export async function inSubWorkflow(
  site: Site,
  sub: SubWorkflow,
  body: (frame: Frame) => Promise<ReadonlyMap<string, Value>>,
): Promise<ReadonlyMap<string, Value>> {
  const { frame: outer } = site;
  const { run } = outer;
  const { state } = run.deps;
  const earlier = earlierRecord(site, sub.fqn);
  if (earlier && hasEnded(earlier.status) && !sub.isScatter) return ended(outer, earlier);
  if (!earlier && isStopping(run)) throw leaveOut(outer);

  const call = earlier ?? newCall(site, sub);
  const record = (earlier?.subId && state.workflows.find(earlier.subId)) || newWorkflow(outer, sub, call);
  const name = sub.workflow ?? sub.name;
  const folder = `${callFolder(site, sub.name)}/${name}/${record.id}`;
  call.detail.root = folder;
  record.facts.root = folder;
  if (sub.inputs) {
    call.detail.inputs = sub.inputs;
    record.facts.inputs = sub.inputs;
  }
  if (!earlier) {
    state.journal.noteWorkflow(record);
    state.journal.noteCall(call);
    state.workflows.saveLabels(record.id, {
      "cromwell-workflow-id": `cromwell-${run.id}`,
      "cromwell-sub-workflow-name": name,
    });
    state.journal.flush();
  }
  const { unit, workflowName, overrides } = sub;
  const io = run.deps.workflowIo(folder);
  const frame: Frame = { run, record, unit, workflowName, folder, overrides, io, failures: [], incomplete: false };
  let outputs: ReadonlyMap<string, Value> | undefined;
  try {
    outputs = await body(frame);
  } catch (thrown) {
    if (!(thrown instanceof Blocked)) throw thrown;
  }
  const done = outputs !== undefined && frame.failures.length === 0 && !frame.incomplete;
  settle(frame, call, done ? outputs : undefined);
  if (done && outputs) return outputs;
  if (frame.failures.length === 0) throw leaveOut(outer);
  if (!sub.isScatter) throw fail(outer, failure("Workflow failed", frame.failures));
  for (const failure of frame.failures) fail(outer, failure);
  throw new Blocked();
}

function newCall(site: Site, sub: SubWorkflow): CallRecord {
  const { record, run } = site.frame;
  const now = timestamp(run.deps.clock);
  return {
    workflowId: record.id,
    fqn: sub.fqn,
    shard: site.shard,
    attempt: 1,
    status: "Running",
    startedAt: now,
    subId: run.deps.ids.uuid(),
    detail: { events: [{ description: "SubWorkflowRunningState", startTime: now }] },
  };
}

function newWorkflow(outer: Frame, sub: SubWorkflow, call: CallRecord): WorkflowRecord {
  const { run } = outer;
  return {
    id: call.subId ?? run.deps.ids.uuid(),
    rootId: run.id,
    parentId: outer.record.id,
    name: sub.workflow ?? sub.name,
    status: "Running",
    startedAt: call.startedAt ?? timestamp(run.deps.clock),
    facts: { events: [] },
  };
}

/** The end of a sub-workflow that the engine's earlier life saw. */
function ended(outer: Frame, call: CallRecord): ReadonlyMap<string, Value> {
  if (call.status === "Done" && call.outputs) return call.outputs;
  if (call.status === "Failed") throw fail(outer, failure("Workflow failed", call.detail.failures ?? []));
  throw leaveOut(outer);
}

function settle(frame: Frame, call: CallRecord, outputs: ReadonlyMap<string, Value> | undefined): void {
  const { record, run, failures } = frame;
  const now = timestamp(run.deps.clock);
  const failed = failures.length > 0;
  record.status = endStatus(outputs !== undefined, failed);
  // An inner scatter that had ended before the engine was killed keeps its time.
  record.endedAt ??= now;
  call.status = outputs ? "Done" : failed ? "Failed" : "Aborted";
  call.endedAt ??= now;
  const event = call.detail.events[0];
  if (event) event.endTime ??= now;
  if (outputs) {
    record.outputs = outputs;
    call.outputs = outputs;
  }
  if (failed) {
    record.failures = [failure("Workflow failed", failures)];
    call.detail.failures = failures;
  }
  run.deps.state.journal.noteWorkflow(record);
  run.deps.state.journal.noteCall(call);
}

/** The status of a workflow at its end. */
export function endStatus(succeeded: boolean, failed: boolean): WorkflowStatus {
  if (succeeded) return "Succeeded";
  return failed ? "Failed" : "Aborted";
}
