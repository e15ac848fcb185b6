import type { Context } from "hono";

import { AweError } from "#src/errors.ts";
import type { Run } from "#src/model/run.ts";
import type { Page } from "#src/store/store.ts";
import { notFound, ownerFor } from "#src/users/authorize.ts";
import { openLog, openOutput } from "#src/workflows/bytes.ts";
import { viewOfRun } from "#src/workflows/look.ts";
import { runSummary } from "#src/workflows/run-view.ts";
import { bytesAnswer } from "../bytes-answer.ts";
import type { HttpDeps, HttpEnv } from "../deps.ts";
import { parseListing } from "../listing.ts";

/** A run's id as AWE writes it. */
const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `GET /awe/v1/runs`: the caller's runs, newest first; an administrator may name another user or `*`. */
export async function listRuns(deps: HttpDeps, c: Context<HttpEnv>): Promise<Response> {
  const principal = c.get("principal");
  const { filter, page, user } = parseListing(c.req.queries());
  let found: Page<Run>;
  if (user === "*" && principal.admin) found = await deps.store.listAllRuns(filter, page);
  else {
    const owner = user === undefined ? principal.userName : (await ownerFor(deps.authorize, principal, user)).name;
    found = await deps.store.of(owner).list(filter, page);
  }
  return c.json({ items: found.items.map(runSummary), ...(found.next === undefined ? {} : { next: found.next }) });
}

/** `GET /awe/v1/runs/{id}`. */
export async function getRun(deps: HttpDeps, c: Context<HttpEnv>, runId: string): Promise<Response> {
  const run = await ownRun(deps, c, runId);
  return c.json(await viewOfRun(deps, run));
}

/** `GET /awe/v1/runs/{id}/calls/{key}/logs/{stdout|stderr}`, with ranges. */
export async function getLog(
  deps: HttpDeps,
  c: Context<HttpEnv>,
  runId: string,
  callKey: string,
  stream: string,
): Promise<Response> {
  if (stream !== "stdout" && stream !== "stderr")
    throw new AweError("not_found", "A call has two logs: stdout and stderr.");
  const run = await ownRun(deps, c, runId);
  return bytesAnswer(deps, c, "text", (range) => openLog(deps, run, callKey, stream, range));
}

/** `GET /awe/v1/runs/{id}/outputs/{name}`, with ranges. */
export async function getOutput(deps: HttpDeps, c: Context<HttpEnv>, runId: string, name: string): Promise<Response> {
  const run = await ownRun(deps, c, runId);
  return bytesAnswer(deps, c, "binary", (range) => openOutput(deps, run, name, range));
}

/** The caller's own run, or for an administrator anybody's; the same answer for another's and for none. */
async function ownRun(deps: HttpDeps, c: Context<HttpEnv>, runId: string): Promise<Run> {
  const known = RUN_ID.test(runId);
  const own = known ? await deps.store.of(c.get("principal").userName).find(runId) : undefined;
  const run = own ?? (known && c.get("principal").admin ? await deps.store.findAnyRun(runId) : undefined);
  if (!run) throw notFound();
  return run;
}
