import type { Kysely } from "kysely";

import { longText, newTable } from "./table.ts";

/** Every submission. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await newTable(db, "runs")
    // Lower-case UUID; also the Cromwell workflow id.
    .addColumn("run_id", "varchar(36)", (column) => column.primaryKey())
    // The owner.
    .addColumn("user_name", "varchar(31)", (column) => column.notNull())
    // The name that the user gave.
    .addColumn("workflow", "varchar(100)", (column) => column.notNull())
    // Who paid when it was submitted.
    .addColumn("lab", longText, (column) => column.notNull())
    // See Phase; changes by conditional update only.
    .addColumn("phase", "varchar(16)", (column) => column.notNull())
    // When the run came into its phase.
    .addColumn("moved_at", "bigint", (column) => column.notNull())
    // When the run was accepted.
    .addColumn("submitted_at", "bigint", (column) => column.notNull())
    // When the run came into `running`.
    .addColumn("started_at", "bigint")
    // When the run came into a terminal phase.
    .addColumn("ended_at", "bigint")
    // Higher goes first within an ensemble.
    .addColumn("priority", "bigint", (column) => column.notNull())
    // The ensemble, if any.
    .addColumn("ensemble", longText)
    // Free text of the user's.
    .addColumn("label", longText)
    // All labels as a JSON object, so that a read needs no join; `run_labels` has the same for searching.
    .addColumn("labels", longText, (column) => column.notNull())
    // RunSource as JSON.
    .addColumn("source", longText, (column) => column.notNull())
    // Key of the stored submission among the user's objects.
    .addColumn("submission_key", longText, (column) => column.notNull())
    // Key of the frozen closure among the user's objects, from `ready` on.
    .addColumn("closure_key", longText)
    // Name of the WDL workflow, once it is known.
    .addColumn("wdl_name", longText)
    // Outputs as a JSON object, once there are any.
    .addColumn("outputs", longText)
    // Cromwell's failure trees as a JSON array.
    .addColumn("failures", longText, (column) => column.notNull())
    .addForeignKeyConstraint("runs_workflow", ["user_name", "workflow"], "workflows", ["user_name", "name"])
    .execute();
}
