import type { Kysely } from "kysely";

import { longText, newTable } from "./table.ts";

/** Files that users uploaded to be inputs; the bytes lie among their objects. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await newTable(db, "uploads")
    // The owner.
    .addColumn("user_name", "varchar(31)", (column) => column.notNull())
    // Made by AWE.
    .addColumn("upload_id", "varchar(36)", (column) => column.notNull())
    // The file's name on the user's machine.
    .addColumn("name", longText, (column) => column.notNull())
    // In bytes.
    .addColumn("size_bytes", "bigint", (column) => column.notNull())
    // Of the content, in hex.
    .addColumn("sha256", "varchar(64)", (column) => column.notNull())
    // When the last byte had arrived.
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("uploads_key", ["user_name", "upload_id"])
    .execute();
}
