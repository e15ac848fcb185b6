import { DatabaseSync } from "node:sqlite";

import { AweError, errorText } from "../../errors.ts";

const SCHEMA = `
create table if not exists workflows (
  seq integer primary key autoincrement,
  id text not null unique,
  root_id text not null,
  parent_id text,
  name text,
  status text not null,
  submitted_at text,
  started_at text,
  ended_at text,
  facts text not null,
  outputs text,
  failures text
);
create index if not exists workflows_by_root on workflows (root_id);
create index if not exists workflows_by_status on workflows (status);
create table if not exists submissions (
  id text primary key,
  parts text not null,
  dependencies blob
);
create table if not exists labels (
  workflow_id text not null,
  key text not null,
  value text not null,
  primary key (workflow_id, key)
) without rowid;
create index if not exists labels_by_key on labels (key, value);
create table if not exists calls (
  workflow_id text not null,
  fqn text not null,
  shard integer not null,
  attempt integer not null,
  status text not null,
  started_at text,
  ended_at text,
  return_code integer,
  sub_id text,
  detail text not null,
  outputs text,
  primary key (workflow_id, fqn, shard, attempt)
) without rowid;
`;

/**
 * Opens the state of an engine and keeps it locked for as long as it is open, so that a root has one engine at a time.
 *
 * WAL in exclusive mode needs no shared memory and leaves nothing locked when the process is killed.
 *
 * @throws {AweError} `conflict` when another engine has the root.
 */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 200 });
  try {
    database.exec("pragma locking_mode = exclusive");
    database.exec("pragma journal_mode = wal");
    database.exec("pragma synchronous = normal");
    database.exec("begin immediate");
    database.exec(SCHEMA);
    database.exec("commit");
  } catch (thrown) {
    database.close();
    if (!/locked|busy/i.test(errorText(thrown))) throw thrown;
    throw new AweError("conflict", `another engine runs on ${file}: stop it, or choose another root`, {
      cause: thrown,
    });
  }
  return database;
}
