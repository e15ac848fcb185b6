import { Hono } from "hono";
import { expect, test } from "vitest";

import { pathBelow } from "#src/http/middleware/url-prefix.ts";

function application(prefix: string) {
  const app = new Hono({ getPath: pathBelow(prefix) });
  app.get("/", (c) => c.text("root"));
  app.get("/:user/:workflow", (c) => c.text(`${c.req.path} ${c.req.param("user")}`));
  return async (path: string) => {
    const response = await app.request(path);
    return response.ok ? response.text() : response.status;
  };
}

test("serves every path below the prefix as if there were none", async () => {
  const ask = application("/lab/awe");
  expect(await ask("/lab/awe/alice/hello?x=1")).toBe("/alice/hello alice");
  expect(await ask("/lab/awe")).toBe("root");
  expect(await ask("/lab/awe/")).toBe("root");
});

test("leads nowhere outside of the prefix", async () => {
  const ask = application("/lab/awe");
  for (const path of ["/", "/alice/hello", "/lab", "/lab/awesome", "/lab/awex/y", "/LAB/AWE/alice/hello"]) {
    expect(await ask(path)).toBe(404);
  }
});

test("changes nothing without a prefix", async () => {
  expect(await application("")("/alice/hello")).toBe("/alice/hello alice");
});
