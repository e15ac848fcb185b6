import type { WorkflowStatus } from "../../cromwell/statuses.ts";
import type { Value } from "../../wdl/values.ts";
import type { Failure } from "../tasks/job.ts";

/** Whether a workflow with this status has ended. */
export function isTerminal(status: WorkflowStatus): boolean {
  return status === "Aborted" || status === "Succeeded" || status === "Failed";
}

/** Cromwell's words for where a call stands, as far as this engine uses them. */
export type CallStatus =
  /** It was about to start when the run was told to start nothing more. */
  | "NotStarted"
  | "QueuedInCromwell"
  | "Starting"
  | "Running"
  | "Aborting"
  | "Aborted"
  | "RetryableFailure"
  | "Failed"
  | "Done";

/** Whether a call with this status will not change any more. */
export function hasEnded(status: CallStatus): boolean {
  return status === "Aborted" || status === "RetryableFailure" || status === "Failed" || status === "Done";
}

/** Something that happened to a workflow, as metadata shows it. */
interface WorkflowEvent {
  readonly description: "PickedUp" | "Released" | "Finished";
  readonly timestamp: string;
}

/** What is known of a workflow beyond the columns that are searched. */
export interface WorkflowFacts {
  events: WorkflowEvent[];
  /** JSON values of the inputs, by fully qualified name. */
  inputs?: Readonly<Record<string, unknown>>;
  /** Absolute folder of the run. */
  root?: string;
  languageVersion?: string;
  /** The caller asked for it and the run has not yet come to its end. */
  abortRequested?: true;
  /** Paths of the documents that were imported, with their text. */
  imports?: Readonly<Record<string, string>>;
  /** Where the outputs' copies are, if the options want to see those in place of the outputs. */
  copies?: Readonly<Record<string, string>>;
  /** Absolute path of the workflow's log, if one was asked for. */
  log?: string;
}

/** A workflow or sub-workflow while it runs. */
export interface WorkflowRecord {
  readonly id: string;
  readonly rootId: string;
  readonly parentId?: string;
  name?: string;
  status: WorkflowStatus;
  submittedAt?: string;
  startedAt?: string;
  endedAt?: string;
  facts: WorkflowFacts;
  outputs?: ReadonlyMap<string, Value>;
  failures?: readonly Failure[];
}

/** An event of a call, as metadata shows it. */
interface CallEvent {
  readonly description: string;
  readonly startTime: string;
  endTime?: string;
}

/** What metadata shows of a call beyond the columns. */
export interface CallDetail {
  root?: string;
  inputs?: Readonly<Record<string, unknown>>;
  commandLine?: string;
  stdout?: string;
  stderr?: string;
  jobId?: string;
  runtimeAttributes?: Readonly<Record<string, string>>;
  notes?: readonly string[];
  failures?: readonly Failure[];
  maxRetries?: number;
  events: CallEvent[];
}

/** One attempt of a call, or a call of a sub-workflow. */
export interface CallRecord {
  readonly workflowId: string;
  readonly fqn: string;
  /** -1 outside of a scatter. */
  readonly shard: number;
  readonly attempt: number;
  status: CallStatus;
  startedAt?: string;
  endedAt?: string;
  returnCode?: number;
  /** The workflow that this call started. */
  readonly subId?: string;
  detail: CallDetail;
  outputs?: ReadonlyMap<string, Value>;
}
