import { Hono, type MiddlewareHandler } from "hono";

import { AweError } from "#src/errors.ts";
import { errorResponse } from "#src/http/errors.ts";
import type { PrincipalVariables } from "#src/http/middleware/principal.ts";
import { jsonLog } from "#src/log.ts";

/** A small application behind the given middleware, and what it logged. */
export function applicationBehind(...middleware: MiddlewareHandler<{ Variables: PrincipalVariables }>[]) {
  const lines: Record<string, unknown>[] = [];
  const log = jsonLog((line) => lines.push(JSON.parse(line) as Record<string, unknown>));
  const app = new Hono<{ Variables: PrincipalVariables }>();
  app.onError((thrown) => errorResponse(thrown, log));
  app.notFound(() => errorResponse(new AweError("not_found", "nothing"), log));
  for (const each of middleware) app.use(each);
  app.get("/who", (c) => c.json(c.var.principal));
  app.get("/kept", (c) => c.text("static", 200, { "Cache-Control": "max-age=60" }));
  app.get("/crash", () => {
    throw new Error("secret detail", { cause: new Error("deeper") });
  });
  app.get("/:user/:workflow", (c) => c.json({ path: c.req.path }));
  return { app, lines, log };
}
