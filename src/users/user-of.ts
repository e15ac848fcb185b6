import type { Clock } from "#src/clock.ts";
import { AweError } from "#src/errors.ts";
import type { Log } from "#src/log.ts";
import type { Principal } from "#src/model/principal.ts";
import { isUserName, type User } from "#src/model/user.ts";
import type { Users } from "#src/store/store.ts";

import type { RecentUsers } from "./recent-users.ts";

/** What finding a caller's user depends on. */
export interface UserOfDeps {
  readonly users: Users;
  readonly recent: RecentUsers;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The user whom the principal is bound to; bound now, to the name that the token tells, if it never was.
 *
 * A user keeps the name and lab of the first sight, whatever later tokens tell: the store's word is the last.
 *
 * @throws {AweError} `forbidden` if the name does not fit, or belongs to another identity.
 */
export async function userOf(deps: UserOfDeps, principal: Principal): Promise<User> {
  const { issuer, subject } = principal;
  const user = deps.recent.find(issuer, subject) ?? (await bound(deps, principal)) ?? (await bind(deps, principal));
  deps.recent.add(user);
  return user;
}

/** A database that takes `A` for `a` must not make one user of two, so the answer is compared once more. */
async function bound({ users }: UserOfDeps, { issuer, subject }: Principal): Promise<User | undefined> {
  const user = await users.findBySubject(issuer, subject);
  return user?.issuer === issuer && user.subject === subject ? user : undefined;
}

async function bind(deps: UserOfDeps, principal: Principal): Promise<User> {
  const { issuer, subject, userName: name, lab } = principal;
  if (name === "") {
    throw new AweError(
      "forbidden",
      "Your token does not tell your user name; ask whoever runs AWE which claim it needs.",
    );
  }
  if (!isUserName(name)) {
    throw new AweError(
      "forbidden",
      `Your token's user name "${name.slice(0, 64)}" cannot be used here: names are 2 to 31 lower-case letters, digits and hyphens, start with a letter, do not end with a hyphen, and are none of AWE's own words.`,
    );
  }
  const user = { name, lab: lab ?? "default", issuer, subject, createdAt: deps.clock.now() };
  if (await deps.users.add(user)) {
    deps.log.info("user.bound", { user: name, lab: user.lab, issuer });
    return user;
  }
  // Two first requests at once: the other one has made the user.
  const other = await bound(deps, principal);
  if (other) return other;
  throw new AweError(
    "forbidden",
    `The user name "${name}" belongs to somebody else; ask whoever runs AWE for another.`,
  );
}
