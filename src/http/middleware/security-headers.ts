import type { MiddlewareHandler } from "hono";

/**
 * Headers that every answer carries: nothing is guessed from content, shown inside other pages, told to other sites by
 * `Referer`, or kept in a cache. A route that says itself how its answer may be kept is left alone.
 */
export function securityHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    if (!headers.has("Content-Security-Policy")) headers.set("Content-Security-Policy", "frame-ancestors 'none'");
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  };
}
