import { errorText } from "../../errors.ts";
import type { Value } from "../../wdl/values.ts";
import type { Program } from "../../wdl/program.ts";
import { toJson } from "../../wdl/json.ts";
import type { WorkflowRecord } from "../state/records.ts";
import { failure } from "../tasks/job.ts";
import type { Failure } from "../tasks/job.ts";
import { jsonInputs } from "./call-inputs.ts";
import { Blocked } from "./failures.ts";
import { deliver, writeWorkflowLog } from "./deliver.ts";
import { timestamp } from "./frame.ts";
import type { Frame, Run, RunDeps } from "./frame.ts";
import { loadSubmission } from "./load.ts";
import { startNode } from "./nodes.ts";
import { readOptions } from "./options.ts";
import { endStatus } from "./subworkflow.ts";
import { runWorkflowBody } from "./workflow.ts";

/** How a run can be influenced from outside. */
export interface RunControl {
  /** Kills what runs. */
  readonly abort: AbortController;
  /** Lets nothing new start. */
  readonly stop: AbortController;
}

/** Runs a submitted workflow from where it stands to its end, and keeps its record up to date. Never rejects. */
export async function runRoot(
  deps: RunDeps,
  record: WorkflowRecord,
  control: RunControl,
  resumed: boolean,
): Promise<void> {
  const note = (): void => deps.state.journal.noteWorkflow(record);
  if (record.status === "Submitted") record.status = "Running";
  record.startedAt ??= timestamp(deps.clock);
  if (record.facts.events.length === 0) {
    record.facts.events.push({ description: "PickedUp", timestamp: timestamp(deps.clock) });
  }
  note();
  let failures: readonly Failure[] = [];
  try {
    const outputs = await load(deps, record, control, resumed);
    if (outputs instanceof Map) record.outputs = outputs;
    else failures = outputs as readonly Failure[];
  } catch (thrown) {
    deps.log.error("run.broke", { run: record.id, reason: errorText(thrown) });
    failures = [failure("Workflow failed", [failure(errorText(thrown))])];
  }
  if (failures.length > 0) record.failures = failures;
  record.status = endStatus(record.outputs !== undefined, failures.length > 0);
  record.endedAt = timestamp(deps.clock);
  record.facts.events.push({ description: "Finished", timestamp: record.endedAt });
  await keepLog(deps, record);
  note();
}

/** Writes the workflow's log where the options want one. That it cannot be written does not change what came of the run. */
async function keepLog(deps: RunDeps, record: WorkflowRecord): Promise<void> {
  const { logFolder } = readOptions(submittedOptions(deps, record.id));
  if (logFolder === undefined) return;
  try {
    record.facts.log = await writeWorkflowLog(deps.root, logFolder, record);
  } catch (thrown) {
    deps.log.warn("run.logLost", { run: record.id, reason: errorText(thrown) });
  }
}

function submittedOptions(deps: RunDeps, id: string): Readonly<Record<string, unknown>> {
  const parts = deps.state.workflows.submission(id);
  return parts ? (JSON.parse(parts.options) as Record<string, unknown>) : {};
}

/** Outputs, or failures; no failures and no outputs means that the run was aborted. */
async function load(
  deps: RunDeps,
  record: WorkflowRecord,
  control: RunControl,
  resumed: boolean,
): Promise<ReadonlyMap<string, Value> | readonly Failure[]> {
  const parts = deps.state.workflows.submission(record.id);
  if (!parts) return [failure("Workflow failed", [failure("its submission is not in the engine's database any more")])];
  const loaded = await loadSubmission(parts, deps.state.workflows.dependencies(record.id));
  if (loaded.kind === "failed") return [loaded.failure];
  const { program, imports } = loaded;
  if (Object.keys(imports).length > 0) record.facts.imports = imports;
  const run: Run = {
    id: record.id,
    deps,
    version: program.version,
    options: readOptions(submittedOptions(deps, record.id)),
    signal: control.abort.signal,
    stop: control.stop,
    resumed,
  };
  // Calls are met again in any order, and none may start anew before the failed one is met.
  if (resumed && !run.options.continueWhilePossible && deps.state.calls.hasFailed(record.id)) control.stop.abort();
  return await runProgram(run, record, program, JSON.parse(parts.inputs) as Record<string, unknown>);
}

async function runProgram(
  run: Run,
  record: WorkflowRecord,
  program: Program,
  json: Readonly<Record<string, unknown>>,
): Promise<ReadonlyMap<string, Value> | readonly Failure[]> {
  const { deps } = run;
  const unit = program.main;
  const workflow = unit.document.workflow;
  if (!workflow) return [failure("Workflow input processing failed", [failure("there is no workflow to run")])];
  const name = workflow.name.text;
  const folder = `${deps.root}/cromwell-executions/${name}/${record.id}`;
  const overrides = new Map(
    Object.entries(json).map(([key, value]) => [key.startsWith(`${name}.`) ? key.slice(name.length + 1) : key, value]),
  );
  record.name = name;
  record.facts.root = folder;
  record.facts.languageVersion = program.version;
  let inputs;
  try {
    inputs = jsonInputs(deps.root, workflow.inputs, unit, overrides, name);
  } catch (thrown) {
    return [failure("Workflow input processing failed", [failure(errorText(thrown))])];
  }
  record.facts.inputs = {
    ...json,
    ...Object.fromEntries([...inputs].map(([input, value]) => [`${name}.${input}`, toJson(value)])),
  };
  deps.state.journal.noteWorkflow(record);
  const frame: Frame = {
    run,
    record,
    unit,
    workflowName: name,
    folder,
    overrides,
    io: deps.workflowIo(folder),
    failures: [],
    incomplete: false,
  };
  try {
    const outputs = await runWorkflowBody(frame, workflow, inputs, startNode);
    await deliver(run, record, outputs);
    return outputs;
  } catch (thrown) {
    if (!(thrown instanceof Blocked)) throw thrown;
    return frame.failures.length === 0 ? [] : [failure("Workflow failed", frame.failures)];
  }
}
