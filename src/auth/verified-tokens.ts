import { createHash } from "node:crypto";

import type { Clock } from "#src/clock.ts";
import type { Principal } from "#src/model/principal.ts";

/** A token is believed for so long without a look at its signature; a withdrawn key counts no longer than that. */
const LONGEST_MS = 60_000;

/** About 5 MB when full. */
const MOST_TOKENS = 10_000;

/** Tokens whose signature was checked a moment ago. */
export interface VerifiedTokens {
  find(token: string): Principal | undefined;
  /** Remembers until the token expires, at most a minute. */
  add(token: string, principal: Principal, expiresAtMs: number): void;
}

/** Remembers by SHA-256, so that no memory dump has a usable token in it; the oldest give way to new ones. */
export function verifiedTokens(clock: Clock): VerifiedTokens {
  const known = new Map<string, { readonly principal: Principal; readonly untilMs: number }>();
  return {
    find: (token) => {
      const key = hash(token);
      const entry = known.get(key);
      if (!entry) return undefined;
      if (clock.now().getTime() < entry.untilMs) return entry.principal;
      known.delete(key);
      return undefined;
    },
    add: (token, principal, expiresAtMs) => {
      const key = hash(token);
      const [oldest] = known.keys();
      if (known.size >= MOST_TOKENS && oldest !== undefined) known.delete(oldest);
      // Put in anew, so that the order of the map stays the order of age.
      known.delete(key);
      known.set(key, { principal, untilMs: Math.min(clock.now().getTime() + LONGEST_MS, expiresAtMs) });
    },
  };
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
