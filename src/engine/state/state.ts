import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";

import type { Log } from "../../log.ts";
import { CallTable } from "./calls.ts";
import { openDatabase } from "./database.ts";
import { Journal } from "./journal.ts";
import { WorkflowTable } from "./workflows.ts";

/** All that an engine remembers, in one file below its root. */
export interface State {
  readonly database: DatabaseSync;
  readonly workflows: WorkflowTable;
  readonly calls: CallTable;
  readonly journal: Journal;
}

/** Opens (or makes) the state of the engine of `root`, and holds the root until it is closed. */
export function openState(root: string, log: Log): State {
  const database = openDatabase(join(root, "engine.sqlite"));
  const workflows = new WorkflowTable(database);
  const calls = new CallTable(database);
  const journal = new Journal(log, database, { workflows, calls });
  return { database, workflows, calls, journal };
}
