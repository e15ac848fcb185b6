import { expect, test } from "vitest";

import { loopbackGuard } from "#src/http/middleware/loopback-guard.ts";

import { applicationBehind } from "./application.ts";

const { app } = applicationBehind(loopbackGuard());
const ask = (headers: Record<string, string>) => app.request("/alice/hello", { headers });

test.each([
  [{ host: "localhost" }],
  [{ host: "localhost:8080" }],
  [{ host: "LOCALHOST:8080" }],
  [{ host: "127.0.0.1:8080" }],
  [{ host: "127.1.2.3" }],
  [{ host: "[::1]:8080" }],
  [{ host: "localhost:8080", origin: "http://localhost:8080" }],
  [{ host: "localhost:8080", origin: "https://localhost:8080", "sec-fetch-site": "same-origin" }],
  [{ host: "localhost:8080", "sec-fetch-site": "none" }],
])("lets %j pass", async (headers) => {
  expect((await ask(headers)).status).toBe(200);
});

test.each([
  [{}, "Host"],
  [{ host: "" }, "Host"],
  [{ host: "evil.test" }, "Host"],
  [{ host: "evil.test:8080" }, "Host"],
  [{ host: "localhost.evil.test" }, "Host"],
  [{ host: "127.0.0.1.evil.test" }, "Host"],
  [{ host: "localhost." }, "Host"],
  [{ host: "localhost:80:80" }, "Host"],
  [{ host: "localhost:8080@evil.test" }, "Host"],
  [{ host: "localhost, evil.test" }, "Host"],
  [{ host: "128.0.0.1" }, "Host"],
  [{ host: "0.0.0.0:8080" }, "Host"],
  [{ host: "10.0.0.1" }, "Host"],
  [{ host: "[::]" }, "Host"],
  [{ host: "[::ffff:127.0.0.1" }, "Host"],
  [{ host: "::1" }, "Host"],
  [{ host: "localhost:8080", origin: "http://evil.test" }, "Origin"],
  [{ host: "localhost:8080", origin: "null" }, "Origin"],
  [{ host: "localhost:8080", origin: "" }, "Origin"],
  [{ host: "localhost:8080", origin: "http://localhost:3000" }, "Origin"],
  [{ host: "localhost:8080", origin: "http://127.0.0.1:8080" }, "Origin"],
  [{ host: "localhost:8080", "sec-fetch-site": "cross-site" }, "Sec-Fetch-Site"],
  [{ host: "localhost:8080", "sec-fetch-site": "same-site" }, "Sec-Fetch-Site"],
  [{ host: "localhost:8080", "sec-fetch-site": "same-origin, none" }, "Sec-Fetch-Site"],
  [{ host: "localhost:8080", "x-forwarded-for": "10.0.0.1" }, "x-forwarded-for"],
  [{ host: "localhost:8080", forwarded: "for=10.0.0.1" }, "forwarded"],
  [{ host: "localhost:8080", via: "1.1 proxy" }, "via"],
] as [Record<string, string>, string][])("refuses %j", async (headers, word) => {
  const response = await ask(headers);
  expect(response.status).toBe(403);
  const body = (await response.json()) as { code: string; message: string };
  expect(body.code).toBe("forbidden");
  expect(body.message).toContain(word);
  // What the caller sent is not shown to it again.
  expect(body.message).not.toContain("evil");
});
