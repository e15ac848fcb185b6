import { AweError } from "#src/errors.ts";
import type { User } from "#src/model/user.ts";
import type { Users } from "#src/store/store.ts";

import type { Connections } from "./dialects/connections.ts";

/** OpenID Connect's bound for `sub`; the columns have no room for more. */
const LONGEST_CLAIM = 255;

/** Who exists. */
export function usersIn({ read, write }: Connections): Users {
  const select = read.selectFrom("users").select(["name", "lab", "issuer", "subject", "created_at"]);
  return {
    async find(name) {
      const row = await select.where("name", "=", name).executeTakeFirst();
      return row && userOf(row);
    },

    async findBySubject(issuer, subject) {
      const row = await select.where("issuer", "=", issuer).where("subject", "=", subject).executeTakeFirst();
      return row && userOf(row);
    },

    add(user) {
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
