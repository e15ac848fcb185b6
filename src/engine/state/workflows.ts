import type { DatabaseSync } from "node:sqlite";

import type { WorkflowStatus } from "../../cromwell/statuses.ts";
import type { Failure } from "../tasks/job.ts";
import { decodeValues, encodeValues } from "./encoding.ts";
import type { WorkflowFacts, WorkflowRecord } from "./records.ts";

/** The parts of a submission as they came, for the run and for metadata's `submittedFiles`. */
export interface SubmissionParts {
  readonly source?: string;
  readonly url?: string;
  readonly root?: string;
  readonly type?: string;
  readonly typeVersion?: string;
  /** A JSON object, merged from all inputs parts. */
  readonly inputs: string;
  /** A JSON object. */
  readonly options: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface WorkflowRow {
  readonly id: string;
  readonly root_id: string;
  readonly parent_id: string | null;
  readonly name: string | null;
  readonly status: string;
  readonly submitted_at: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly facts: string;
  readonly outputs: string | null;
  readonly failures: string | null;
}

/** Workflows, their submissions and labels, in the state database. */
export class WorkflowTable {
  private readonly upsert;
  private readonly byId;
  private readonly statusById;
  private readonly open;
  private readonly partsById;
  private readonly zipById;
  private readonly insertParts;
  private readonly labelsById;
  private readonly upsertLabel;

  constructor(database: DatabaseSync) {
    this.upsert = database.prepare(
      `insert into workflows (id, root_id, parent_id, name, status, submitted_at, started_at, ended_at, facts, outputs, failures)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (id) do update set name = excluded.name, status = excluded.status, started_at = excluded.started_at,
         ended_at = excluded.ended_at, facts = excluded.facts, outputs = excluded.outputs, failures = excluded.failures`,
    );
    this.byId = database.prepare("select * from workflows where id = ?");
    this.statusById = database.prepare("select status, parent_id from workflows where id = ?");
    this.open = database.prepare(
      "select * from workflows where parent_id is null and status in ('Submitted', 'Running', 'Aborting') order by seq",
    );
    this.partsById = database.prepare("select parts from submissions where id = ?");
    this.zipById = database.prepare("select dependencies from submissions where id = ?");
    this.insertParts = database.prepare("insert into submissions values (?, ?, ?)");
    this.labelsById = database.prepare("select key, value from labels where workflow_id = ? order by key");
    this.upsertLabel = database.prepare(
      "insert into labels values (?, ?, ?) on conflict do update set value = excluded.value",
    );
  }

  /** Writes a workflow's present state. */
  save(record: WorkflowRecord): void {
    this.upsert.run(
      record.id,
      record.rootId,
      record.parentId ?? null,
      record.name ?? null,
      record.status,
      record.submittedAt ?? null,
      record.startedAt ?? null,
      record.endedAt ?? null,
      JSON.stringify(record.facts),
      record.outputs === undefined ? null : encodeValues(record.outputs),
      record.failures === undefined ? null : JSON.stringify(record.failures),
    );
  }

  /** Keeps what was submitted. */
  saveSubmission(id: string, parts: SubmissionParts, dependencies: Uint8Array | undefined): void {
    this.insertParts.run(id, JSON.stringify(parts), dependencies ?? null);
  }

  /** Adds labels, or gives them another value. */
  saveLabels(id: string, labels: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(labels)) this.upsertLabel.run(id, key, value);
  }

  /** The workflow or sub-workflow of this id. */
  find(id: string): WorkflowRecord | undefined {
    const row = this.byId.get(id) as WorkflowRow | undefined;
    return row && fromRow(row);
  }

  /** Only the status, which is what clients ask most. */
  status(id: string): { readonly status: WorkflowStatus; readonly isSub: boolean } | undefined {
    const row = this.statusById.get(id) as { status: string; parent_id: string | null } | undefined;
    return row && { status: row.status as WorkflowStatus, isSub: row.parent_id !== null };
  }

  /** Root workflows that have been submitted, are not held and have not ended; in the order of submission. */
  unfinished(): readonly WorkflowRecord[] {
    return (this.open.all() as unknown as WorkflowRow[]).map(fromRow);
  }

  /** What was submitted; sub-workflows have none. */
  submission(id: string): SubmissionParts | undefined {
    const row = this.partsById.get(id) as { parts: string } | undefined;
    return row && (JSON.parse(row.parts) as SubmissionParts);
  }

  /** The zip of imports that came with the submission. */
  dependencies(id: string): Uint8Array | undefined {
    const row = this.zipById.get(id) as { dependencies: Uint8Array | null } | undefined;
    return row?.dependencies ?? undefined;
  }

  /** All labels, sorted by key. */
  labels(id: string): Readonly<Record<string, string>> {
    const rows = this.labelsById.all(id) as { key: string; value: string }[];
    return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
  }
}

function fromRow(row: WorkflowRow): WorkflowRecord {
  return {
    id: row.id,
    rootId: row.root_id,
    ...(row.parent_id === null ? {} : { parentId: row.parent_id }),
    ...(row.name === null ? {} : { name: row.name }),
    status: row.status as WorkflowStatus,
    ...(row.submitted_at === null ? {} : { submittedAt: row.submitted_at }),
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    facts: JSON.parse(row.facts) as WorkflowFacts,
    ...(row.outputs === null ? {} : { outputs: decodeValues(row.outputs) }),
    ...(row.failures === null ? {} : { failures: JSON.parse(row.failures) as Failure[] }),
  };
}
