import type { Kysely } from "kysely";

import { longText, newTable } from "./table.ts";

/** What belongs to this database as a whole. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await newTable(db, "settings")
    // Such as `cursor_key`.
    .addColumn("name", "varchar(100)", (column) => column.primaryKey())
    // Never changes once written.
    .addColumn("value", longText, (column) => column.notNull())
    .execute();
}
