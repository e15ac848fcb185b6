import { createPrivateKey, generateKeyPairSync, randomUUID, type JsonWebKey } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";

import { LAB_NAME } from "#src/auth/claims.ts";
import type { Clock } from "#src/clock.ts";
import { AweError } from "#src/errors.ts";
import { LOCAL_ISSUER_PREFIX, type IssuerSettings } from "#src/identity-settings.ts";
import type { Ids } from "#src/ids.ts";
import { isUserName } from "#src/model/user.ts";
import { createPrivateFile, makePrivateFolder, readPrivateFile } from "#src/secrets/private-files.ts";

/** How long a token lasts if nobody says: a working day. */
export const DEFAULT_TTL_MS = 8 * 3_600_000;

/** Tokens of the local issuer cannot be called back one by one, so none lasts longer than 31 days. */
export const MAX_TTL_MS = 31 * 24 * 3_600_000;

/** What the claim `aud` of local tokens says. */
const AUDIENCE = "awe";

/** The issuer that every installation has: a key of its own, and its name. */
export interface LocalIssuer {
  /** `urn:awe:` and a random UUID that is made with the key, so no two installations have the same. */
  readonly issuer: string;
  /** The public key, as other programs may read it to check tokens. */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };
  /** How its tokens are read; `jwksUri` only names the keys and is reached by nobody. */
  readonly settings: IssuerSettings;
  readonly privateKey: JsonWebKey;
}

/** What a local token says. */
export interface TokenRequest {
  readonly user: string;
  readonly lab?: string;
  readonly admin?: boolean;
  readonly ttlMs?: number;
}

const keySchema = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string().min(1),
  alg: z.literal("ES256"),
  use: z.literal("sig"),
});

/**
 * Opens the local issuer of a state folder, making its name and its key at the first call (`keys/`, mode 600).
 *
 * They are two files, so that a key which leaked can be removed and made anew while users stay bound to the name.
 * ES256 rather than RS256: its key is made in a millisecond instead of a tenth of a second, and its tokens are short.
 * Processes that do this at once get the same name and key.
 *
 * @throws {AweError} `invalid_request` if a file is damaged or open to other accounts.
 */
export async function openLocalIssuer(dataFolder: string): Promise<LocalIssuer> {
  const folder = join(dataFolder, "keys");
  const [namePath, keyPath] = [join(folder, "issuer-name"), join(folder, "signing-key.json")];
  const issuer = nameIn(namePath, await keptOrNew(folder, namePath, () => `${LOCAL_ISSUER_PREFIX}${randomUUID()}\n`));
  const key = keyIn(keyPath, await keptOrNew(folder, keyPath, newKey));
  const { d: _, ...publicKey } = key;
  return {
    issuer,
    jwks: { keys: [publicKey] },
    settings: {
      issuer,
      audience: [AUDIENCE],
      jwksUri: `${issuer}:keys`,
      userClaim: "sub",
      labClaim: "lab",
      adminRule: { claim: "admin", value: "true" },
      bindTo: ["sub"],
      directory: issuer,
    },
    privateKey: key,
  };
}

/**
 * A signed token: `iss`, `aud` (`awe`), `sub` (the user's name), `iat`, `nbf`, `exp`, `jti`, and `lab` and `admin` where
 * they were asked for. Needs no server, only the right to read the key.
 *
 * @throws {AweError} `invalid_request` for a name, lab or duration that no token can have.
 */
export async function issueToken(
  deps: { readonly issuer: LocalIssuer; readonly clock: Clock; readonly ids: Ids },
  request: TokenRequest,
): Promise<string> {
  const { user, lab, admin = false, ttlMs = DEFAULT_TTL_MS } = request;
  if (!isUserName(user)) {
    throw new AweError(
      "invalid_request",
      `"${user}" cannot be a user's name: 2 to 31 lower-case letters, digits and hyphens, starting with a letter, not ending with a hyphen, and none of AWE's own words`,
    );
  }
  if (lab !== undefined && !LAB_NAME.test(lab)) {
    throw new AweError("invalid_request", `"${lab}" cannot be a lab's name: 1 to 63 letters, digits and . _ -`);
  }
  if (!(ttlMs >= 1000 && ttlMs <= MAX_TTL_MS)) {
    throw new AweError("invalid_request", "a token lasts at least 1s and at most 31d");
  }
  // Loaded here, because the gateway itself issues nothing and shall start quickly.
  const { SignJWT } = await import("jose");
  const now = Math.floor(deps.clock.now().getTime() / 1000);
  const { kid, alg } = deps.issuer.privateKey;
  return new SignJWT({ ...(lab === undefined ? {} : { lab }), ...(admin ? { admin } : {}) })
    .setProtectedHeader({ alg: String(alg), kid: String(kid), typ: "JWT" })
    .setIssuer(deps.issuer.issuer)
    .setAudience(AUDIENCE)
    .setSubject(user)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + Math.floor(ttlMs / 1000))
    .setJti(deps.ids.uuid())
    .sign(createPrivateKey({ key: deps.issuer.privateKey, format: "jwk" }));
}

async function keptOrNew(folder: string, path: string, make: () => string): Promise<string> {
  const kept = await readPrivateFile(path);
  if (kept !== undefined) return kept;
  await makePrivateFolder(folder);
  await createPrivateFile(path, make());
  // What lies there counts, whoever made it.
  return (await readPrivateFile(path)) ?? "";
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg: "ES256", use: "sig" };
  return `${JSON.stringify(key, null, 2)}\n`;
}

function nameIn(path: string, text: string): string {
  const name = text.trimEnd();
  if (name.startsWith(LOCAL_ISSUER_PREFIX) && /^[0-9a-f-]{36}$/.test(name.slice(LOCAL_ISSUER_PREFIX.length)))
    return name;
  throw new AweError(
    "invalid_request",
    `${path} is damaged; bring it back from a backup: the names of users are bound to what stood there`,
  );
}

function keyIn(path: string, text: string): z.output<typeof keySchema> {
  try {
    const key = keySchema.parse(JSON.parse(text));
    createPrivateKey({ key, format: "jwk" });
    return key;
  } catch {
    // The cause is left out: it may repeat parts of the key.
    throw new AweError(
      "invalid_request",
      `${path} is damaged; remove it and start again: a new key is made, and tokens of the old one are refused`,
    );
  }
}
