import type { Kysely } from "kysely";

import { longText, newTable } from "./table.ts";

/** Executions of tasks, in the order in which their engine tells them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await newTable(db, "calls")
    // The run that the call belongs to.
    .addColumn("run_id", "varchar(36)", (column) => column.notNull())
    // Place in the engine's order, from 0.
    .addColumn("position", "bigint", (column) => column.notNull())
    // See Call.key; unique in the run.
    .addColumn("call_key", longText, (column) => column.notNull())
    // Cromwell's fully qualified name.
    .addColumn("name", longText, (column) => column.notNull())
    // -1 when not scattered.
    .addColumn("shard", "bigint", (column) => column.notNull())
    // From 1.
    .addColumn("attempt", "bigint", (column) => column.notNull())
    // Cromwell's execution status.
    .addColumn("status", longText, (column) => column.notNull())
    // What the command exited with, once it has.
    .addColumn("return_code", "bigint")
    // When the engine started it.
    .addColumn("started_at", "bigint")
    // When it ended.
    .addColumn("ended_at", "bigint")
    // Path as the engine tells it.
    .addColumn("stdout", longText)
    // Path as the engine tells it.
    .addColumn("stderr", longText)
    .addPrimaryKeyConstraint("calls_key", ["run_id", "position"])
    .addForeignKeyConstraint("calls_run", ["run_id"], "runs", ["run_id"], (key) => key.onDelete("cascade"))
    .execute();
}
