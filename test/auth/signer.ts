import { createPrivateKey, generateKeyPairSync, randomUUID, sign as signBytes, type JsonWebKey } from "node:crypto";
import { SignJWT } from "jose";

import { authenticateTokens, type Authenticate } from "#src/auth/authenticate.ts";
import { fetchKeys } from "#src/auth/fetch-keys.ts";
import { systemClock, type Clock } from "#src/clock.ts";
import { parseAdmins, parseIssuers, type Admins } from "#src/identity-settings.ts";
import { jsonLog } from "#src/log.ts";

/** A key of an issuer, with its public half as a JWKS shows it. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly secret: JsonWebKey;
  readonly shown: JsonWebKey;
}

/** A fresh key; RSA keys are slow to make, so tests share them where they can. */
export function signingKey(alg: "RS256" | "ES256" | "EdDSA", kid: string = randomUUID(), bits = 2048): SigningKey {
  const { privateKey, publicKey } =
    alg === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: bits })
      : alg === "ES256"
        ? generateKeyPairSync("ec", { namedCurve: "P-256" })
        : generateKeyPairSync("ed25519");
  // No `alg`, as Entra's key sets have none.
  return {
    kid,
    alg,
    secret: privateKey.export({ format: "jwk" }),
    shown: { ...publicKey.export({ format: "jwk" }), kid, use: "sig" },
  };
}

/** Now, in the seconds of tokens. */
export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Claims of a good token of `issuer`. */
export function goodClaims(issuer: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    iss: issuer,
    aud: "awe-test",
    sub: "subject-1",
    preferred_username: "alice",
    exp: nowSeconds() + 600,
    ...more,
  };
}

/** A really signed token. */
export async function sign(
  key: SigningKey,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(createPrivateKey({ key: key.secret, format: "jwk" }), { crit: { "x-ours": true } });
}

/** Whatever header and payload, really signed with an RSA key and SHA-256: what a library refuses to make. */
export function signAsIs(key: SigningKey, header: Record<string, unknown>, payload: string): string {
  const input = [JSON.stringify(header), payload].map((text) => Buffer.from(text).toString("base64url")).join(".");
  const signature = signBytes("sha256", Buffer.from(input), createPrivateKey({ key: key.secret, format: "jwk" }));
  return `${input}.${signature.toString("base64url")}`;
}

/** Authentication for issuers given as in `AWE_ISSUERS`, and what it logged. */
export function authenticateFor(
  issuers: readonly Record<string, unknown>[],
  options: { admins?: string | Admins; clock?: Clock } = {},
): { authenticate: Authenticate; lines: string[] } {
  const lines: string[] = [];
  const { admins = "", clock = systemClock } = options;
  const authenticate = authenticateTokens({
    issuers: parseIssuers(JSON.stringify(issuers)),
    admins: typeof admins === "string" ? parseAdmins(admins) : admins,
    fetchKeys,
    clock,
    log: jsonLog((line) => lines.push(line)),
  });
  return { authenticate, lines };
}
