import { copyFile, cp, mkdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";

import { AweError } from "../../errors.ts";
import { filePaths } from "../../wdl/values.ts";
import type { Value } from "../../wdl/values.ts";
import type { WorkflowRecord } from "../state/records.ts";
import type { Run } from "./frame.ts";

/** Copies outputs, the calls' logs and the workflow's log to where the workflow options want them. */
export async function deliver(run: Run, record: WorkflowRecord, outputs: ReadonlyMap<string, Value>): Promise<void> {
  const { deps, options } = run;
  const executions = join(deps.root, "cromwell-executions");
  if (options.outputsFolder !== undefined) {
    const target = resolve(deps.root, options.outputsFolder);
    const copies = planCopies([...outputs.values()].flatMap(filePaths), executions, target, options.relativeOutputs);
    for (const [from, to] of copies) await copy(from, to);
    if (options.showCopies) record.facts.copies = Object.fromEntries(copies);
  }
  if (options.callLogsFolder === undefined) return;
  const target = resolve(deps.root, options.callLogsFolder);
  for (const path of callLogs(run, record.id)) await copy(path, join(target, relative(executions, path)));
}

/** Writes the workflow's log to the folder that the options name, whatever came of the workflow. */
export async function writeWorkflowLog(root: string, folder: string, record: WorkflowRecord): Promise<string> {
  const path = join(resolve(root, folder), `workflow.${record.id}.log`);
  const lines = [
    `${record.startedAt ?? ""} workflow ${record.id} (${record.name ?? "no name"}) started`,
    ...(record.failures ?? []).map((failure) => `${record.endedAt ?? ""} ${JSON.stringify(failure)}`),
    `${record.endedAt ?? ""} workflow ${record.id} ended as ${record.status}`,
  ];
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}

/** From where to where; two outputs must not land on one path. */
function planCopies(
  paths: readonly string[],
  executions: string,
  target: string,
  onlyRelative: boolean,
): ReadonlyMap<string, string> {
  const copies = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const path of new Set(paths)) {
    const below = relative(executions, path);
    const inside = !below.startsWith("..");
    const kept = inside ? (onlyRelative ? afterExecution(below) : below) : basename(path);
    const to = join(target, kept);
    const other = taken.get(to);
    if (other !== undefined) {
      throw new AweError(
        "conflict",
        `final_workflow_outputs_dir: ${path} and ${other} would both become ${to}; leave out use_relative_output_paths`,
      );
    }
    taken.set(to, path);
    copies.set(path, to);
  }
  return copies;
}

/** `wf/<id>/call-x/execution/a/b` → `a/b`, as Cromwell does with `use_relative_output_paths`. */
function afterExecution(path: string): string {
  const parts = path.split("/");
  const at = parts.lastIndexOf("execution");
  return at < 0 ? basename(path) : parts.slice(at + 1).join("/");
}

function* callLogs(run: Run, workflowId: string): Iterable<string> {
  const { state } = run.deps;
  state.journal.flush();
  const subIds: string[] = [];
  for (const { detail, subId } of state.calls.list(workflowId)) {
    if (subId !== undefined) subIds.push(subId);
    if (detail.stdout !== undefined) yield detail.stdout;
    if (detail.stderr !== undefined) yield detail.stderr;
  }
  for (const subId of subIds) yield* callLogs(run, subId);
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  if ((await stat(from)).isDirectory()) await cp(from, to, { recursive: true });
  else await copyFile(from, to);
}
