import { HTTPException } from "hono/http-exception";
import { expect, test } from "vitest";

import { AweError, type ErrorCode } from "#src/errors.ts";
import { errorResponse } from "#src/http/errors.ts";
import { jsonLog, silentLog } from "#src/log.ts";

test.each([
  ["invalid_request", 400],
  ["invalid_source", 400],
  ["unauthenticated", 401],
  ["forbidden", 403],
  ["not_found", 404],
  ["method_not_allowed", 405],
  ["conflict", 409],
  ["too_large", 413],
  ["unsupported_media_type", 415],
  ["range_not_satisfiable", 416],
  ["idempotency_mismatch", 422],
  ["internal", 500],
  ["engine_unavailable", 503],
  ["timeout", 504],
] satisfies [ErrorCode, number][])("answers %s with %i", (code, status) => {
  expect(errorResponse(new AweError(code, "text"), silentLog).status).toBe(status);
});

test("writes the body as Cromwell does, with code and findings beside it", async () => {
  const findings = [{ message: "bad type", file: "a.wdl", line: 3, column: 5, hint: "use Int" }, { message: "more" }];
  const response = errorResponse(new AweError("invalid_source", "The WDL is wrong.", { findings }), silentLog);
  expect(response.headers.get("content-type")).toBe("application/json");
  const text = await response.text();
  expect(text).toMatch(/^\{\n {2}"status": "fail",\n {2}"code": "invalid_source",\n {2}"message": /);
  expect(JSON.parse(text)).toEqual({
    status: "fail",
    code: "invalid_source",
    message: "The WDL is wrong.",
    errors: findings,
  });
});

test("tells nothing of what nobody foresaw, and logs it with its causes", async () => {
  const lines: string[] = [];
  const log = jsonLog((line) => lines.push(line));
  for (const thrown of [new Error("password=x", { cause: new Error("deeper") }), "password=x", undefined, null]) {
    const response = errorResponse(thrown, log);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain("password");
    expect(text).toContain('"code": "internal"');
  }
  expect(lines).toHaveLength(4);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ event: "request.crashed", causes: "password=x <- deeper" });
  expect(lines[0]).toContain("errors.test.ts");
});

test("ends with causes that go round in a circle", () => {
  const one = new Error("one");
  one.cause = one;
  expect(errorResponse(new AweError("internal", "x", { cause: one }), silentLog).status).toBe(500);
});

test("logs nothing for what the caller did wrong", () => {
  const lines: string[] = [];
  errorResponse(
    new AweError("not_found", "x"),
    jsonLog((line) => lines.push(line)),
  );
  expect(lines).toEqual([]);
});

test("says when to come again while an engine wakes up", () => {
  const response = errorResponse(new AweError("engine_unavailable", "x"), silentLog);
  expect(response.headers.get("retry-after")).toBe("5");
});

test.each([
  [new HTTPException(400, { message: "Malformed JSON in request body" }), 400, "invalid_request"],
  [new HTTPException(413, { message: "Payload Too Large" }), 413, "too_large"],
  [new HTTPException(418, { message: "" }), 400, "invalid_request"],
  [new HTTPException(502, { message: "inner" }), 500, "internal"],
])("gives %s of the framework AWE's form", async (thrown, status, code) => {
  const response = errorResponse(thrown, silentLog);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ status: "fail", code });
});
