import { Migrator } from "kysely/migration";
import type { Kysely } from "kysely";

import { MIGRATIONS } from "./migrations/all.ts";

/**
 * Brings the tables up to date.
 *
 * Safe from several processes at once: MariaDB has a lock for it, and on SQLite `db` is a transaction.
 */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
