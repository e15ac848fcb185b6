import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Database } from "./fixture.ts";

/** A file of SQLite in a folder of its own. */
export async function newSqliteDatabase(): Promise<Database> {
  const folder = await mkdtemp(path.join(tmpdir(), "awe-store-"));
  return { url: path.join(folder, "awe.db"), remove: () => rm(folder, { recursive: true }) };
}
