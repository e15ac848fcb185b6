import { Hono } from "hono";
import type { MiddlewareHandler } from "hono";

import { AweError } from "#src/errors.ts";
import type { HttpDeps, HttpEnv } from "./deps.ts";
import { errorResponse } from "./errors.ts";
import { pathBelow } from "./middleware/url-prefix.ts";
import { segmentsOf } from "./paths.ts";
import * as control from "./routes/control.ts";
import { cromwellCall } from "./routes/cromwell.ts";
import * as runs from "./routes/runs.ts";
import { deleteWorkflow, getWorkflow, postWorkflow } from "./routes/workflow.ts";

/**
 * All of AWE's HTTP doors as one function from request to response.
 *
 * `guards` run before everything, `authenticated` before every door but `/healthz`; both are made by the composition.
 */
export function createApp(
  deps: HttpDeps,
  guards: readonly MiddlewareHandler<HttpEnv>[],
  authenticated: readonly MiddlewareHandler<HttpEnv>[],
): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>({ getPath: pathBelow(deps.urlPrefix) });
  app.onError((error) => errorResponse(error, deps.log));
  for (const guard of guards) app.use(guard);
  app.get("/healthz", (c) => c.json({ status: "ok", version: deps.version }));
  for (const guard of authenticated) app.use(guard);
  app.get("/openapi.json", async (c) => {
    // Loaded on demand: who starts AWE does not wait for the document to be made.
    const { openApiDocument } = await import("./openapi.ts");
    return c.json(openApiDocument(deps.version, deps.urlPrefix));
  });

  app.get("/awe/v1/me", (c) => control.getMe(deps, c));
  app.post("/awe/v1/uploads", (c) => control.postUpload(deps, c));
  app.get("/awe/v1/credentials", (c) => control.listCredentials(deps, c));
  app.put("/awe/v1/credentials/:host", (c) => control.putCredentialRoute(deps, c, c.req.param("host")));
  app.delete("/awe/v1/credentials/:host", (c) => control.deleteCredentialRoute(deps, c, c.req.param("host")));
  app.get("/awe/v1/runs", (c) => runs.listRuns(deps, c));
  app.get("/awe/v1/runs/:id", (c) => runs.getRun(deps, c, c.req.param("id")));
  app.get("/awe/v1/runs/:id/calls/:key/logs/:stream", (c) =>
    runs.getLog(deps, c, c.req.param("id"), c.req.param("key"), c.req.param("stream")),
  );
  app.get("/awe/v1/runs/:id/outputs/:name", (c) => runs.getOutput(deps, c, c.req.param("id"), c.req.param("name")));
  app.all("/awe/*", () => {
    throw new AweError("not_found", "AWE has no such call; /openapi.json lists them.");
  });

  app.all("/*", (c) => {
    const [userName = "", workflow = "", ...rest] = segmentsOf(c, deps.urlPrefix);
    if (userName === "" || workflow === "") throw new AweError("not_found", "There is nothing at this address.");
    if (rest.length > 0) return cromwellCall(deps, c, userName, workflow, rest);
    switch (c.req.method) {
      case "POST":
        return postWorkflow(deps, c, userName, workflow);
      case "GET":
      case "HEAD":
        return getWorkflow(deps, c, userName, workflow);
      case "DELETE":
        return deleteWorkflow(deps, c, userName, workflow);
      default:
        throw new AweError("method_not_allowed", "HTTP method not allowed, supported methods: DELETE, GET, POST");
    }
  });
  app.notFound(() => {
    throw new AweError("not_found", "There is nothing at this address.");
  });
  return app;
}
