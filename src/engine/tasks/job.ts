import type { TaskNode, WdlVersion } from "../../wdl/ast.ts";
import type { Unit } from "../../wdl/program.ts";
import type { Value } from "../../wdl/values.ts";

/** One attempt of one call, ready to be run. */
export interface Job {
  /** Fully qualified name of the call, such as `wf.greet`; failure messages name it. */
  readonly callName: string;
  /** Index in the scatter; -1 outside of one. */
  readonly shard: number;
  /** Absolute: `<root>/cromwell-executions/<wf>/<uuid>/call-<name>[/shard-N]`. */
  readonly callFolder: string;
  /** Counted from 1; attempt K ≥ 2 lives in `callFolder/attempt-K`. */
  readonly attempt: number;
  readonly unit: Unit;
  readonly task: TaskNode;
  readonly version: WdlVersion;
  /** What the call or the inputs JSON gave; the task's other declarations are evaluated from their defaults. */
  readonly inputs: ReadonlyMap<string, Value>;
  /** The workflow option `default_runtime_attributes`, as JSON values. */
  readonly runtimeDefaults: Readonly<Record<string, unknown>>;
  /** Inputs of the form `wf.call.runtime.k`, as JSON values by `k`. */
  readonly runtimeOverrides: ReadonlyMap<string, unknown>;
  /** The listed environment of a task; nothing else is passed on to it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What is known of an attempt once its command is rendered; shown in metadata. */
export interface PreparedJob {
  readonly commandLine: string;
  /** All of the task's inputs, defaults included, with the files' original paths. */
  readonly inputs: ReadonlyMap<string, Value>;
  readonly runtimeAttributes: Readonly<Record<string, string>>;
  /** Absolute path of the file that holds the standard output. */
  readonly stdout: string;
  /** Absolute path of the file that holds the standard error. */
  readonly stderr: string;
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly maxRetries: number;
  /** Sentences for the user, such as that a container was asked for and not used. */
  readonly notes: readonly string[];
  /**
   * What an earlier life of the engine left of this attempt. `running`: it holds its cores and memory already, so `admit`
   * must not make it wait; `finished`: it needs none, and is only collected.
   */
  readonly stage: "new" | "running" | "finished";
}

/** How an attempt ended. */
export type AttemptResult =
  | { readonly kind: "done"; readonly returnCode: number; readonly outputs: ReadonlyMap<string, Value> }
  /** `retryable`: the command failed; what could not be evaluated or written fails the same way again. */
  | { readonly kind: "failed"; readonly failure: Failure; readonly returnCode?: number; readonly retryable: boolean }
  | { readonly kind: "aborted"; readonly returnCode?: number };

/** A failure in the shape of Cromwell's metadata. */
export interface Failure {
  readonly message: string;
  readonly causedBy: readonly Failure[];
}

/** A failure, by default one with nothing below it. */
export function failure(message: string, causedBy: readonly Failure[] = []): Failure {
  return { message, causedBy };
}

/** What the runner of an attempt asks of the engine around it. */
export interface AttemptHooks {
  /**
   * Called once the command is rendered. Resolves when cores and memory are free, with the function that frees them.
   * Rejects where nothing new may start any more: a `new` attempt then ends as an aborted one.
   */
  admit(prepared: PreparedJob): Promise<() => void>;
  /** The process runs. `jobId` is its process id as text. */
  started(jobId: string): void;
}
