import type { Context } from "hono";

import { parseId } from "#src/cromwell/ids.ts";
import { AweError } from "#src/errors.ts";
import type { Run } from "#src/model/run.ts";
import { isWorkflowName } from "#src/model/user.ts";
import { notFound, ownerFor } from "#src/users/authorize.ts";
import { abort, notInProgress } from "#src/workflows/abort.ts";
import { answerRunCall, proxyEngineCall, RUN_CALLS, type CromwellAnswer } from "#src/workflows/cromwell-answers.ts";
import { answerQuery } from "#src/workflows/cromwell-query.ts";
import { labelRun } from "#src/workflows/label.ts";
import { releaseHold } from "#src/workflows/release.ts";
import { readBody, textOf, type BodyLimit } from "../body.ts";
import type { HttpDeps, HttpEnv } from "../deps.ts";
import { jsonObject, jsonValue } from "../json.ts";
import { methodOf } from "../methods.ts";

/** Cromwell's calls that are not about one workflow and that only read. */
const ENGINE_CALLS = /^(api\/workflows\/[^/]+\/(backends|callcaching\/diff)|engine\/[^/]+\/(version|status|stats))$/;

/**
 * `/<user>/<workflow>/<Cromwell call>`: answered as Cromwell would, for this workflow only.
 *
 * Where Cromwell has a workflow id, the workflow's name stands for its newest run; an id must be one of its runs. What
 * Cromwell's routing refuses is plain text, as there; what its calls refuse is JSON.
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
  const newest = isWorkflowName(workflow) ? await records.newest(workflow) : undefined;
  if (!newest) throw notFound();
  const [api, workflows, version, subject = "", ...callParts] = rest;
  const call = callParts.join("/");
  const { search, searchParams } = new URL(c.req.url);

  if (ENGINE_CALLS.test(rest.join("/"))) {
    const path = `/${rest.map(encodeURIComponent).join("/")}${search}`;
    const ask = async () => respond(c, await proxyEngineCall(deps, owner.name, path, headersOf(c)));
    return byMethod(c, { GET: ask });
  }
  if (api !== "api" || workflows !== "workflows" || !version || subject === "") return noSuchCall();
  if (subject === "query" && call === "") {
    const query = async (pairs: [string, string][]) => respond(c, await answerQuery(deps, owner.name, workflow, pairs));
    return byMethod(c, {
      GET: () => query([...searchParams]),
      POST: async () => query(queryPairs(await jsonText(c, deps, "The query"))),
    });
  }
  if (!RUN_CALLS.has(call) && call !== "abort" && call !== "releaseHold") return noSuchCall();
  const run = subject === workflow ? newest : await knownRun(deps, owner.name, workflow, subject, call);
  return run instanceof Response ? run : runCall(deps, c, run, call, searchParams);
}

/** The run of that id, or Cromwell's words for an id that is none, or of no run of this workflow. */
async function knownRun(
  deps: HttpDeps,
  userName: string,
  workflow: string,
  subject: string,
  call: string,
): Promise<Run | Response> {
  const id = parseId(subject);
  if (id === undefined) throw new AweError("invalid_request", `Invalid workflow ID: '${subject.slice(0, 100)}'.`);
  const run = await deps.store.of(userName).resolve(workflow, id);
  if (run?.runId === id) return run;
  if (call === "abort") return respond(undefined, notInProgress(id));
  throw new AweError("not_found", `Unrecognized workflow ID: ${id}`);
}

async function runCall(
  deps: HttpDeps,
  c: Context<HttpEnv>,
  run: Run,
  call: string,
  query: URLSearchParams,
): Promise<Response> {
  if (call === "abort") return byMethod(c, { POST: async () => respond(c, await abort(deps, run)) });
  if (call === "releaseHold") return byMethod(c, { POST: async () => respond(c, await releaseHold(deps, run)) });
  const read = async () => respond(c, await answerRunCall(deps, run, call, query, headersOf(c)));
  if (call !== "labels") return byMethod(c, { GET: read });
  const patch = async () =>
    respond(c, await labelRun(deps, run, jsonObject(await jsonText(c, deps, "The labels"), "The labels")));
  return byMethod(c, { GET: read, PATCH: patch });
}

/** What an engine may see of a request: never who asks. */
function headersOf(c: Context): Record<string, string> {
  const encoding = c.req.header("accept-encoding");
  return encoding === undefined ? {} : { "accept-encoding": encoding };
}

function respond(c: Context | undefined, answer: CromwellAnswer): Response {
  const headers = { "content-type": "application/json", ...answer.headers };
  if (c?.req.method !== "HEAD") return new Response(answer.body, { status: answer.status, headers });
  // An unread answer would hold a connection to the engine.
  if (answer.body instanceof ReadableStream) void answer.body.cancel();
  return new Response(null, { status: answer.status, headers });
}

/** The body of a call that takes JSON only. */
async function jsonText(c: Context, deps: HttpDeps, what: string): Promise<string> {
  const limit: BodyLimit = { bytes: deps.limits.bodyBytes, setting: "AWE_MAX_BODY" };
  const type = c.req.header("content-type") ?? "";
  const text = textOf(await readBody(c, limit), what);
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new AweError(
      "unsupported_media_type",
      `The request's Content-Type ${type === "" ? "" : `[${type.slice(0, 100)}] `}is not supported. Expected:\napplication/json`,
    );
  }
  return text;
}

function queryPairs(text: string): [string, string][] {
  const parameters = jsonValue(text, "The query");
  const isPair = (item: unknown): item is Record<string, string> =>
    typeof item === "object" &&
    item !== null &&
    !Array.isArray(item) &&
    Object.values(item).every((value) => typeof value === "string");
  if (!Array.isArray(parameters) || !parameters.every(isPair)) {
    throw new AweError("invalid_request", "A query is a JSON array of objects with one key and a string each.");
  }
  return parameters.flatMap((item) => Object.entries(item));
}

/** Runs what the method asks for; 405 as Cromwell's HTTP server says it. */
function byMethod(
  c: Context,
  answers: Readonly<Record<string, () => Promise<Response>>>,
): Promise<Response> | Response {
  const answer = answers[methodOf(c)];
  if (answer) return answer();
  const allowed = Object.keys(answers).join(", ");
  return plain(405, `HTTP method not allowed, supported methods: ${allowed}`, { allow: allowed });
}

function noSuchCall(): Response {
  return plain(404, "The requested resource could not be found.");
}

function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=UTF-8", ...headers } });
}
