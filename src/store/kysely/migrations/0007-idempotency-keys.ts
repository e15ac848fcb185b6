import type { Kysely } from "kysely";

import { newTable } from "./table.ts";

/** Requests that must not count twice. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await newTable(db, "idempotency_keys")
    // Whose request it was.
    .addColumn("user_name", "varchar(31)", (column) => column.notNull())
    // SHA-256 in hex over method, path and key: an index has no room for the three themselves.
    .addColumn("key_hash", "varchar(64)", (column) => column.notNull())
    // SHA-256 in hex of the body, to tell a repetition from a mistake.
    .addColumn("body_hash", "varchar(64)", (column) => column.notNull())
    // The run that the first request made.
    .addColumn("run_id", "varchar(36)", (column) => column.notNull())
    // When the key was first seen; it counts for 24 hours.
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("idempotency_keys_key", ["user_name", "key_hash"])
    .execute();
  await db.schema
    .createIndex("idempotency_keys_by_time")
    .ifNotExists()
    .on("idempotency_keys")
    .columns(["created_at"])
    .execute();
}
