import { AweError } from "#src/errors.ts";

/**
 * The token of an `Authorization` header: `Bearer TOKEN`, or `Basic` with the token as the password of any user name,
 * which is what clients of Cromwell that know user names and passwords only can send.
 *
 * @throws {AweError} `unauthenticated` if there is none.
 */
export function tokenOf(authorization: string | undefined): string {
  const [, scheme = "", value = ""] = /^([A-Za-z]+) +([^ ]+) *$/.exec(authorization ?? "") ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
      return value;
    case "basic": {
      const pair = Buffer.from(value, "base64").toString("utf8");
      const colon = pair.indexOf(":");
      if (colon >= 0 && colon < pair.length - 1) return pair.slice(colon + 1);
      throw new AweError("unauthenticated", "Sign in with a token: Basic credentials need the token as the password.");
    }
    default:
      throw new AweError(
        "unauthenticated",
        authorization === undefined
          ? "Sign in: send a token in the header Authorization, as Bearer or as Basic password."
          : "Sign in: the header Authorization must be `Bearer TOKEN`, or Basic with the token as the password.",
      );
  }
}
