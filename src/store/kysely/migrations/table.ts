import { MysqlAdapter, sql } from "kysely";
import type { CreateTableBuilder, Kysely } from "kysely";

/**
 * Starts a table that does not exist yet.
 *
 * MariaDB commits each statement on its own, so a migration that was cut short runs again from its start: every
 * statement of a migration must bear that. The collation compares bytes and does not pad, as SQLite's does:
 * `Hello`, `hello` and `hello ` are three names.
 */
export function newTable(db: Kysely<unknown>, name: string): CreateTableBuilder<string> {
  const table = db.schema.createTable(name).ifNotExists();
  const isMysql = db.getExecutor().adapter instanceof MysqlAdapter;
  return isMysql ? table.modifyEnd(sql`engine=InnoDB default charset=utf8mb4 collate=utf8mb4_nopad_bin`) : table;
}

/** Text of any length; MariaDB's `text` ends at 64 KiB. SQLite reads the name as text. */
export const longText = sql`longtext`;
