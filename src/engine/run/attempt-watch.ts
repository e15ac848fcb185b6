import { toJson } from "../../wdl/json.ts";
import type { CallRecord } from "../state/records.ts";
import type { AttemptHooks, PreparedJob } from "../tasks/job.ts";
import { timestamp } from "./frame.ts";
import type { Run } from "./frame.ts";

/** Follows one attempt and keeps its record up to date. */
export class AttemptWatch implements AttemptHooks {
  /** The attempt was prepared, but nothing new may start any more. */
  refused = false;
  private readonly run: Run;
  private readonly record: CallRecord;

  constructor(run: Run, record: CallRecord) {
    this.run = run;
    this.record = record;
    this.enter("PreparingJob");
  }

  async admit(prepared: PreparedJob): Promise<() => void> {
    const { detail } = this.record;
    // Shown as Cromwell shows it, without the white space at its end.
    detail.commandLine = prepared.commandLine.trimEnd();
    detail.inputs = Object.fromEntries([...prepared.inputs].map(([name, value]) => [name, toJson(value)]));
    detail.runtimeAttributes = prepared.runtimeAttributes;
    detail.stdout = prepared.stdout;
    detail.stderr = prepared.stderr;
    detail.maxRetries = prepared.maxRetries;
    if (prepared.notes.length > 0) detail.notes = prepared.notes;
    const { run } = this;
    const { admission } = run.deps;
    // What an earlier life of the engine has left is not new: it has what it needs, and only an abort ends it.
    if (prepared.stage === "finished") return () => {};
    if (prepared.stage === "running") return admission.hold(prepared.cpu, prepared.memoryBytes);
    this.enter("RequestingExecutionToken");
    try {
      const release = await admission.take(prepared.cpu, prepared.memoryBytes, run.stop.signal);
      this.record.status = "Starting";
      return release;
    } catch (thrown) {
      this.refused = true;
      throw thrown;
    }
  }

  started(jobId: string): void {
    this.record.status = "Running";
    this.record.detail.jobId = jobId;
    this.enter("RunningJob");
  }

  /** The attempt is over; what came of it is the caller's to say. */
  end(): void {
    this.record.endedAt = this.close();
    this.run.deps.state.journal.noteCall(this.record);
  }

  private enter(description: string): void {
    this.record.detail.events.push({ description, startTime: this.close() });
    this.run.deps.state.journal.noteCall(this.record);
  }

  /** Ends the event that is under way, and says when. */
  private close(): string {
    const now = timestamp(this.run.deps.clock);
    const last = this.record.detail.events.at(-1);
    if (last && last.endTime === undefined) last.endTime = now;
    return now;
  }
}
