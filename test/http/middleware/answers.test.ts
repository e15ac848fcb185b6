import { expect, test } from "vitest";

import type { PrincipalVariables } from "#src/http/middleware/principal.ts";
import { requestLog } from "#src/http/middleware/request-log.ts";
import { securityHeaders } from "#src/http/middleware/security-headers.ts";
import { jsonLog } from "#src/log.ts";

import { applicationBehind } from "./application.ts";

function logged() {
  const lines: Record<string, unknown>[] = [];
  let nowMs = 0;
  const middleware = requestLog({
    log: jsonLog((line) => lines.push(JSON.parse(line) as Record<string, unknown>)),
    clock: { now: () => new Date((nowMs += 7)) },
    ids: { uuid: () => "request-1" },
  });
  return { lines, ...setUp(middleware) };
  function setUp(log: typeof middleware) {
    const { app } = applicationBehind(log, async (c, next) => {
      const user = c.req.header("x-test-user");
      const principal = { issuer: "i", subject: "s", userName: user ?? "", lab: null, admin: false };
      if (user !== undefined) c.set("principal", principal satisfies PrincipalVariables["principal"]);
      await next();
    });
    return { app };
  }
}

test("writes one line for each request, with the route and never the address or a header", async () => {
  const { app, lines } = logged();
  // A route that matches as well, but does not answer.
  app.all("/*", (c) => c.text("elsewhere"));
  const response = await app.request("/alice/secret-name?token=s3cret", {
    headers: { "x-test-user": "alice", authorization: "Bearer s3cret" },
  });
  expect(response.headers.get("x-request-id")).toBe("request-1");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    level: "info",
    event: "request.answered",
    method: "GET",
    route: "/:user/:workflow",
    status: 200,
    ms: 7,
    requestId: "request-1",
    user: "alice",
  });
  expect(JSON.stringify(lines)).not.toMatch(/secret/);
});

test("writes the line also for what failed and for what nobody asked for by name", async () => {
  const { app, lines } = logged();
  const response = await app.request("/crash?x=1");
  expect(response.headers.get("x-request-id")).toBe("request-1");
  await app.request("/a/b/c/d?x=1");
  expect(lines.map(({ status }) => status)).toEqual([500, 404]);
  expect(lines[0]).not.toHaveProperty("user");
  expect(JSON.stringify(lines)).not.toContain("x=1");
});

test("sends headers that keep answers out of frames, caches and guesses, errors included", async () => {
  const { app } = applicationBehind(securityHeaders());
  for (const path of ["/alice/hello", "/crash", "/a/b/c/d"]) {
    const { headers } = await app.request(path);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("cache-control")).toBe("no-store");
  }
});

test("leaves a route's own word on caching alone", async () => {
  const { app } = applicationBehind(securityHeaders());
  expect((await app.request("/kept")).headers.get("cache-control")).toBe("max-age=60");
});

test("works on answers whose headers cannot be changed", async () => {
  const { app } = applicationBehind(securityHeaders(), async () => Response.redirect("http://localhost/elsewhere"));
  const response = await app.request("/alice/hello");
  expect(response.status).toBe(302);
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});
