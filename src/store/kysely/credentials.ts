import { AweError } from "#src/errors.ts";
import type { GitCredential } from "#src/store/store.ts";

import type { Connections, Reader } from "./dialects/connections.ts";

/** The longest name of a host (RFC 1035: 253 characters) fits; the column has no room for more. */
const LONGEST_HOST = 255;

/** Stores a user's login at a host, in the place of the one before. */
export async function putGitCredential(
  { write }: Connections,
  userName: string,
  { host, userName: login, createdAt }: GitCredential,
): Promise<void> {
  if (host.length > LONGEST_HOST) {
    throw new AweError("invalid_request", `a host's name has ${LONGEST_HOST} characters at most`);
  }
  const created_at = createdAt.getTime();
  await write(async (writer) => {
    const replace = writer
      .updateTable("git_credentials")
      .set({ login, created_at })
      .where("user_name", "=", userName)
      .where("host", "=", host);
    if ((await replace.executeTakeFirst()).numUpdatedRows === 1n) return;
    await writer
      .insertInto("git_credentials")
      .ignore()
      .values({ user_name: userName, host, login, created_at })
      .execute();
    // Where somebody else inserted it meanwhile, ours is the later one.
    await replace.execute();
  });
}

/** The user's logins: at `host`, or all of them. */
export async function listGitCredentials(
  read: Reader,
  userName: string,
  host?: string,
): Promise<readonly GitCredential[]> {
  let credentials = read
    .selectFrom("git_credentials")
    .select(["host", "login", "created_at"])
    .where("user_name", "=", userName);
  if (host !== undefined) credentials = credentials.where("host", "=", host);
  const rows = await credentials.orderBy("host").execute();
  return rows.map((row) => ({ host: row.host, userName: row.login, createdAt: new Date(row.created_at) }));
}

/** Forgets a login; answers whether there was one. */
export function deleteGitCredential({ write }: Connections, userName: string, host: string): Promise<boolean> {
  return write(async (writer) => {
    const deleted = await writer
      .deleteFrom("git_credentials")
      .where("user_name", "=", userName)
      .where("host", "=", host)
      .executeTakeFirst();
    return deleted.numDeletedRows === 1n;
  });
}
