import { setTimeout as delay } from "node:timers/promises";

import { CompiledQuery, Kysely, MysqlDialect } from "kysely";
import type { DatabaseConnection } from "kysely";
import { createPool } from "mysql2";

import { migrate } from "../migrate.ts";
import type { Tables } from "../tables.ts";
import type { Connections } from "./connections.ts";

/** Connections of one process; a write holds one for some round trips, a read for one. */
const POOL_SIZE = 10;

/** How often a transaction may lose against others before that is an error. */
const ATTEMPTS = 20;

/** What MariaDB says to a transaction that should simply run again: deadlock found, lock wait timeout. */
const LOST = new Set(["ER_LOCK_DEADLOCK", "ER_LOCK_WAIT_TIMEOUT"]);

/**
 * How every connection is set up.
 *
 * Each statement sees what is committed, as on SQLite, and a compare-and-set locks only the rows that it changes. The
 * modes make values that do not fit an error instead of cutting them.
 */
const SESSION = [
  "set session transaction isolation level read committed",
  "set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
  "set session innodb_lock_wait_timeout = 10",
];

/** Opens a database of a MariaDB server (`mysql://user:password@host:port/database`) and brings its tables up to date. */
export async function openMysql(url: string): Promise<Connections> {
  const pool = createPool({
    uri: url,
    charset: "utf8mb4",
    connectionLimit: POOL_SIZE,
    enableKeepAlive: true,
    supportBigNumbers: true,
    // Objects as parameters would become SQL; AWE passes text, numbers and null.
    stringifyObjects: true,
  });
  const db = new Kysely<Tables>({ dialect: new MysqlDialect({ pool, onCreateConnection: setUp }) });
  try {
    await migrate(db);
  } catch (thrown) {
    await db.destroy();
    throw thrown;
  }
  return {
    read: db,
    write: (work) => untilWon(() => db.transaction().execute(work)),
    close: () => db.destroy(),
  };
}

async function setUp(connection: DatabaseConnection): Promise<void> {
  for (const statement of SESSION) await connection.executeQuery(CompiledQuery.raw(statement));
}

async function untilWon<T>(attempt: () => Promise<T>): Promise<T> {
  for (let lost = 1; ; lost++) {
    try {
      return await attempt();
    } catch (thrown) {
      if (lost >= ATTEMPTS || !LOST.has(errorCode(thrown))) throw thrown;
      await delay(lost * 5 * Math.random());
    }
  }
}

function errorCode(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}
