import * as z from "zod";

import { isLoopbackHost } from "./loopback.ts";

/** Who administers: everyone, or who has one of the names or claims. */
export interface Admins {
  readonly everyone: boolean;
  /** Names of users as they are bound in the store, not as a token tells them. */
  readonly names: ReadonlySet<string>;
  readonly claims: readonly ClaimRule[];
}

/** Met by a claim that is `value`, or a list that holds it. Numbers and booleans are compared by their JSON text. */
export interface ClaimRule {
  readonly claim: string;
  readonly value: string;
}

/**
 * Reads `AWE_ADMINS`: user names, `*`, and `claim:NAME=VALUE`, parted by commas.
 *
 * @throws {Error} saying which part is wrong.
 */
export function parseAdmins(text: string): Admins {
  const names = new Set<string>();
  const claims: ClaimRule[] = [];
  let everyone = false;
  for (const part of text.split(",").map((each) => each.trim())) {
    const rule = /^claim:([^=\s]+)=(.+)$/.exec(part);
    if (part === "*") everyone = true;
    else if (rule?.[1] !== undefined && rule[2] !== undefined) claims.push({ claim: rule[1], value: rule[2] });
    else if (part.startsWith("claim:")) throw new Error(`"${part}" is not of the form claim:NAME=VALUE`);
    else if (/^[a-z0-9-]+$/.test(part)) names.add(part);
    else if (part !== "") throw new Error(`"${part}" is neither a user name, nor *, nor claim:NAME=VALUE`);
  }
  return { everyone, names, claims };
}

/** An OIDC issuer whose tokens are taken. */
export interface IssuerSettings {
  /** Compared with the claim `iss`, character by character. */
  readonly issuer: string;
  /** One of them must be in the claim `aud`. */
  readonly audience: readonly string[];
  readonly jwksUri: string;
  readonly userClaim: string;
  readonly labClaim: string;
  readonly adminRule: ClaimRule | null;
  /** The claims that make the subject which a user name is bound to; `["tid", "oid"]` for Entra ID. */
  readonly bindTo: readonly string[];
  /**
   * What the subject is unique in: the issuer itself, or a name that several issuers of one directory have together
   * (Entra's v1 and v2 issuers of one tenant), so that a user is the same by either.
   */
  readonly directory: string;
}

/** Issuer names that begin so are made by installations of AWE themselves. */
export const LOCAL_ISSUER_PREFIX = "urn:awe:";

// The store keeps issuer and subject in columns of 255 characters.
const text = z.string().min(1).max(255);

const issuerSchema = z
  .strictObject({
    issuer: text
      .refine((value) => !value.startsWith(LOCAL_ISSUER_PREFIX), `must not start with ${LOCAL_ISSUER_PREFIX}`)
      .refine(
        (value) => !/[/](common|organizations|consumers)([/]|$)|\{tenantid\}/i.test(value),
        "must name one Entra tenant by its id, not all of them",
      ),
    audience: z
      .union([text, z.array(text).min(1)], "must be a text or a list of texts")
      .transform((value) => [value].flat()),
    jwksUri: z.string().refine(isKeyAddress, "must be an https address (http on a loopback host only)"),
    userClaim: text.default("preferred_username"),
    labClaim: text.default("lab"),
    adminClaim: text.optional(),
    adminValue: z
      .union([z.string(), z.boolean(), z.number()])
      .transform((value) => String(value))
      .optional(),
    bindTo: z.array(text).min(1).default(["sub"]),
    directory: text.optional(),
  })
  .transform(({ adminClaim, adminValue, directory, ...rest }, context): IssuerSettings => {
    if ((adminClaim === undefined) !== (adminValue === undefined)) {
      context.addIssue({ code: "custom", message: "adminClaim and adminValue need each other" });
    }
    const adminRule =
      adminClaim !== undefined && adminValue !== undefined ? { claim: adminClaim, value: adminValue } : null;
    return { ...rest, adminRule, directory: directory ?? rest.issuer };
  });

const issuersSchema = z
  .array(issuerSchema)
  .refine((list) => new Set(list.map(({ issuer }) => issuer)).size === list.length, "names an issuer twice");

/**
 * Reads the JSON text of `AWE_ISSUERS`.
 *
 * @throws {Error} naming every fault and where it is.
 */
export function parseIssuers(json: string): readonly IssuerSettings[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new Error("is not JSON: expected a list of issuers", { cause });
  }
  const parsed = issuersSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(
    parsed.error.issues
      .map(({ path, message }) => (path.length > 0 ? `${z.core.toDotPath(path)}: ${message}` : message))
      .join("; "),
  );
}

function isKeyAddress(address: string): boolean {
  const url = URL.parse(address);
  if (!url || url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopbackHost(url.hostname));
}
