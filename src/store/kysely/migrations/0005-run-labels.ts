import type { Kysely } from "kysely";

import { newTable } from "./table.ts";

/** Labels by key and value, for searching; what is shown comes from `runs.labels`. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await newTable(db, "run_labels")
    // The run that has the label.
    .addColumn("run_id", "varchar(36)", (column) => column.notNull())
    // Cromwell's bound is 255 characters for keys and values alike.
    .addColumn("label_key", "varchar(255)", (column) => column.notNull())
    // May be empty.
    .addColumn("label_value", "varchar(255)", (column) => column.notNull())
    // The run's owner, first in the index: a search never walks over what is another's.
    .addColumn("user_name", "varchar(31)", (column) => column.notNull())
    .addPrimaryKeyConstraint("run_labels_key", ["run_id", "label_key"])
    .addForeignKeyConstraint("run_labels_run", ["run_id"], "runs", ["run_id"], (key) => key.onDelete("cascade"))
    .execute();
  await db.schema
    .createIndex("run_labels_by_value")
    .ifNotExists()
    .on("run_labels")
    .columns(["user_name", "label_key", "label_value", "run_id"])
    .execute();
}
