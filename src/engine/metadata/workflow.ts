import { pickKeys, wantsCalls } from "../../cromwell/metadata-keys.ts";
import type { KeyFilter } from "../../cromwell/metadata-keys.ts";
import { mapFiles } from "../../wdl/values.ts";
import type { Value } from "../../wdl/values.ts";
import type { WorkflowRecord } from "../state/records.ts";
import type { State } from "../state/state.ts";
import { ENGINE_VERSION } from "../version.ts";
import { callMetadata, isFailure, jsonOutputs } from "./call.ts";

/** How metadata is wanted. */
export interface MetadataWish {
  readonly filter: KeyFilter;
  /** Sub-workflows in full, in place of their ids. */
  readonly expand: boolean;
}

/**
 * Metadata of a workflow as JSON text.
 *
 * Calls become text one by one, so that a scatter of thousands never stands in memory as objects.
 */
export function metadataText(state: State, record: WorkflowRecord, wish: MetadataWish): string {
  const { filter } = wish;
  const head = pickKeys(workflowKeys(state, record), filter);
  const calls = wantsCalls(filter) ? callsText(state, record.id, wish) : "{}";
  if (head === undefined && calls === "{}" && filter.include.length > 0) return "{}";
  const rest = JSON.stringify({ ...head, id: record.id });
  return `${rest.slice(0, -1)},"calls":${calls}}`;
}

/** Outputs of a workflow by fully qualified name; those of its calls' copies where the options want that. */
export function workflowOutputs(record: WorkflowRecord): Record<string, unknown> {
  if (!record.outputs) return {};
  const { copies } = record.facts;
  const shown = copies
    ? new Map<string, Value>(
        [...record.outputs].map(([name, value]) => [name, mapFiles(value, (path) => copies[path] ?? path)]),
      )
    : record.outputs;
  return jsonOutputs(shown, `${record.name ?? ""}.`);
}

/** Cromwell's `failed-jobs`: the failed calls of a workflow and of all its sub-workflows. */
export function failedJobs(state: State, record: WorkflowRecord): unknown {
  const calls: Record<string, unknown[]> = {};
  const visit = (id: string): void => {
    const subIds: string[] = [];
    for (const call of state.calls.list(id)) {
      if (call.subId !== undefined) subIds.push(call.subId);
      else if (isFailure(call)) (calls[call.fqn] ??= []).push(callMetadata(call));
    }
    for (const subId of subIds) visit(subId);
  };
  visit(record.id);
  return { [record.id]: { calls } };
}

/** Cromwell's `logs`: where each attempt of each call writes to. */
export function callLogs(state: State, record: WorkflowRecord): unknown {
  const calls: Record<string, unknown[]> = {};
  for (const { fqn, shard, attempt, detail } of state.calls.list(record.id)) {
    if (detail.stdout === undefined) continue;
    (calls[fqn] ??= []).push({ stderr: detail.stderr, stdout: detail.stdout, attempt, shardIndex: shard });
  }
  return Object.keys(calls).length > 0 ? { calls, id: record.id } : { id: record.id };
}

function workflowKeys(state: State, record: WorkflowRecord): Record<string, unknown> {
  const { facts, parentId } = record;
  const labels = state.workflows.labels(record.id);
  return {
    workflowName: record.name,
    workflowProcessingEvents: facts.events.map((event) => ({
      cromwellId: "awe",
      ...event,
      cromwellVersion: ENGINE_VERSION,
    })),
    actualWorkflowLanguage: facts.languageVersion === undefined ? undefined : "WDL",
    actualWorkflowLanguageVersion: facts.languageVersion,
    submittedFiles: submittedFiles(state, record),
    outputs: workflowOutputs(record),
    workflowRoot: facts.root,
    workflowLog: facts.log,
    status: record.status,
    start: record.startedAt,
    end: record.endedAt,
    id: record.id,
    inputs: facts.inputs ?? {},
    labels,
    submission: record.submittedAt,
    failures: record.failures,
    parentWorkflowId: parentId,
    rootWorkflowId: parentId === undefined ? undefined : record.rootId,
  };
}

function submittedFiles(state: State, record: WorkflowRecord): Record<string, unknown> | undefined {
  const parts = state.workflows.submission(record.id);
  return (
    parts && {
      workflow: parts.source ?? "",
      root: parts.root ?? "",
      options: parts.options,
      inputs: parts.inputs,
      workflowUrl: parts.url ?? "",
      labels: JSON.stringify(parts.labels),
      workflowType: parts.type,
      workflowTypeVersion: parts.typeVersion,
      imports: record.facts.imports,
    }
  );
}

function callsText(state: State, workflowId: string, wish: MetadataWish): string {
  const { filter } = wish;
  const include = filter.include.length > 0 && wish.expand ? [...filter.include, "subWorkflowId"] : filter.include;
  const wanted: KeyFilter = { include, exclude: filter.exclude };
  const pieces: string[] = [];
  let name: string | undefined;
  for (const record of state.calls.list(workflowId)) {
    const picked = pickKeys(callMetadata(record), wanted) as Record<string, unknown> | undefined;
    if (picked === undefined || !hasValue(picked)) continue;
    const keyed = { ...picked, shardIndex: record.shard, attempt: record.attempt };
    pieces.push(name === record.fqn ? "," : `${name === undefined ? "" : "],"}${JSON.stringify(record.fqn)}:[`);
    pieces.push(
      wish.expand && record.subId !== undefined && picked["subWorkflowId"] !== undefined
        ? expanded(state, keyed, record.subId, wish)
        : JSON.stringify(keyed),
    );
    name = record.fqn;
  }
  return `{${pieces.join("")}${name === undefined ? "" : "]"}}`;
}

function hasValue(object: Readonly<Record<string, unknown>>): boolean {
  return Object.values(object).some((value) => value !== undefined);
}

function expanded(state: State, call: Record<string, unknown>, subId: string, wish: MetadataWish): string {
  const sub = state.workflows.find(subId);
  const inner = sub ? metadataText(state, sub, wish) : "{}";
  const head = JSON.stringify({ ...call, subWorkflowId: undefined });
  return `${head.slice(0, -1)},"subWorkflowMetadata":${inner}}`;
}
