import { Hono } from "hono";
import type { Context, MiddlewareHandler } from "hono";

import { AweError } from "#src/errors.ts";
import type { HttpDeps, HttpEnv } from "./deps.ts";
import { errorResponse } from "./errors.ts";
import { methodNotAllowed, methodOf } from "./methods.ts";
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

  for (const [path, methods] of Object.entries(controlRoutes(deps))) {
    for (const [method, answer] of Object.entries(methods)) app.on(method, path, answer);
    app.all(path, () => methodNotAllowed(deps.log, allowed(methods)));
  }
  app.all("/awe/*", () => {
    throw new AweError("not_found", "AWE has no such call; /openapi.json lists them.");
  });

  app.all("/*", (c) => {
    const [userName = "", workflow = "", ...rest] = segmentsOf(c);
    if (userName === "" || workflow === "") throw new AweError("not_found", "There is nothing at this address.");
    if (rest.length > 0) return cromwellCall(deps, c, userName, workflow, rest);
    switch (methodOf(c)) {
      case "POST":
        return postWorkflow(deps, c, userName, workflow);
      case "GET":
        return getWorkflow(deps, c, userName, workflow);
      case "DELETE":
        return deleteWorkflow(deps, c, userName, workflow);
      default:
        return methodNotAllowed(deps.log, ["DELETE", "GET", "HEAD", "POST"]);
    }
  });
  app.notFound(() => {
    throw new AweError("not_found", "There is nothing at this address.");
  });
  return app;
}

type Methods = Readonly<Record<string, (c: Context<HttpEnv>) => Promise<Response>>>;

/** The calls of the control API: what answers, by path and method. */
function controlRoutes(deps: HttpDeps): Readonly<Record<string, Methods>> {
  const part = (c: Context<HttpEnv>, name: string) => c.req.param(name) ?? "";
  return {
    "/awe/v1/me": { GET: (c) => control.getMe(deps, c) },
    "/awe/v1/uploads": { POST: (c) => control.postUpload(deps, c) },
    "/awe/v1/credentials": { GET: (c) => control.listCredentials(deps, c) },
    "/awe/v1/credentials/:host": {
      PUT: (c) => control.putCredentialRoute(deps, c, part(c, "host")),
      DELETE: (c) => control.deleteCredentialRoute(deps, c, part(c, "host")),
    },
    "/awe/v1/runs": { GET: (c) => runs.listRuns(deps, c) },
    "/awe/v1/runs/:id": { GET: (c) => runs.getRun(deps, c, part(c, "id")) },
    "/awe/v1/runs/:id/calls/:key/logs/:stream": {
      GET: (c) => runs.getLog(deps, c, part(c, "id"), part(c, "key"), part(c, "stream")),
    },
    "/awe/v1/runs/:id/outputs/:name": { GET: (c) => runs.getOutput(deps, c, part(c, "id"), part(c, "name")) },
  };
}

function allowed(methods: Methods): readonly string[] {
  return Object.keys(methods).flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}
