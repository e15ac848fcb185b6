import { JwtInvalidSignatureAlgorithmError, JwtParseError, JwkValidationError } from "aws-jwt-verify/error";
import { JwtVerifier } from "aws-jwt-verify/jwt-verifier";

import type { Clock } from "#src/clock.ts";
import { AweError } from "#src/errors.ts";
import type { Admins, IssuerSettings } from "#src/identity-settings.ts";
import type { Log } from "#src/log.ts";
import type { Principal } from "#src/model/principal.ts";

import { principalOf } from "./claims.ts";
import { tokenOf } from "./credentials.ts";
import { IssuerKeys, type FetchKeys } from "./issuer-keys.ts";
import { refusalOf } from "./refusal.ts";
import { verifiedTokens } from "./verified-tokens.ts";

/**
 * Who sends this `Authorization` header.
 *
 * @throws {AweError} `unauthenticated`, with a reason that holds nothing of the token.
 */
export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

/** What a deployment's tokens are checked with. */
export interface AuthenticateDeps {
  /** At least one. */
  readonly issuers: readonly IssuerSettings[];
  readonly admins: Admins;
  readonly fetchKeys: FetchKeys;
  readonly clock: Clock;
  readonly log: Log;
}

/** Longer than any token that fits into the 10,240 bytes of headers that API Gateway takes, with room for the others. */
const LONGEST_TOKEN = 8192;

/** Clocks of issuers and gateways differ by seconds; `exp` and `nbf` are taken that much more generously. */
const GRACE_SECONDS = 10;

/** Keys below 2,048 bits are broken too easily (NIST SP 800-131A); so long is their modulus in base64url. */
const SHORTEST_MODULUS = 342;

/** Which kind of key each allowed algorithm uses. EdDSA, which the verifier knows as well, is left out. */
const KEY_KINDS: Readonly<Record<string, string>> = {
  RS256: "RSA",
  RS384: "RSA",
  RS512: "RSA",
  ES256: "EC",
  ES384: "EC",
  ES512: "EC",
};

/**
 * Authentication by tokens of the given issuers, all of them verified by aws-jwt-verify.
 *
 * A token that was verified is believed for a minute, never past its `exp`.
 */
export function authenticateTokens(deps: AuthenticateDeps): Authenticate {
  const byName = new Map(deps.issuers.map((settings) => [settings.issuer, settings]));
  const keys = new IssuerKeys({
    ...deps,
    fetched: (address, jwks) => {
      // The verifier keeps parsed keys by their id; this makes it forget them, also those whose id was used again.
      const fetched = deps.issuers.filter((each) => each.jwksUri === address);
      for (const { issuer } of fetched) verifier.cacheJwks(jwks, issuer);
    },
  });
  const verifier = JwtVerifier.create(
    deps.issuers.map(({ issuer, audience, jwksUri }) => ({
      issuer,
      audience: [...audience],
      jwksUri,
      graceSeconds: GRACE_SECONDS,
      customJwtCheck: assertSound,
    })),
    { jwksCache: keys },
  );
  const verified = verifiedTokens(deps.clock);

  const verify = async (token: string): Promise<Principal> => {
    assertPlausible(token);
    const claims = await verifier.verify(token);
    const issuer = byName.get(claims.iss ?? "");
    if (!issuer || claims.exp === undefined) throw new JwtParseError("incomplete");
    const principal = principalOf(issuer, deps.admins, claims);
    verified.add(token, principal, claims.exp * 1000);
    return principal;
  };

  return async (authorization) => {
    const token = tokenOf(authorization);
    const known = verified.find(token);
    if (known) return known;
    try {
      return await verify(token);
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      deps.log.info("token.refused", { reason: refusal.message });
      throw refusal;
    }
  };
}

/** Refuses what need not be looked at, and spellings of the same bytes that would make two tokens of one. */
function assertPlausible(token: string): void {
  if (token.length > LONGEST_TOKEN) {
    throw new AweError(
      "unauthenticated",
      `The token is too long: ${token.length} characters, at most ${LONGEST_TOKEN} are read.`,
    );
  }
  const parts = token.split(".");
  if (parts.length !== 3 || parts.some((part) => Buffer.from(part, "base64url").toString("base64url") !== part)) {
    throw new JwtParseError("not three parts of base64url");
  }
}

/** What the verifier leaves open. Called for tokens whose signature is right. */
function assertSound(token: {
  header: Readonly<Record<string, unknown>>;
  payload: Readonly<Record<string, unknown>>;
  jwk: Readonly<Record<string, unknown>>;
}): void {
  const { header, payload, jwk } = token;
  const kind = KEY_KINDS[String(header["alg"])];
  if (kind === undefined || kind !== jwk["kty"]) {
    throw new JwtInvalidSignatureAlgorithmError("not allowed", header["alg"], Object.keys(KEY_KINDS));
  }
  if (kind === "RSA" && String(jwk["n"]).length < SHORTEST_MODULUS)
    throw new JwkValidationError("the key is too short");
  // Extensions that must be understood: none is (RFC 7515, 4.1.11).
  if ("crit" in header) {
    throw new AweError("unauthenticated", "The token has extensions (crit) that this AWE does not know.");
  }
  if (payload["exp"] === undefined) {
    throw new AweError("unauthenticated", "The token never expires (exp); such tokens are not taken.");
  }
}

/** The keys of issuers that live in this process by their address, everything else by `fetchKeys`. */
export function keysInProcess(
  own: { readonly address: string; readonly jwks: unknown },
  fetchKeys: FetchKeys,
): FetchKeys {
  return async (address) => (address === own.address ? JSON.stringify(own.jwks) : fetchKeys(address));
}
