import { AweError } from "#src/errors.ts";
import type { Admins, ClaimRule, IssuerSettings } from "#src/identity-settings.ts";
import type { Principal } from "#src/model/principal.ts";

/** The verified claims of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** The store keeps subjects and issuers in columns of 255 characters. */
const LONGEST_SUBJECT = 255;

/** The names of labs, as a token may tell them. */
export const LAB_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * Who the verified claims say is calling.
 *
 * `admin` follows from claims alone: names in `AWE_ADMINS` count for the user that the name is bound to, which only
 * `src/users` can tell. `userName` is empty when the claim is missing.
 *
 * @throws {AweError} `unauthenticated` if the claims name nobody, or a lab that cannot be one.
 */
export function principalOf(issuer: IssuerSettings, admins: Admins, claims: Claims): Principal {
  const lab = claim(claims, issuer.labClaim) ?? null;
  if (lab !== null && !(typeof lab === "string" && LAB_NAME.test(lab))) {
    throw new AweError(
      "unauthenticated",
      `The token's claim "${issuer.labClaim}" names no lab: 1 to 63 letters, digits and . _ - are expected.`,
    );
  }
  const userName = claim(claims, issuer.userClaim);
  const rules = issuer.adminRule === null ? admins.claims : [issuer.adminRule, ...admins.claims];
  return {
    issuer: issuer.directory,
    subject: subjectOf(issuer, claims),
    userName: typeof userName === "string" ? userName : "",
    lab,
    admin: admins.everyone || rules.some((rule) => meets(claims, rule)),
  };
}

/** One claim is the subject as it is; several are joined so that no two lists give the same text. */
function subjectOf({ bindTo }: IssuerSettings, claims: Claims): string {
  const parts = bindTo.map((name) => {
    const value = claim(claims, name);
    if (typeof value === "string" && value !== "") return value;
    throw new AweError("unauthenticated", `The token names nobody: its claim "${name}" is missing.`);
  });
  const subject = parts.length === 1 ? parts.join() : parts.map((part) => encodeURIComponent(part)).join("/");
  if (subject.length <= LONGEST_SUBJECT) return subject;
  throw new AweError("unauthenticated", `The token's subject is longer than ${LONGEST_SUBJECT} characters.`);
}

function meets(claims: Claims, rule: ClaimRule): boolean {
  return [claim(claims, rule.claim)]
    .flat()
    .some((value) => (typeof value === "string" ? value : JSON.stringify(value)) === rule.value);
}

function claim(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}
