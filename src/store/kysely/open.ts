import type { Clock } from "#src/clock.ts";
import { AweError, errorText } from "#src/errors.ts";
import type { Store } from "#src/store/store.ts";

import { controlIn } from "./control.ts";
import { cursorsOf } from "./cursor.ts";
import type { Connections } from "./dialects/connections.ts";
import { listRuns } from "./listing.ts";
import { findAnyRun } from "./runs-read.ts";
import { userStore } from "./user-store.ts";
import { usersIn } from "./users.ts";

/**
 * Opens AWE's records, in a file of SQLite or, for an address `mysql://user:password@host:port/database`, on a MariaDB
 * server, and brings the tables up to date. Any number of processes may open the same at once.
 *
 * @throws {AweError} `internal`, with an address that shows no password.
 */
export async function openStore(url: string, { clock }: { readonly clock: Clock }): Promise<Store> {
  const connections = await connect(url);
  const cursors = await cursorsOf(connections).catch(async (thrown: unknown) => {
    await connections.close();
    throw thrown;
  });
  const deps = { ...connections, clock, cursors };
  return {
    users: usersIn(connections),
    of: (userName) => userStore(deps, userName),
    control: controlIn(connections),
    listAllRuns: (filter, page) => listRuns(deps, null, filter, page),
    findAnyRun: (runId) => findAnyRun(connections.read, runId),
    close: () => connections.close(),
  };
}

/** The drivers are loaded on demand: the one of MariaDB takes longer to load than SQLite takes to open. */
async function connect(url: string): Promise<Connections> {
  try {
    if (url.startsWith("mysql://")) return await (await import("./dialects/mysql.ts")).openMysql(url);
    return await (await import("./dialects/sqlite.ts")).openSqlite(url);
  } catch (thrown) {
    const reason = errorText(thrown);
    const remedy = reason.startsWith("corrupted migrations")
      ? "a newer AWE has changed its tables: start that version, or restore the backup from before"
      : "see that it exists, is reachable and may be written by this account";
    throw new AweError("internal", `cannot open the database ${withoutPassword(url)} (${reason}): ${remedy}`, {
      cause: thrown,
    });
  }
}

function withoutPassword(url: string): string {
  return url.replace(/^(mysql:\/\/[^:@/]*):[^/]*@/, "$1@").replace(/\?.*$/, "");
}
