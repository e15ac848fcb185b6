import type { EngineAddress } from "#src/fleet/fleet.ts";
import type { CromwellStatus, JsonObject } from "#src/model/run.ts";

/** What is handed to an engine. */
export interface HandOver {
  readonly runId: string;
  /** Text of the main document. */
  readonly workflowSource: string;
  /** Zip of the imported documents, paths relative to the main document's folder; absent without imports. */
  readonly dependencies: Uint8Array | null;
  readonly inputs: JsonObject;
  readonly options: JsonObject;
  readonly labels: Readonly<Record<string, string>>;
}

/** What an engine says about a run in a batch answer. */
export interface EngineReport {
  readonly runId: string;
  readonly status: CromwellStatus;
  /** Name of the WDL workflow, when the engine knows it. */
  readonly wdlName: string | null;
  readonly startedAt: Date | null;
}

/** An answer of an engine, passed through unread. */
export interface EngineAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** What came of an abort: the engine's own code and body, for the caller. */
export interface AbortAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Speaks Cromwell's REST API to a user's engine: Cromwell itself or the embedded one.
 *
 * @throws {AweError} `engine_unavailable` whenever the engine cannot be reached or does not answer in time,
 * `engine_failed` when it answers that it could not do what it should.
 */
export interface Engines {
  /** Hands a run over under its own UUID. `already` when the engine has it: a repeated hand-over is done, not an error. */
  submit(at: EngineAddress, handOver: HandOver): Promise<"started" | "already" | { readonly refused: string }>;
  /** One query for many runs (≤ 500 ids). Runs that the engine does not know are missing in the answer. */
  statuses(at: EngineAddress, runIds: readonly string[]): Promise<readonly EngineReport[]>;
  /** How many workflows the engine has that are submitted, running, aborting or on hold. */
  activeCount(at: EngineAddress): Promise<number>;
  /**
   * Full metadata with sub-workflows expanded; `undefined` for an unknown run.
   *
   * @throws {AweError} `too_large` beyond 64 MiB: it would be in memory whole, several times over.
   */
  metadata(at: EngineAddress, runId: string): Promise<JsonObject | undefined>;
  abort(at: EngineAddress, runId: string): Promise<AbortAnswer>;
  label(at: EngineAddress, runId: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /** Passes a request through; only GET and POST, never with the caller's Authorization. */
  proxy(
    at: EngineAddress,
    request: { method: string; path: string; headers: Readonly<Record<string, string>> },
  ): Promise<EngineAnswer>;
}
