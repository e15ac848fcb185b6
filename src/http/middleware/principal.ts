import type { MiddlewareHandler } from "hono";

import type { Authenticate } from "#src/auth/authenticate.ts";
import type { Principal } from "#src/model/principal.ts";
import { callerOf, type AuthorizeDeps } from "#src/users/authorize.ts";

/** What `principal` leaves for the routes behind it. */
export interface PrincipalVariables {
  /** Here `admin` is final: the names in `AWE_ADMINS` have been counted. */
  principal: Principal;
}

/**
 * Lets pass only who is signed in and has a user here, made at the first sight, and says who it is.
 *
 * `userName` is then the name of the user, which can differ from the token's.
 */
export function principal(
  authenticate: Authenticate,
  deps: AuthorizeDeps,
): MiddlewareHandler<{ Variables: PrincipalVariables }> {
  return async (c, next) => {
    const verified = await authenticate(c.req.header("authorization"));
    const { user, admin } = await callerOf(deps, verified);
    c.set("principal", { ...verified, userName: user.name, lab: user.lab, admin });
    await next();
  };
}
