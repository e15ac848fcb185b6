import type { Context } from "hono";

import { AweError } from "#src/errors.ts";
import { isWorkflowName } from "#src/model/user.ts";
import { isTerminal, type Run } from "#src/model/run.ts";
import type { Idempotency } from "#src/store/store.ts";
import { notFound, ownerFor } from "#src/users/authorize.ts";
import { abort } from "#src/workflows/abort.ts";
import { viewOfRun } from "#src/workflows/look.ts";
import { runView } from "#src/workflows/run-view.ts";
import { submit } from "#src/workflows/submit.ts";
import { hashFields, readBody, readFields, type Fields } from "../body.ts";
import type { HttpDeps, HttpEnv } from "../deps.ts";
import { BINARY_PARTS, parseSubmission } from "../submission.ts";

/** How long `?wait=check` waits for the findings of a source that is fetched (design: *Checked when*). */
const WAIT_MS = 20_000;
const LOOK_MS = 50;

/** `POST /<user>/<workflow>`: starts a run. */
export async function postWorkflow(
  deps: HttpDeps,
  c: Context<HttpEnv>,
  userName: string,
  workflow: string,
): Promise<Response> {
  const owner = await ownerFor(deps.authorize, c.get("principal"), userName);
  if (!isWorkflowName(workflow)) {
    throw new AweError(
      "invalid_request",
      `${JSON.stringify(workflow.slice(0, 120))} cannot be a workflow's name: it begins with a letter or digit, holds only letters, digits, dots, dashes and underscores, has 100 characters at most, and is neither api nor engine.`,
    );
  }
  const bytes = await readBody(c, { bytes: deps.limits.bodyBytes, setting: "AWE_MAX_BODY" });
  const fields = readFields(c.req.header("content-type") ?? "", bytes, BINARY_PARTS);
  const accepted = await submit(
    deps,
    owner,
    workflow,
    parseSubmission(fields),
    idempotencyOf(c, fields, `/${owner.name}/${workflow}`),
  );
  if (c.req.query("wait") === "check") {
    const run = await untilChecked(deps, owner.name, accepted.id);
    if (run?.phase === "failed" && run.closureKey === null) throw refusedSource(run);
    if (run) return c.json(runView(run, [], null));
  }
  return c.json(accepted);
}

/** `GET /<user>/<workflow>`: the newest run. */
export async function getWorkflow(
  deps: HttpDeps,
  c: Context<HttpEnv>,
  userName: string,
  workflow: string,
): Promise<Response> {
  const run = await newestRun(deps, c, userName, workflow);
  return c.json(await viewOfRun(deps, run));
}

/** `DELETE /<user>/<workflow>`: aborts the newest run, answering as Cromwell does. */
export async function deleteWorkflow(
  deps: HttpDeps,
  c: Context<HttpEnv>,
  userName: string,
  workflow: string,
): Promise<Response> {
  const answer = await abort(deps, await newestRun(deps, c, userName, workflow));
  return new Response(answer.body, { status: answer.status, headers: { "content-type": "application/json" } });
}

async function newestRun(deps: HttpDeps, c: Context<HttpEnv>, userName: string, workflow: string): Promise<Run> {
  const owner = await ownerFor(deps.authorize, c.get("principal"), userName);
  const run = isWorkflowName(workflow) ? await deps.store.of(owner.name).newest(workflow) : undefined;
  if (!run) throw notFound();
  return run;
}

function idempotencyOf(c: Context, fields: Fields, path: string): Idempotency | null {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return null;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new AweError("invalid_request", "An Idempotency-Key has 1 to 255 visible ASCII characters.");
  }
  return { key, method: c.req.method, path, bodyHash: hashFields(fields) };
}

/** The run once it has left its preparation, or as it is after 20 s. */
async function untilChecked(deps: HttpDeps, userName: string, runId: string): Promise<Run | undefined> {
  const deadline = deps.clock.now().getTime() + WAIT_MS;
  for (;;) {
    const run = await deps.store.of(userName).find(runId);
    const waiting = run?.phase === "scheduled" || run?.phase === "preparing";
    if (!run || !waiting || isTerminal(run.phase) || deps.clock.now().getTime() > deadline) return run;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function refusedSource(run: Run): AweError {
  const findings = run.failures
    .flatMap((failure) => failure.causedBy)
    .map(({ causedBy: _causes, ...finding }) => finding);
  return new AweError(
    "invalid_source",
    findings.map(({ message }) => message).join("\n") || "The source could not be prepared.",
    { findings },
  );
}
