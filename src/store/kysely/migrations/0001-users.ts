import type { Kysely } from "kysely";

import { longText, newTable } from "./table.ts";

/** Who exists, and which identity a name is bound to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await newTable(db, "users")
    // See USER_NAME: 31 characters at most.
    .addColumn("name", "varchar(31)", (column) => column.primaryKey())
    // Who pays.
    .addColumn("lab", longText, (column) => column.notNull())
    // The issuer of the user's tokens, as in the claim `iss`.
    .addColumn("issuer", "varchar(255)", (column) => column.notNull())
    // The user at the issuer, as in the claim `sub`; OpenID Connect allows 255 characters.
    .addColumn("subject", "varchar(255)", (column) => column.notNull())
    // When the user was first seen.
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addUniqueConstraint("users_subject", ["issuer", "subject"])
    .execute();
}
