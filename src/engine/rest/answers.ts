/** Cromwell's two kinds of failure: `fail` is the caller's fault or a known condition, `error` broke on the way. */
export type FailureKind = "fail" | "error";

/** A success: one compact line. The type is exactly `application/json`, as clients compare it. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return jsonText(JSON.stringify(body), status, headers);
}

/** A success whose text is there already. */
export function jsonText(text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { "content-type": "application/json", ...headers } });
}

/** A failure: printed on several lines, which Cromwell's maintainers say that callers rely on. */
export function refusal(status: number, kind: FailureKind, message: string, errors?: readonly string[]): Response {
  return jsonText(JSON.stringify({ status: kind, message, ...(errors ? { errors } : {}) }, undefined, 2), status);
}

/** What the HTTP layer below Cromwell answers for itself. */
export function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=UTF-8", ...headers } });
}

/** Nothing is at this address. */
export function notFound(): Response {
  return plain(404, "The requested resource could not be found.");
}

/** The address is right, the method is not. */
export function methodNotAllowed(methods: readonly string[]): Response {
  return plain(405, `HTTP method not allowed, supported methods: ${methods.join(", ")}`, { allow: methods.join(", ") });
}

/** The body has a type that this call does not read. */
export function unsupportedType(found: string | undefined, expected: string): Response {
  const which = found === undefined ? "" : ` [${found}]`;
  return plain(415, `The request's Content-Type${which} is not supported. Expected:\n${expected}`);
}
