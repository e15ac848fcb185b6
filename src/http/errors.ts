import { HTTPException } from "hono/http-exception";

import { AweError, errorText, type ErrorCode } from "#src/errors.ts";
import type { Log } from "#src/log.ts";

/** The only place where a failure becomes an HTTP status. */
const STATUS = {
  invalid_request: 400,
  invalid_source: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  idempotency_mismatch: 422,
  internal: 500,
  engine_failed: 502,
  engine_unavailable: 503,
  timeout: 504,
} as const satisfies Record<ErrorCode, number>;

/** What is sent besides the body. */
const HEADERS: Partial<Record<ErrorCode, readonly (readonly [string, string])[]>> = {
  // Basic makes clients that know only user names and passwords ask for them.
  unauthenticated: [
    ["WWW-Authenticate", 'Bearer realm="awe"'],
    ["WWW-Authenticate", 'Basic realm="awe", charset="UTF-8"'],
  ],
  // An engine wakes up in a few seconds.
  engine_unavailable: [["Retry-After", "5"]],
};

/** Whatever was thrown, as the failure that a caller hears of; what nobody foresaw is `internal` with a fixed text. */
function failureOf(thrown: unknown): AweError {
  if (thrown instanceof AweError) return thrown;
  if (thrown instanceof HTTPException && thrown.status < 500) {
    const [code] = Object.entries(STATUS).find(([, status]) => status === thrown.status) ?? ["invalid_request"];
    return new AweError(code as ErrorCode, thrown.message || "The request cannot be understood.", { cause: thrown });
  }
  return new AweError("internal", "AWE failed; whoever runs it finds the reason in the log.", { cause: thrown });
}

/**
 * The answer to a request that failed, in Cromwell's form: `status`, `message`, and beyond it `code` and `errors`.
 *
 * Failures that are AWE's own are logged with their cause; the caller never sees it.
 */
export function errorResponse(thrown: unknown, log: Log): Response {
  const failure = failureOf(thrown);
  const { code, message, findings } = failure;
  if (STATUS[code] >= 500) {
    const event = code === "internal" ? "request.crashed" : "request.failed";
    log.error(event, { code, message, causes: causesOf(failure), ...(code === "internal" ? stackOf(thrown) : {}) });
  }
  return jsonResponse({ status: "fail", code, message, errors: findings }, STATUS[code], HEADERS[code] ?? []);
}

/** JSON as Cromwell writes it: two spaces, and `application/json` without a charset. */
function jsonResponse(body: unknown, status = 200, headers: readonly (readonly [string, string])[] = []): Response {
  const all = new Headers({ "Content-Type": "application/json" });
  for (const [name, value] of headers) all.append(name, value);
  return new Response(JSON.stringify(body, null, 2), { status, headers: all });
}

/** The texts of the causes, outermost first; a loop of causes ends after a few. */
function causesOf(failure: Error): string {
  const texts: string[] = [];
  for (let cause = failure.cause; cause !== undefined && texts.length < 5;) {
    texts.push(errorText(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return texts.join(" <- ");
}

function stackOf(thrown: unknown): { stack?: string } {
  return thrown instanceof Error && thrown.stack !== undefined ? { stack: thrown.stack } : {};
}
