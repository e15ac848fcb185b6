import type { Kysely } from "kysely";

/** One index per way in which runs are listed; each ends in the columns of the order, so that no list is sorted. */
const INDEXES: Readonly<Record<string, readonly string[]>> = {
  // A user's runs, newest first.
  runs_by_user: ["user_name", "submitted_at", "run_id"],
  // A workflow's runs, newest first.
  runs_by_workflow: ["user_name", "workflow", "submitted_at", "run_id"],
  // An administrator's list of all runs, newest first.
  runs_by_time: ["submitted_at", "run_id"],
  // The control loop's work, oldest move first.
  runs_by_phase: ["phase", "moved_at", "run_id"],
  // Users who have work in a phase.
  runs_by_phase_and_user: ["phase", "user_name"],
};

/** The ways into `runs`. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, columns] of Object.entries(INDEXES)) {
    await db.schema
      .createIndex(name)
      .ifNotExists()
      .on("runs")
      .columns([...columns])
      .execute();
  }
}
