import type { MiddlewareHandler } from "hono";

import { setHeaders } from "./set-headers.ts";

/** On every answer: nothing is guessed from content, or told to other sites by `Referer`. */
const ALWAYS = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
};

/** On answers that do not say otherwise: nothing is shown inside other pages, or kept in a cache. */
const UNLESS_SAID = {
  "Content-Security-Policy": "frame-ancestors 'none'",
  "Cache-Control": "no-store",
};

/** Headers by which browsers treat what AWE answers with care. */
export function securityHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const unsaid = Object.entries(UNLESS_SAID).filter(([name]) => !c.res.headers.has(name));
    setHeaders(c, { ...ALWAYS, ...Object.fromEntries(unsaid) });
  };
}
