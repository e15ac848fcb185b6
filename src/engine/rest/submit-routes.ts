import type { Context } from "hono";

import type { Ids } from "../../ids.ts";
import type { Engine, Submission } from "../run/engine.ts";
import type { State } from "../state/state.ts";
import { ENGINE_VERSION } from "../version.ts";
import { json, refusal } from "./answers.ts";
import { readForm } from "./multipart.ts";
import type { Routes } from "./router.ts";
import { readSubmission } from "./submission.ts";

interface Deps {
  readonly state: State;
  readonly engine: Engine;
  readonly ids: Ids;
}

/** Submission of one workflow, and of several with one source. */
export function submitRoutes(deps: Deps): Routes {
  return {
    "/api/workflows/:version": { POST: (context) => submit(deps, context, false) },
    "/api/workflows/:version/batch": { POST: (context) => submit(deps, context, true) },
  };
}

async function submit({ state, engine, ids }: Deps, context: Context, isBatch: boolean): Promise<Response> {
  const read = readSubmission(await readForm(context.req), isBatch);
  if (read.kind === "refused") return refusal(400, "fail", read.message);
  const requested = read.submissions.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const duplicated = requested.filter((id, index) => requested.indexOf(id) !== index);
  if (duplicated.length > 0) {
    return refusal(400, "fail", `Requested workflow IDs are duplicated: ${[...new Set(duplicated)].join(", ")}`);
  }
  state.journal.flush();
  const used = requested.filter((id) => state.workflows.status(id) !== undefined);
  if (used.length > 0) return refusal(400, "fail", `Requested workflow IDs are already in use: ${used.join(", ")}`);
  const submissions: readonly Submission[] = read.submissions.map((submission) => ({
    ...submission,
    id: submission.id ?? ids.uuid(),
  }));
  engine.submit(submissions);
  const answers = submissions.map(({ id, onHold }) => ({ id, status: onHold ? "On Hold" : "Submitted" }));
  const answer = json(isBatch ? answers : answers[0], 201);
  for (const text of read.warnings) answer.headers.append("warning", `299 cromwell/${ENGINE_VERSION} "${text}"`);
  return answer;
}
