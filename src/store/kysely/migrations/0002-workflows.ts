import type { Kysely } from "kysely";

import { newTable } from "./table.ts";

/** Names that users gave, and the runs that they stand for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await newTable(db, "workflows")
    // The owner.
    .addColumn("user_name", "varchar(31)", (column) => column.notNull())
    // See WORKFLOW_NAME: 100 characters at most.
    .addColumn("name", "varchar(100)", (column) => column.notNull())
    // The run that the name stands for; null only within the transaction that makes the row.
    .addColumn("newest_run_id", "varchar(36)")
    // The run that has not ended. Set by compare-and-set from null, which is what keeps a name from having two.
    .addColumn("active_run_id", "varchar(36)")
    .addPrimaryKeyConstraint("workflows_key", ["user_name", "name"])
    .execute();
}
