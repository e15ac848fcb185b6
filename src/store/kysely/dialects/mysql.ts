import { setTimeout as delay } from "node:timers/promises";

import { CompiledQuery, DummyDriver, Kysely, MysqlDialect, MysqlDriver } from "kysely";
import type { DatabaseConnection, Driver, MysqlDialectConfig } from "kysely";
import { createPool } from "mysql2";

import { migrate } from "../migrate.ts";
import type { Tables } from "../tables.ts";
import type { Connections } from "./connections.ts";

/** Connections of one process; a write holds one for some round trips, a read for one. */
const POOL_SIZE = 10;

/** How often something is tried: more often than the pool has connections, all of which may have been closed. */
const ATTEMPTS = 20;

/** What MariaDB says to a transaction that should simply run again: deadlock found, lock wait timeout. */
const LOST_AGAINST_OTHERS = new Set(["ER_LOCK_DEADLOCK", "ER_LOCK_WAIT_TIMEOUT"]);

/** What MariaDB says to a connection that it closes. */
const FAREWELLS = new Set(["ER_CONNECTION_KILLED", "ER_SERVER_SHUTDOWN"]);

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

/**
 * Opens a database of a MariaDB server (`mysql://user:password@host:port/database`) and brings its tables up to date.
 *
 * A server that was restarted, or that closes connections which are idle for long, goes unnoticed: what was not sent
 * to be committed is done again on another connection.
 */
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
  const config = { pool, onCreateConnection: setUp };
  const writer = new Kysely<Tables>({ dialect: new MysqlDialect(config) });
  try {
    await migrate(writer);
  } catch (thrown) {
    await writer.destroy();
    throw thrown;
  }
  return {
    read: new Kysely<Tables>({ dialect: new ReadingDialect(config) }),
    write: (work) =>
      repeated((mayRepeat) =>
        writer.transaction().execute(async (transaction) => {
          const result = await work(transaction);
          // From here on the server may have committed, whatever becomes of the connection.
          mayRepeat(false);
          return result;
        }),
      ),
    // The pool serves both.
    close: () => writer.destroy(),
  };
}

async function setUp(connection: DatabaseConnection): Promise<void> {
  for (const statement of SESSION) await connection.executeQuery(CompiledQuery.raw(statement));
}

/** Tries again where nothing has happened: after a lost race, and after a lost connection unless `mayRepeat(false)`. */
async function repeated<T>(attempt: (mayRepeat: (may: boolean) => void) => Promise<T>): Promise<T> {
  for (let failed = 1; ; failed++) {
    let harmless = true;
    try {
      return await attempt((may) => {
        harmless = may;
      });
    } catch (thrown) {
      const again = LOST_AGAINST_OTHERS.has(property(thrown, "code")) || (harmless && isLostConnection(thrown));
      if (failed >= ATTEMPTS || !again) throw thrown;
      await delay(failed * 5 * Math.random());
    }
  }
}

/** mysql2 marks errors after which a connection is of no use; among them are wrong passwords, which no repetition mends. */
function isLostConnection(thrown: unknown): boolean {
  const code = property(thrown, "code");
  return FAREWELLS.has(code) || (property(thrown, "fatal") === "true" && !code.startsWith("ER_"));
}

function property(thrown: unknown, name: string): string {
  return thrown instanceof Error ? String(Reflect.get(thrown, name)) : "";
}

/** For single statements that change nothing: each takes any connection, and another one when that is lost. */
class ReadingDialect extends MysqlDialect {
  readonly #config: MysqlDialectConfig;

  constructor(config: MysqlDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new ReadingDriver(new MysqlDriver(this.#config));
  }
}

/** Knows no transactions; connections go back to the pool after each statement. */
class ReadingDriver extends DummyDriver {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    super();
    this.#driver = driver;
  }

  override init(): Promise<void> {
    return this.#driver.init();
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return {
      executeQuery: (query) =>
        repeated(async () => {
          const connection = await this.#driver.acquireConnection();
          try {
            return await connection.executeQuery(query);
          } finally {
            await this.#driver.releaseConnection(connection);
          }
        }),
      streamQuery() {
        throw new Error("reads are not streamed: pages are small");
      },
    };
  }
}
