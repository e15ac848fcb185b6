import type { Phase } from "#src/model/run.ts";

/**
 * The tables as Kysely sees them; `migrations/` says what each column is for.
 *
 * Times are milliseconds since 1970 and JSON is text, because SQLite and MariaDB agree on nothing richer.
 */
export interface Tables {
  readonly users: UserRow;
  readonly workflows: WorkflowRow;
  readonly runs: RunRow;
  readonly run_labels: RunLabelRow;
  readonly calls: CallRow;
  readonly idempotency_keys: IdempotencyRow;
  readonly leases: LeaseRow;
  readonly uploads: UploadRow;
  readonly git_credentials: GitCredentialRow;
  readonly settings: SettingRow;
}

interface UserRow {
  readonly name: string;
  readonly lab: string;
  readonly issuer: string;
  readonly subject: string;
  readonly created_at: number;
}

interface WorkflowRow {
  readonly user_name: string;
  readonly name: string;
  readonly newest_run_id: string | null;
  readonly active_run_id: string | null;
}

/** One row of `runs`. */
export interface RunRow {
  readonly run_id: string;
  readonly user_name: string;
  readonly workflow: string;
  readonly lab: string;
  readonly phase: Phase;
  readonly moved_at: number;
  readonly submitted_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly priority: number;
  readonly ensemble: string | null;
  readonly label: string | null;
  readonly labels: string;
  readonly source: string;
  readonly submission_key: string;
  readonly closure_key: string | null;
  readonly wdl_name: string | null;
  readonly outputs: string | null;
  readonly failures: string;
}

interface RunLabelRow {
  readonly run_id: string;
  readonly label_key: string;
  readonly label_value: string;
  readonly user_name: string;
}

/** One row of `calls`. */
export interface CallRow {
  readonly run_id: string;
  readonly position: number;
  readonly call_key: string;
  readonly name: string;
  readonly shard: number;
  readonly attempt: number;
  readonly status: string;
  readonly return_code: number | null;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly stdout: string | null;
  readonly stderr: string | null;
}

interface IdempotencyRow {
  readonly user_name: string;
  readonly key_hash: string;
  readonly body_hash: string;
  readonly run_id: string;
  readonly created_at: number;
}

interface LeaseRow {
  readonly name: string;
  readonly holder: string | null;
  readonly epoch: number;
  readonly expires_at: number;
}

interface UploadRow {
  readonly user_name: string;
  readonly upload_id: string;
  readonly name: string;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly created_at: number;
}

interface GitCredentialRow {
  readonly user_name: string;
  readonly host: string;
  readonly login: string;
  readonly created_at: number;
}

interface SettingRow {
  readonly name: string;
  readonly value: string;
}
