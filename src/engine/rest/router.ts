import type { Context, Hono } from "hono";

import { errorText } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { methodNotAllowed, notFound, plain } from "./answers.ts";
import { BodyRefused } from "./bodies.ts";

/** Answers one call. */
export type Answer = (context: Context) => Response | Promise<Response>;

/** The calls at one address by method; a plain function answers every method, as some of Cromwell's do. */
type Methods = Answer | Readonly<Partial<Record<"GET" | "POST" | "PATCH", Answer>>>;

/** Addresses, with `:name` for a variable segment. */
export type Routes = Readonly<Record<string, Methods>>;

/** Puts routes into an app, with the answers of the HTTP layer below Cromwell: OPTIONS, HEAD, 404, 405, 500. */
export function addRoutes(app: Hono, routes: Routes, log: Log): void {
  for (const [path, methods] of Object.entries(routes)) {
    app.all(path, async (context) => {
      if (context.req.method === "OPTIONS") return plain(200, "OK");
      const answer = typeof methods === "function" ? methods : methodOf(methods, context.req.method);
      if (!answer) return methodNotAllowed(Object.keys(methods));
      return await answer(context);
    });
  }
  app.notFound((context) => (context.req.method === "OPTIONS" ? plain(200, "OK") : notFound()));
  app.onError((thrown, context) => {
    if (thrown instanceof BodyRefused) return thrown.answer;
    log.error("request.broke", { path: context.req.path, reason: errorText(thrown) });
    return plain(500, "There was an internal server error.");
  });
}

function methodOf(methods: Exclude<Methods, Answer>, method: string): Answer | undefined {
  if (method === "HEAD") return methods.GET;
  return method === "GET" || method === "POST" || method === "PATCH" ? methods[method] : undefined;
}
