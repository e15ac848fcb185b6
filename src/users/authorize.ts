import { AweError } from "#src/errors.ts";
import type { Admins } from "#src/identity-settings.ts";
import type { Principal } from "#src/model/principal.ts";
import { isUserName, type User } from "#src/model/user.ts";

import { userOf, type UserOfDeps } from "./user-of.ts";

/** What rights depend on. */
export interface AuthorizeDeps extends UserOfDeps {
  readonly admins: Admins;
}

/** Who is calling, and with which rights. */
export interface Caller {
  readonly user: User;
  readonly admin: boolean;
}

/**
 * Who is calling: the principal's user, and whether it administers.
 *
 * Names in `AWE_ADMINS` are compared with the name that is bound, never with the one in the token: there are issuers
 * where people choose what they are called.
 *
 * @throws {AweError} `forbidden` as `userOf` does.
 */
export async function callerOf(deps: AuthorizeDeps, principal: Principal): Promise<Caller> {
  const user = await userOf(deps, principal);
  return { user, admin: principal.admin || deps.admins.names.has(user.name) };
}

/**
 * Whose things a path that starts with a user's name means, if the caller may see them: the caller's own, and for an
 * administrator those of any user.
 *
 * To everybody else a user who exists and one who does not are the same, in words and in time: nobody is looked up.
 *
 * @throws {AweError} `not_found` if the caller may not see them, or nobody is called so.
 */
export async function ownerFor(deps: AuthorizeDeps, principal: Principal, userNameInPath: string): Promise<User> {
  const { user, admin } = await callerOf(deps, principal);
  if (user.name === userNameInPath) return user;
  const other = admin && isUserName(userNameInPath) ? await deps.users.find(userNameInPath) : undefined;
  if (other?.name === userNameInPath) return other;
  throw notFound();
}

/** The one answer for what does not exist and for what belongs to somebody else. */
export function notFound(): AweError {
  return new AweError("not_found", "There is nothing here, or nothing that you may see.");
}
