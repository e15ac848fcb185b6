import type { Context } from "hono";

import { AweError } from "#src/errors.ts";
import type { Run } from "#src/model/run.ts";
import { notFound, ownerFor } from "#src/users/authorize.ts";
import { abort } from "#src/workflows/abort.ts";
import { answerRunCall, proxyEngineCall, RUN_CALLS, type CromwellAnswer } from "#src/workflows/cromwell-answers.ts";
import { answerQuery } from "#src/workflows/cromwell-query.ts";
import { labelRun } from "#src/workflows/label.ts";
import { releaseHold } from "#src/workflows/release.ts";
import { jsonObject, readBody } from "../body.ts";
import type { HttpDeps, HttpEnv } from "../deps.ts";

/** Cromwell's calls that are not about one workflow and that only read. */
const ENGINE_CALLS = /^(api\/workflows\/[^/]+\/(backends|callcaching\/diff)|engine\/[^/]+\/(version|status))$/;

/**
 * `/<user>/<workflow>/<Cromwell call>`: answered as Cromwell would, for this workflow only.
 *
 * Where Cromwell has a workflow id, the workflow's name stands for its newest run; an id must be one of its runs.
 */
export async function cromwellCall(
  deps: HttpDeps,
  c: Context<HttpEnv>,
  userName: string,
  workflow: string,
  rest: readonly string[],
): Promise<Response> {
  const owner = await ownerFor(deps.authorize, c.get("principal"), userName);
  const records = deps.store.of(owner.name);
  const newest = await records.newest(workflow);
  if (!newest) throw notFound();
  const [api, workflows, , subject = "", ...callParts] = rest;
  const call = callParts.join("/");
  const url = new URL(c.req.url);

  if (ENGINE_CALLS.test(rest.join("/"))) {
    assertMethod(c, ["GET"]);
    return respond(
      await proxyEngineCall(deps, owner.name, `/${rest.map(encodeURIComponent).join("/")}${url.search}`, headersOf(c)),
    );
  }
  if (api !== "api" || workflows !== "workflows" || subject === "") throw noSuchCall();
  if (subject === "query" && call === "") {
    assertMethod(c, ["GET", "POST"]);
    const parameters =
      c.req.method === "POST" ? queryBody(await readBody(c, deps.limits.bodyBytes)) : [...url.searchParams];
    return respond(await answerQuery(deps, owner.name, workflow, parameters));
  }
  const run = subject === workflow ? newest : await records.resolve(workflow, subject.toLowerCase());
  if (!run) throw notFound();
  return runCall(deps, c, run, call);
}

async function runCall(deps: HttpDeps, c: Context<HttpEnv>, run: Run, call: string): Promise<Response> {
  if (call === "abort") {
    assertMethod(c, ["POST"]);
    return respond(await abort(deps, run));
  }
  if (call === "releaseHold") {
    assertMethod(c, ["POST"]);
    return respond(await releaseHold(deps, run));
  }
  if (call === "labels" && c.req.method === "PATCH") {
    const labels = jsonObject(new TextDecoder().decode(await readBody(c, deps.limits.bodyBytes)), "The labels");
    return respond(await labelRun(deps, run, labels));
  }
  if (!RUN_CALLS.has(call)) throw noSuchCall();
  assertMethod(c, call === "labels" ? ["GET", "PATCH"] : ["GET"]);
  return respond(await answerRunCall(deps, run, call, new URL(c.req.url).searchParams, headersOf(c)));
}

/** What an engine may see of a request: never who asks. */
function headersOf(c: Context): Record<string, string> {
  const encoding = c.req.header("accept-encoding");
  return encoding === undefined ? {} : { "accept-encoding": encoding };
}

function respond(answer: CromwellAnswer): Response {
  return new Response(answer.body, {
    status: answer.status,
    headers: { "content-type": "application/json", ...answer.headers },
  });
}

function queryBody(bytes: Uint8Array): [string, string][] {
  const { parameters } = jsonObject(`{"parameters":${new TextDecoder().decode(bytes)}}`, "The query");
  const isPair = (item: unknown): item is Record<string, string> =>
    typeof item === "object" && item !== null && Object.values(item).every((value) => typeof value === "string");
  if (!Array.isArray(parameters) || !parameters.every(isPair)) {
    throw new AweError("invalid_request", "A query is a JSON array of objects with one key and a string each.");
  }
  return parameters.flatMap((item) => Object.entries(item));
}

function assertMethod(c: Context, allowed: readonly string[]): void {
  const method = c.req.method === "HEAD" ? "GET" : c.req.method;
  if (allowed.includes(method)) return;
  throw new AweError("method_not_allowed", `HTTP method not allowed, supported methods: ${allowed.join(", ")}`);
}

function noSuchCall(): AweError {
  return new AweError("not_found", "Cromwell has no such call.");
}
