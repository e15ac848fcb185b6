import type { Kysely } from "kysely";

import { longText, newTable } from "./table.ts";

/** Which Git hosts a user has a password for; the password lies among the secrets. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await newTable(db, "git_credentials")
    // The owner.
    .addColumn("user_name", "varchar(31)", (column) => column.notNull())
    // Host, with the port where it is not the usual one.
    .addColumn("host", "varchar(255)", (column) => column.notNull())
    // The name to sign in with at the host.
    .addColumn("login", longText, (column) => column.notNull())
    // When it was stored or replaced.
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("git_credentials_key", ["user_name", "host"])
    .execute();
}
