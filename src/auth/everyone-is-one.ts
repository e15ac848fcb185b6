import { isUserName } from "#src/model/user.ts";

import type { Authenticate } from "./authenticate.ts";

/**
 * `AWE_AUTH=none`: every caller is the account that runs AWE, and administrator. Whatever the header says is not read.
 *
 * The identity is the one that a local token for the same name has, so that turning tokens on later changes nobody.
 */
export function everyoneIsOne(deps: { readonly issuer: string; readonly accountName: string }): Authenticate {
  const userName = userNameOf(deps.accountName);
  const principal = { issuer: deps.issuer, subject: userName, userName, lab: null, admin: true };
  return async () => principal;
}

/** An account's name made to fit the names of users; `local` where that cannot be done. */
export function userNameOf(accountName: string): string {
  const fitted = accountName
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 31)
    .replace(/-+$/, "");
  return isUserName(fitted) ? fitted : "local";
}
