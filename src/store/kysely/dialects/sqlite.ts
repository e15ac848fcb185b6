import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";

import { CompiledQuery, Kysely, SqliteAdapter, SqliteDialect, SqliteDriver } from "kysely";
import type { DatabaseConnection, Driver } from "kysely";

import { AweError, errorText } from "#src/errors.ts";

import { migrate } from "../migrate.ts";
import type { Tables } from "../tables.ts";
import type { Connections } from "./connections.ts";
import { CachingDatabase } from "./sqlite-database.ts";

/** How long another process may hold the file before a write gives up. */
const BUSY_MS = 20_000;

/** Between two attempts to get the file: long against a commit (1 to 5 ms), short against a person's patience. */
const RETRY_MS = 3;

/**
 * Opens a file of SQLite, brings its tables up to date, and keeps two connections to it.
 *
 * One reads and one writes: in WAL mode a reader sees the last commit and waits for nobody. The writer waits for other
 * processes without blocking the event loop, so that reads go on meanwhile.
 */
export async function openSqlite(file: string): Promise<Connections> {
  // The journal's files get the mode of the main one, which nobody but AWE's own account may read.
  closeSync(openSync(file, "a", 0o600));
  const writing = await openDatabase(file);
  const writer = new Kysely<Tables>({ dialect: new FileDialect(writing) });
  try {
    await writer.transaction().execute(migrate);
    const reader = new Kysely<Tables>({ dialect: new FileDialect(await openDatabase(file)) });
    // Kysely closes only what it has used.
    await reader.executeQuery(CompiledQuery.raw("pragma query_only = on"));
    return {
      read: reader,
      write: (work) => writer.transaction().execute(work),
      close: async () => {
        await reader.destroy();
        await writer.destroy();
      },
    };
  } catch (thrown) {
    await writer.destroy();
    throw thrown;
  }
}

async function openDatabase(file: string): Promise<CachingDatabase> {
  // No busy timeout: SQLite would sleep inside the event loop. Waiting is done in `untilFree`.
  const database = new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: true });
  try {
    await untilFree(() => database.exec("pragma journal_mode = wal"));
    // An accepted run is on disk before its submitter hears of it.
    await untilFree(() => database.exec("pragma synchronous = full"));
    return new CachingDatabase(database);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** Repeats `attempt` while another process has the file, without blocking the event loop. */
async function untilFree<T>(attempt: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + BUSY_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!isBusy(thrown) || performance.now() > deadline) throw thrown;
      await delay(RETRY_MS * (0.5 + Math.random()));
    }
  }
}

function isBusy(thrown: unknown): boolean {
  return /database (table )?is locked/.test(errorText(thrown));
}

/** SQLite as AWE uses it: transactions take the write lock at once, and migrations run in one. */
class FileDialect extends SqliteDialect {
  readonly #database: CachingDatabase;

  constructor(database: CachingDatabase) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): Driver {
    return new FileDriver(this.#database);
  }

  override createAdapter(): SqliteAdapter {
    return new FileAdapter();
  }
}

class FileDriver extends SqliteDriver {
  readonly #database: CachingDatabase;

  constructor(database: CachingDatabase) {
    super({ database });
    this.#database = database;
  }

  /** A lock taken later could fail in the middle of a transaction, when waiting does not help any more. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await untilFree(() => connection.executeQuery(CompiledQuery.raw("begin immediate")));
    } catch (thrown) {
      if (!isBusy(thrown)) throw thrown;
      throw new AweError("timeout", "AWE's records are locked by another program: try again, and end that program", {
        cause: thrown,
      });
    }
  }

  /** SQLite may have rolled back by itself (disk full); a second time would hide the reason behind another error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection);
  }
}

class FileAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
