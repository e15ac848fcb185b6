import type { Context } from "hono";

import { AweError } from "#src/errors.ts";
import type { Log } from "#src/log.ts";
import { errorResponse } from "./errors.ts";

/** The method that a request's answer follows: HEAD is GET without the body. */
export function methodOf(c: Context): string {
  return c.req.method === "HEAD" ? "GET" : c.req.method;
}

/** 405 in AWE's form, with `Allow` (RFC 9110, 15.5.6). */
export function methodNotAllowed(log: Log, allowed: readonly string[]): Response {
  const list = allowed.toSorted().join(", ");
  const answer = errorResponse(
    new AweError("method_not_allowed", `HTTP method not allowed, supported methods: ${list}`),
    log,
  );
  answer.headers.set("Allow", list);
  return answer;
}
