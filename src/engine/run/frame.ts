import type { Clock } from "../../clock.ts";
import type { Ids } from "../../ids.ts";
import type { Log } from "../../log.ts";
import type { WdlVersion } from "../../wdl/ast.ts";
import type { Io } from "../../wdl/evaluate.ts";
import type { Unit } from "../../wdl/program.ts";
import type { CallRecord, WorkflowRecord } from "../state/records.ts";
import type { State } from "../state/state.ts";
import type { AttemptHooks, AttemptResult, Failure, Job } from "../tasks/job.ts";
import type { Admission } from "./admission.ts";
import { Blocked } from "./failures.ts";
import type { WorkflowOptions } from "./options.ts";
import type { Turns } from "./turns.ts";

/** What runs need from the engine around them. */
export interface RunDeps {
  readonly root: string;
  readonly state: State;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly admission: Admission;
  readonly turns: Turns;
  /** What tasks see of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs one attempt of a task; safe to repeat for the same folder. */
  readonly runAttempt: (job: Job, hooks: AttemptHooks, abort: AbortSignal) => Promise<AttemptResult>;
  /** What expressions of a workflow may read and write; `folder` is theirs. */
  readonly workflowIo: (folder: string) => Io;
}

/** One submitted workflow, with all sub-workflows, while it runs. */
export interface Run {
  readonly id: string;
  readonly deps: RunDeps;
  readonly version: WdlVersion;
  readonly options: WorkflowOptions;
  /** Somebody asked to abort: what runs is killed. */
  readonly signal: AbortSignal;
  /** Nothing new is started: after an abort, and after a failure in the mode NoNewCalls. */
  readonly stop: AbortController;
  /** The engine was started anew amid this run, so its calls may have records and processes. */
  readonly resumed: boolean;
}

/** A workflow, sub-workflow or inner scatter that runs: what Cromwell gives an id, a folder and metadata of its own. */
export interface Frame {
  readonly run: Run;
  readonly record: WorkflowRecord;
  readonly unit: Unit;
  /** First part of the names of its calls. An inner scatter keeps that of the workflow around it, as in Cromwell. */
  readonly workflowName: string;
  readonly folder: string;
  /** JSON inputs for what its calls leave open, by name relative to the workflow: `call.x`, `call.runtime.cpu`. */
  readonly overrides: ReadonlyMap<string, unknown>;
  readonly io: Io;
  readonly failures: Failure[];
  /** Something was not started or was aborted, so there can be no outputs. */
  incomplete: boolean;
}

/** Where in the folders and in metadata a body stands. */
export interface Site {
  readonly frame: Frame;
  /** -1 outside of a scatter. */
  readonly shard: number;
}

/** Records a failure. In the mode NoNewCalls nothing is started from here on. */
export function fail(frame: Frame, failure: Failure): Blocked {
  frame.failures.push(failure);
  if (!frame.run.options.continueWhilePossible) frame.run.stop.abort();
  return new Blocked();
}

/** Notes that something is left undone without having failed itself. */
export function leaveOut(frame: Frame): Blocked {
  frame.incomplete = true;
  return new Blocked();
}

/** Whether nothing new may be started. */
export function isStopping(run: Run): boolean {
  return run.stop.signal.aborted;
}

/** The time as Cromwell writes it: UTC with exactly three digits of milliseconds. */
export function timestamp(clock: Clock): string {
  return clock.now().toISOString();
}

/** What is known from an earlier life of the engine of the last attempt of a call. */
export function earlierRecord(site: Site, fqn: string): CallRecord | undefined {
  if (!site.frame.run.resumed) return undefined;
  const { state } = site.frame.run.deps;
  const last = state.calls.last(site.frame.record.id, fqn, site.shard);
  return last?.status === "NotStarted" ? undefined : last;
}

/** Folder of a call: `…/call-<name>[/shard-N]`. */
export function callFolder(site: Site, name: string): string {
  const folder = `${site.frame.folder}/call-${name}`;
  return site.shard < 0 ? folder : `${folder}/shard-${site.shard}`;
}
