import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";

import type { Clock } from "#src/clock.ts";
import type { Ids } from "#src/ids.ts";
import type { Log } from "#src/log.ts";

import type { PrincipalVariables } from "./principal.ts";
import { setHeaders } from "./set-headers.ts";

/**
 * One line per request at its end: method, route, status, duration, request id and user.
 *
 * The route is the pattern that matched (`/:user/:workflow`), never the address: query strings and file names can be
 * secret. No header is logged. The request id is also sent, so that a user's complaint can be found in the log.
 */
export function requestLog(deps: {
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: Ids;
}): MiddlewareHandler<{ Variables: PrincipalVariables }> {
  return async (c, next) => {
    const startedAtMs = deps.clock.now().getTime();
    const requestId = deps.ids.uuid();
    await next();
    setHeaders(c, { "X-Request-Id": requestId });
    // Requests that were refused before their sender was known have none.
    const caller: PrincipalVariables["principal"] | undefined = c.var.principal;
    deps.log.info("request.answered", {
      method: c.req.method,
      route: routePath(c),
      status: c.res.status,
      ms: deps.clock.now().getTime() - startedAtMs,
      requestId,
      user: caller?.userName,
    });
  };
}
