import type { Context } from "hono";

/**
 * Sets headers of an answer that is ready. One that came from elsewhere (`fetch`, `Response.redirect`) lets nobody
 * change its headers, and is replaced by a copy.
 */
export function setHeaders(c: Context, headers: Readonly<Record<string, string>>): void {
  try {
    set(c.res.headers, headers);
  } catch {
    c.res = new Response(c.res.body, c.res);
    set(c.res.headers, headers);
  }
}

function set(target: Headers, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) target.set(name, value);
}
