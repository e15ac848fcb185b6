import type { Finding } from "#src/errors.ts";

/** Where a run stands in AWE's own life cycle. */
export type Phase =
  | "held"
  | "scheduled"
  | "preparing"
  | "ready"
  | "starting"
  | "running"
  | "failing"
  | "aborting"
  | "publishing"
  | "succeeded"
  | "failed"
  | "aborted";

/** Cromwell's seven workflow statuses; note the space in `On Hold`. */
export type CromwellStatus = "On Hold" | "Submitted" | "Running" | "Aborting" | "Aborted" | "Succeeded" | "Failed";

/**
 * Where a run may go from each phase.
 *
 * The store turns this table into the `where` clause of its updates, so a late, doubled or reordered message changes
 * no row.
 */
export const NEXT: Readonly<Record<Phase, readonly Phase[]>> = {
  held: ["scheduled", "failed", "aborted"],
  scheduled: ["preparing", "held", "failed", "aborted"],
  preparing: ["ready", "scheduled", "failed", "aborted"],
  ready: ["starting", "held", "scheduled", "failed", "aborted"],
  // Back to ready only when the hand-over was never sent.
  starting: ["running", "ready", "failed", "aborting"],
  running: ["failing", "publishing", "failed", "aborting", "aborted"],
  failing: ["failed", "aborting", "aborted"],
  // An engine may finish a run while it is asked to abort it; its answer is kept.
  aborting: ["aborted", "publishing", "failed"],
  publishing: ["succeeded", "failed"],
  succeeded: [],
  failed: [],
  aborted: [],
};

/** Every phase, in the order of a run's life. */
export const PHASES = Object.keys(NEXT) as readonly Phase[];

/** The phases from which a run may move to `to`: the `where` of every move. */
export function mayMoveTo(to: Phase): readonly Phase[] {
  return PHASES.filter((from) => NEXT[from].includes(to));
}

/** True when nothing will change any more. */
export function isTerminal(phase: Phase): boolean {
  return NEXT[phase].length === 0;
}

/** The phases in which the run's engine may know the run. */
export const HANDED_OVER: readonly Phase[] = ["starting", "running", "failing", "aborting", "publishing"];

const STATUS: Readonly<Record<Phase, CromwellStatus>> = {
  held: "On Hold",
  scheduled: "Submitted",
  preparing: "Submitted",
  ready: "Submitted",
  starting: "Submitted",
  running: "Running",
  failing: "Running",
  publishing: "Running",
  aborting: "Aborting",
  aborted: "Aborted",
  succeeded: "Succeeded",
  failed: "Failed",
};

/** The word that Cromwell's clients see for a phase (design: *Before the hand-over*). */
export function cromwellStatus(phase: Phase): CromwellStatus {
  return STATUS[phase];
}

/**
 * Cromwell's failure tree; `causedBy` is empty at the leaves, never absent.
 *
 * A failed preparation keeps its findings in it, so a node may say where it stands as well.
 */
export interface Failure extends Finding {
  readonly causedBy: readonly Failure[];
}

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = Readonly<Record<string, Json>>;

/** Where a run's files came from, as shown to its owner. Never holds a password. */
export interface RunSource {
  readonly kind: "git" | "url" | "inline" | "archive";
  /** Repository or document address; for `archive` the name of the packed folder, if told. */
  readonly repo: string | null;
  readonly ref: string | null;
  /** The commit that ran, once it is known. */
  readonly commit: string | null;
  readonly path: string | null;
  /** For `archive`: true when the packed folder had changes that its commit lacks. */
  readonly dirty?: boolean;
}

/** One submission of a workflow. */
export interface Run {
  /** Lower-case UUID; also the Cromwell workflow id. */
  readonly runId: string;
  readonly user: string;
  readonly lab: string;
  /** The name that the user gave. */
  readonly workflow: string;
  readonly phase: Phase;
  readonly source: RunSource;
  readonly label: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly ensemble: string | null;
  readonly priority: number;
  readonly submittedAt: Date;
  /** The entry into `running`. */
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Key of the stored submission among the user's objects: what is fetched and checked while preparing. */
  readonly submissionKey: string;
  /** Key of the frozen closure among the user's objects, from `ready` on. */
  readonly closureKey: string | null;
  /** Name of the WDL workflow, once it is known. */
  readonly wdlName: string | null;
  readonly outputs: JsonObject | null;
  readonly failures: readonly Failure[];
  /** When the move into the present phase happened. */
  readonly movedAt: Date;
}

/** One execution of a task or sub-workflow inside a run. */
export interface Call {
  /**
   * Unique in its run and safe in a path: `count`, `count-3` (shard 3), `count-3~2` (second attempt), and
   * `per_sample-1.align` for a call inside a sub-workflow.
   */
  readonly key: string;
  /** Cromwell's fully qualified name, such as `hello.count`. */
  readonly name: string;
  /** -1 when not scattered. */
  readonly shard: number;
  /** From 1. */
  readonly attempt: number;
  /** Cromwell's execution status: `Running`, `Done`, `Failed`, `RetryableFailure`, `Aborted`, … */
  readonly status: string;
  readonly returnCode: number | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Paths as the engine tells them; opened only as the run's user. */
  readonly stdout: string | null;
  readonly stderr: string | null;
}
