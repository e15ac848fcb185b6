import {
  JwksValidationError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  JwksNotAvailableInCacheError,
} from "aws-jwt-verify/error";
import { assertIsJwks, findJwkInJwks, type Jwks, type JwksCache, type JwkWithKid } from "aws-jwt-verify/jwk";

import type { Clock } from "#src/clock.ts";
import { AweError, errorText } from "#src/errors.ts";
import type { Log } from "#src/log.ts";

/** Fetched keys are used for so long before they are fetched again, in the background. */
const FRESH_MS = 10 * 60_000;

/** Keys that could not be fetched again are used for so long: an issuer that is down for a night locks nobody out. */
const STALE_MS = 24 * 60 * 60_000;

/** After a fetch that failed, or that brought no key of the wanted id, none is made for so long. */
const PAUSE_MS = 10_000;

/** The text of the keys at an address. */
export type FetchKeys = (address: string) => Promise<string>;

/** What the keys depend on. */
export interface IssuerKeysDeps {
  readonly fetchKeys: FetchKeys;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with each set of keys that was fetched, before it is used. */
  readonly fetched: (address: string, jwks: Jwks) => void;
}

interface Held {
  readonly jwks: Jwks;
  readonly fetchedAtMs: number;
}

/**
 * The public keys of issuers, by the address that they are fetched from.
 *
 * A key is fetched when a token first names it, so a new key works at once, and forgotten within ten minutes of its
 * issuer withdrawing it. Tokens with made-up key ids cost an issuer one request in ten seconds, and callers that wait
 * for the same keys share one request.
 */
export class IssuerKeys implements JwksCache {
  readonly #deps: IssuerKeysDeps;
  readonly #held = new Map<string, Held>();
  readonly #running = new Map<string, Promise<Jwks>>();
  readonly #paused = new Map<string, { readonly untilMs: number; readonly why: unknown }>();

  constructor(deps: IssuerKeysDeps) {
    this.#deps = deps;
  }

  async getJwk(address: string, token: { header: { kid?: string | undefined } }): Promise<JwkWithKid> {
    const { kid } = token.header;
    if (kid === undefined) throw new JwtWithoutValidKidError("the token names no key");
    const held = this.#held.get(address);
    const known = held && findJwkInJwks(held.jwks, kid);
    const ageMs = held ? this.#nowMs() - held.fetchedAtMs : Infinity;
    if (known && ageMs < STALE_MS) {
      // Failures are logged where they happen, and the keys at hand still serve.
      if (ageMs >= FRESH_MS) this.getJwks(address).catch(() => {});
      return known;
    }
    const jwks = await this.getJwks(address);
    const found = findJwkInJwks(jwks, kid);
    if (found) return found;
    const why = new KidNotFoundInJwksError("the issuer has no key of this id");
    this.#paused.set(address, { untilMs: this.#nowMs() + PAUSE_MS, why });
    throw why;
  }

  async getJwks(address: string): Promise<Jwks> {
    const running = this.#running.get(address);
    if (running) return running;
    const paused = this.#paused.get(address);
    if (paused && this.#nowMs() < paused.untilMs) throw paused.why;
    const fetching = this.#fetch(address).finally(() => this.#running.delete(address));
    this.#running.set(address, fetching);
    return fetching;
  }

  getCachedJwk(address: string, token: { header: { kid?: string | undefined } }): JwkWithKid {
    const { kid } = token.header;
    const held = this.#held.get(address);
    const known = held && kid !== undefined && findJwkInJwks(held.jwks, kid);
    if (known) return known;
    throw new JwksNotAvailableInCacheError("the key has not been fetched");
  }

  addJwks(address: string, jwks: Jwks): void {
    this.#held.set(address, { jwks, fetchedAtMs: this.#nowMs() });
  }

  async #fetch(address: string): Promise<Jwks> {
    try {
      const jwks = parseKeys(await this.#deps.fetchKeys(address));
      this.#paused.delete(address);
      this.addJwks(address, jwks);
      this.#deps.fetched(address, jwks);
      return jwks;
    } catch (thrown) {
      this.#deps.log.warn("keys.fetchFailed", { address, reason: errorText(thrown) });
      const message = "The keys of the token's issuer are out of reach or damaged; try again soon.";
      const why = new AweError("unauthenticated", message, { cause: thrown });
      this.#paused.set(address, { untilMs: this.#nowMs() + PAUSE_MS, why });
      throw why;
    }
  }

  #nowMs(): number {
    return this.#deps.clock.now().getTime();
  }
}

function parseKeys(text: string): Jwks {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JwksValidationError("the answer is not JSON");
  }
  assertIsJwks(value);
  return value;
}
