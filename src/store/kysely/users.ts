import { AweError } from "#src/errors.ts";
import type { User } from "#src/model/user.ts";
import type { Users } from "#src/store/store.ts";

import type { Connections } from "./dialects/connections.ts";
import { prepared } from "./prepared.ts";

/** OpenID Connect's bound for `sub`; the columns have no room for more. */
const LONGEST_CLAIM = 255;

const COLUMNS = ["name", "lab", "issuer", "subject", "created_at"] as const;

const byName = prepared((db, { name }: { name: string }) =>
  db.selectFrom("users").select(COLUMNS).where("name", "=", name),
);

const bySubject = prepared((db, { issuer, subject }: { issuer: string; subject: string }) =>
  db.selectFrom("users").select(COLUMNS).where("issuer", "=", issuer).where("subject", "=", subject),
);

/** Who exists. */
export function usersIn({ read, write }: Connections): Users {
  return {
    async find(name) {
      const [row] = (await byName(read, { name })).rows;
      return row && userOf(row);
    },

    async findBySubject(issuer, subject) {
      const [row] = (await bySubject(read, { issuer, subject })).rows;
      return row && userOf(row);
    },

    async add(user) {
      if (user.issuer.length > LONGEST_CLAIM || user.subject.length > LONGEST_CLAIM) {
        throw new AweError("invalid_request", "the token's issuer or subject is longer than 255 characters");
      }
      return write(async (writer) => {
        const { numInsertedOrUpdatedRows } = await writer
          .insertInto("users")
          .ignore()
          .values({
            name: user.name,
            lab: user.lab,
            issuer: user.issuer,
            subject: user.subject,
            created_at: user.createdAt.getTime(),
          })
          .executeTakeFirst();
        return numInsertedOrUpdatedRows === 1n;
      });
    },
  };
}

function userOf(row: { name: string; lab: string; issuer: string; subject: string; created_at: number }): User {
  return {
    name: row.name,
    lab: row.lab,
    issuer: row.issuer,
    subject: row.subject,
    createdAt: new Date(row.created_at),
  };
}
