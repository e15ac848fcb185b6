import type { DatabaseSync } from "node:sqlite";

import { decodeValues, encodeValues } from "./encoding.ts";
import type { CallDetail, CallRecord, CallStatus } from "./records.ts";

interface CallRow {
  readonly workflow_id: string;
  readonly fqn: string;
  readonly shard: number;
  readonly attempt: number;
  readonly status: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly return_code: number | null;
  readonly sub_id: string | null;
  readonly detail: string;
  readonly outputs: string | null;
}

/** The calls of all workflows, in the state database. */
export class CallTable {
  private readonly database: DatabaseSync;
  private readonly upsert;
  private readonly newest;
  private readonly anyFailed;

  constructor(database: DatabaseSync) {
    this.upsert = database.prepare(
      `insert into calls values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict do update set status = excluded.status, started_at = excluded.started_at,
         ended_at = excluded.ended_at, return_code = excluded.return_code, sub_id = excluded.sub_id,
         detail = excluded.detail, outputs = excluded.outputs`,
    );
    this.newest = database.prepare(
      "select * from calls where workflow_id = ? and fqn = ? and shard = ? order by attempt desc limit 1",
    );
    this.database = database;
    this.anyFailed = database.prepare(
      `select 1 from calls join workflows on workflows.id = calls.workflow_id
       where workflows.root_id = ? and calls.status = 'Failed' limit 1`,
    );
  }

  /** Writes a call's present state. */
  save(record: CallRecord): void {
    this.upsert.run(
      record.workflowId,
      record.fqn,
      record.shard,
      record.attempt,
      record.status,
      record.startedAt ?? null,
      record.endedAt ?? null,
      record.returnCode ?? null,
      record.subId ?? null,
      JSON.stringify(record.detail),
      record.outputs === undefined ? null : encodeValues(record.outputs),
    );
  }

  /** The last attempt of a call that is known, if there was one. */
  last(workflowId: string, fqn: string, shard: number): CallRecord | undefined {
    const row = this.newest.get(workflowId, fqn, shard) as CallRow | undefined;
    return row && fromRow(row);
  }

  /** Whether a call of a root workflow, or of one below it, has failed for good. */
  hasFailed(rootId: string): boolean {
    return this.anyFailed.get(rootId) !== undefined;
  }

  /**
   * A workflow's calls by name, shard and attempt. One at a time: a workflow may have a million of them.
   *
   * Each list has a statement of its own, since a reader may list a sub-workflow's calls amid its parent's.
   */
  *list(workflowId: string): Iterable<CallRecord> {
    const rows = this.database.prepare("select * from calls where workflow_id = ? order by fqn, shard, attempt");
    for (const row of rows.iterate(workflowId)) yield fromRow(row as unknown as CallRow);
  }
}

function fromRow(row: CallRow): CallRecord {
  return {
    workflowId: row.workflow_id,
    fqn: row.fqn,
    shard: row.shard,
    attempt: row.attempt,
    status: row.status as CallStatus,
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.return_code === null ? {} : { returnCode: row.return_code }),
    ...(row.sub_id === null ? {} : { subId: row.sub_id }),
    detail: JSON.parse(row.detail) as CallDetail,
    ...(row.outputs === null ? {} : { outputs: decodeValues(row.outputs) }),
  };
}
