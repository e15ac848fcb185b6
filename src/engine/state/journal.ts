import type { DatabaseSync } from "node:sqlite";

import { errorText } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { CallTable } from "./calls.ts";
import type { CallRecord, WorkflowRecord } from "./records.ts";
import type { WorkflowTable } from "./workflows.ts";

/**
 * How long a change may wait for others to share its transaction.
 *
 * What a kill loses of it is found again: a task's folder says what became of it.
 */
const BATCH_MS = 20;

/** How long to wait before writing is tried again, after the disk was full or broken. */
const RETRY_MS = 1_000;

/**
 * Writes changed records in batches.
 *
 * A record is an object that its run changes and then notes here; only its last state is written. Readers call
 * `flush` first, so that nothing that happened is ever missing from an answer.
 */
export class Journal {
  private readonly workflows = new Set<WorkflowRecord>();
  private readonly calls = new Set<CallRecord>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly log: Log;
  private readonly database: DatabaseSync;
  private readonly tables: { readonly workflows: WorkflowTable; readonly calls: CallTable };

  constructor(
    log: Log,
    database: DatabaseSync,
    tables: { readonly workflows: WorkflowTable; readonly calls: CallTable },
  ) {
    this.log = log;
    this.database = database;
    this.tables = tables;
  }

  /** Has the workflow's present state written soon. */
  noteWorkflow(record: WorkflowRecord): void {
    this.workflows.add(record);
    this.schedule();
  }

  /** Has the call's present state written soon. */
  noteCall(record: CallRecord): void {
    this.calls.add(record);
    this.schedule();
  }

  /** Writes everything noted; a killed engine has it afterwards. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.closed || this.workflows.size + this.calls.size === 0) return;
    this.transaction(() => {
      for (const record of this.workflows) this.tables.workflows.save(record);
      for (const record of this.calls) this.tables.calls.save(record);
    });
    this.workflows.clear();
    this.calls.clear();
  }

  /** Runs `write` in a transaction that is on the disk when this returns, also if the machine loses its power. */
  durably(write: () => void): void {
    this.flush();
    this.database.exec("pragma synchronous = full");
    try {
      this.transaction(write);
    } finally {
      this.database.exec("pragma synchronous = normal");
    }
  }

  /** Writes what is noted, and nothing after that: the engine's next life finds out the rest. */
  close(): void {
    this.flush();
    this.closed = true;
  }

  private schedule(): void {
    if (this.closed) return;
    this.timer ??= setTimeout(() => this.flushOrRetry(), BATCH_MS);
  }

  private flushOrRetry(): void {
    try {
      this.flush();
    } catch (thrown) {
      this.log.error("journal.failed", { reason: errorText(thrown) });
      this.timer = setTimeout(() => this.flushOrRetry(), RETRY_MS);
    }
  }

  private transaction(write: () => void): void {
    this.database.exec("begin immediate");
    try {
      write();
      this.database.exec("commit");
    } catch (thrown) {
      // A full disk has ended the transaction already.
      if (this.database.isTransaction) this.database.exec("rollback");
      throw thrown;
    }
  }
}
