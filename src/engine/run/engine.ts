import { setMaxListeners } from "node:events";

import { errorText } from "../../errors.ts";
import { isTerminal } from "../state/records.ts";
import type { WorkflowRecord } from "../state/records.ts";
import type { SubmissionParts } from "../state/workflows.ts";
import { timestamp } from "./frame.ts";
import type { RunDeps } from "./frame.ts";
import { runRoot } from "./root.ts";
import type { RunControl } from "./root.ts";

/** A workflow to be run. */
export interface Submission {
  readonly id: string;
  readonly parts: SubmissionParts;
  /** A zip of imports. */
  readonly dependencies?: Uint8Array;
  readonly onHold: boolean;
}

interface ActiveRun extends RunControl {
  readonly record: WorkflowRecord;
}

/** Accepts workflows and runs them; what it has accepted it brings to an end, through any number of restarts. */
export class Engine {
  private readonly active = new Map<string, ActiveRun>();
  private readonly waiting: { readonly record: WorkflowRecord; readonly resumed: boolean }[] = [];
  private closed = false;
  private readonly deps: RunDeps;
  private readonly maxConcurrentRuns: number;

  constructor(deps: RunDeps, maxConcurrentRuns: number) {
    this.deps = deps;
    this.maxConcurrentRuns = maxConcurrentRuns;
  }

  /** Goes on with everything that an earlier life of this engine has left unfinished. */
  resume(): void {
    for (const record of this.deps.state.workflows.unfinished()) {
      this.waiting.push({ record, resumed: record.status !== "Submitted" });
    }
    this.startWaiting();
  }

  /** Writes the workflows down for good, then starts them. They are known to every call when this returns. */
  submit(submissions: readonly Submission[]): void {
    const { state, clock } = this.deps;
    const now = timestamp(clock);
    state.journal.durably(() => {
      for (const { id, parts, dependencies, onHold } of submissions) {
        const status = onHold ? "On Hold" : "Submitted";
        state.workflows.save({ id, rootId: id, status, submittedAt: now, facts: { events: [] } });
        state.workflows.saveSubmission(id, parts, dependencies);
        state.workflows.saveLabels(id, { ...parts.labels, "cromwell-workflow-id": `cromwell-${id}` });
      }
    });
    for (const { id, onHold } of submissions) if (!onHold) this.enqueue(id);
  }

  /** Lets a held workflow run. `false` when it is not on hold. */
  releaseHold(id: string): boolean {
    const { state } = this.deps;
    const record = state.workflows.find(id);
    if (record?.status !== "On Hold") return false;
    record.status = "Submitted";
    state.journal.durably(() => state.workflows.save(record));
    this.enqueue(id);
    return true;
  }

  /** Aborts a workflow. `undefined` when it is no workflow that could be aborted: unknown, ended, or a sub-workflow. */
  abort(id: string): "Aborted" | "Aborting" | undefined {
    const { state, clock } = this.deps;
    const run = this.active.get(id);
    if (run) {
      if (isTerminal(run.record.status)) return undefined;
      run.record.status = "Aborting";
      state.journal.durably(() => state.workflows.save(run.record));
      // The answer goes out first: killing may take a while.
      setImmediate(() => stop(run));
      return "Aborting";
    }
    state.journal.flush();
    const record = state.workflows.find(id);
    if (!record || record.parentId !== undefined || isTerminal(record.status)) return undefined;
    const at = this.waiting.findIndex(({ record }) => record.id === id);
    if (at >= 0) this.waiting.splice(at, 1);
    record.status = "Aborted";
    record.endedAt = timestamp(clock);
    state.journal.durably(() => state.workflows.save(record));
    return "Aborted";
  }

  /** Starts nothing more and writes down what is known. Tasks run on; the next life of the engine goes on with them. */
  close(): void {
    this.closed = true;
    this.deps.state.journal.flush();
  }

  private enqueue(id: string): void {
    const record = this.deps.state.workflows.find(id);
    if (!record) return;
    this.waiting.push({ record, resumed: false });
    setImmediate(() => this.startWaiting());
  }

  private startWaiting(): void {
    while (!this.closed && this.active.size < this.maxConcurrentRuns) {
      const next = this.waiting.shift();
      if (!next) return;
      this.start(next.record, next.resumed);
    }
  }

  private start(record: WorkflowRecord, resumed: boolean): void {
    const run: ActiveRun = { record, abort: new AbortController(), stop: new AbortController() };
    // Each attempt listens; there may be more of them than Node thinks sane.
    setMaxListeners(0, run.abort.signal, run.stop.signal);
    this.active.set(record.id, run);
    if (record.status === "Aborting") stop(run);
    runRoot(this.deps, record, run, resumed)
      .catch((thrown: unknown) => this.deps.log.error("run.broke", { run: record.id, reason: errorText(thrown) }))
      .finally(() => {
        this.active.delete(record.id);
        this.startWaiting();
      });
  }
}

function stop(run: RunControl): void {
  run.stop.abort();
  run.abort.abort();
}
