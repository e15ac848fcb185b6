import type { MiddlewareHandler } from "hono";

import { AweError } from "#src/errors.ts";
import { isLoopbackHost } from "#src/loopback.ts";

/** Headers that only a proxy adds; behind one, callers of other machines look as if they were on this one. */
const PROXY_HEADERS = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/**
 * Keeps web pages of other origins from using an AWE without sign-in (`AWE_AUTH=none`) through the browser of whoever
 * runs it.
 *
 * A page whose host name was made to point at 127.0.0.1 (DNS rebinding) shows itself by `Host`; one that sends a form or
 * fetches across origins by `Origin` or `Sec-Fetch-Site`. Programs send neither of the last two.
 */
export function loopbackGuard(): MiddlewareHandler {
  return async (c, next) => {
    const reason = foreignness((name) => c.req.header(name));
    if (reason !== undefined) {
      throw new AweError("forbidden", `This AWE runs without sign-in and answers only its own machine: ${reason}.`);
    }
    await next();
  };
}

/** Why a request is not this machine's own, or `undefined`. */
function foreignness(header: (name: string) => string | undefined): string | undefined {
  const host = header("host");
  const name = /^(\[[^\]]*\]|[^:]*)(:\d{1,5})?$/.exec(host ?? "")?.[1];
  if (host === undefined || name === undefined || !isLoopbackHost(name)) {
    return "the header Host does not name localhost, 127.0.0.1 or [::1]";
  }
  const origin = header("origin");
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    return "the header Origin names another site";
  }
  const site = header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return "the header Sec-Fetch-Site says that another site sent it";
  }
  const proxy = PROXY_HEADERS.find((each) => header(each) !== undefined);
  return proxy === undefined ? undefined : `the header ${proxy} says that it came through a proxy`;
}
