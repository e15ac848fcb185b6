import type { Clock } from "#src/clock.ts";
import type { User } from "#src/model/user.ts";

/** What an administrator changes about a user holds everywhere after so long. */
const KEPT_MS = 10_000;

const MOST_USERS = 1000;

/** Users by the identity that they are bound to, for the many requests that one user makes in a row. */
export interface RecentUsers {
  find(issuer: string, subject: string): User | undefined;
  add(user: User): void;
}

/**
 * Remembers users for ten seconds.
 *
 * Only ever asked with the caller's own identity: an answer from memory for somebody else's name would be quicker, and
 * so tell that this somebody is at work.
 */
export function recentUsers(clock: Clock): RecentUsers {
  const known = new Map<string, { readonly user: User; readonly untilMs: number }>();
  const keyOf = (issuer: string, subject: string) => JSON.stringify([issuer, subject]);
  return {
    find: (issuer, subject) => {
      const entry = known.get(keyOf(issuer, subject));
      return entry && clock.now().getTime() < entry.untilMs ? entry.user : undefined;
    },
    add: (user) => {
      const [oldest] = known.keys();
      if (known.size >= MOST_USERS && oldest !== undefined) known.delete(oldest);
      const key = keyOf(user.issuer, user.subject);
      known.delete(key);
      known.set(key, { user, untilMs: clock.now().getTime() + KEPT_MS });
    },
  };
}
