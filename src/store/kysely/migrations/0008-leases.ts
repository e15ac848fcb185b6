import type { Kysely } from "kysely";

import { newTable } from "./table.ts";

/** Who may admit runs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await newTable(db, "leases")
    // What is leased, such as `admission`.
    .addColumn("name", "varchar(100)", (column) => column.primaryKey())
    // Who holds it; null once it was given back.
    .addColumn("holder", "varchar(255)")
    // Grows by one with each new holder.
    .addColumn("epoch", "bigint", (column) => column.notNull())
    // From when on somebody else may take it.
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .execute();
}
