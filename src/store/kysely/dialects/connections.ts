import type { Kysely, Transaction } from "kysely";

import type { Tables } from "../tables.ts";

/** What reads a statement at a time, and sees what was committed before. */
export type Reader = Kysely<Tables>;

/** What writes, inside a transaction that commits all or nothing. */
export type Writer = Transaction<Tables>;

/** The connections to one database, whatever its dialect. */
export interface Connections {
  /** Never waits for a writer. */
  readonly read: Reader;
  /**
   * Runs `work` in a transaction that sees what was committed before each of its statements, and no other's changes
   * to a row that it has updated.
   *
   * `work` runs again from its start when the database says that it lost against another transaction, so it must do
   * nothing but write.
   */
  readonly write: <T>(work: (writer: Writer) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}
