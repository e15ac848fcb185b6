import { promisify } from "node:util";
import { gzip } from "node:zlib";

import type { Context } from "hono";

import type { Clock } from "../../clock.ts";
import { parseId } from "../../cromwell/ids.ts";
import { parseFlag } from "../../cromwell/metadata-keys.ts";
import { timing } from "../metadata/timing.ts";
import { callLogs, failedJobs, metadataText, workflowOutputs } from "../metadata/workflow.ts";
import type { State } from "../state/state.ts";
import { json, jsonText, plain, refusal } from "./answers.ts";
import { malformed, readJson } from "./bodies.ts";
import { invalidId, ofWorkflow, unknownId } from "./known-workflow.ts";
import { labelErrors } from "./labels.ts";
import type { Answer, Routes } from "./router.ts";

const compress = promisify(gzip);

/** What can be asked about one workflow. */
export function workflowRoutes({ state, clock }: { readonly state: State; readonly clock: Clock }): Routes {
  const base = "/api/workflows/:version/:id";
  const get = (answer: Parameters<typeof ofWorkflow>[1]): { GET: Answer } => ({ GET: ofWorkflow(state, answer) });
  return {
    [`${base}/status`]: { GET: (context) => status(state, context) },
    [`${base}/outputs`]: get((record) => json({ outputs: workflowOutputs(record), id: record.id })),
    [`${base}/logs`]: get((record) => json(callLogs(state, record))),
    [`${base}/metadata`]: ofWorkflow(state, async (record, context) => {
      const query = new URL(context.req.url).searchParams;
      const expand = parseFlag(query.get("expandSubWorkflows") ?? "false");
      if (expand === undefined) {
        const value = query.get("expandSubWorkflows") ?? "";
        const reason = `'${value}' is not a valid Boolean value`;
        return plain(400, `The query parameter 'expandSubWorkflows' was malformed:\n${reason}`);
      }
      const filter = { include: query.getAll("includeKey"), exclude: query.getAll("excludeKey") };
      return await packed(context, metadataText(state, record, { filter, expand }));
    }),
    [`${base}/metadata/failed-jobs`]: ofWorkflow(
      state,
      async (record, context) => await packed(context, JSON.stringify(failedJobs(state, record))),
    ),
    [`${base}/labels`]: {
      ...get((record) => json({ id: record.id, labels: state.workflows.labels(record.id) })),
      PATCH: (context) => patchLabels(state, context),
    },
    [`${base}/cost`]: get(({ id, status }) => json({ id, status, currency: "USD", cost: 0, errors: [] })),
    [`${base}/timing`]: ofWorkflow(
      state,
      (record) =>
        new Response(timing(state, record, clock.now()), {
          headers: { "content-type": "text/html; charset=UTF-8" },
        }),
    ),
  };
}

/** The call that clients make most; it reads two columns of one row. */
function status(state: State, context: Context): Response {
  const text = context.req.param("id") ?? "";
  const id = parseId(text);
  if (id === undefined) return invalidId(text);
  state.journal.flush();
  const found = state.workflows.status(id);
  return found ? json({ status: found.status, id }) : unknownId(id);
}

async function patchLabels(state: State, context: Context): Promise<Response> {
  const text = context.req.param("id") ?? "";
  const body = await readJson(context.req);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw malformed(`Expected Map as JsObject, but got ${JSON.stringify(body)}`);
  }
  const entries = Object.entries(body as Record<string, unknown>).map(([key, value]) => {
    if (typeof value !== "string") throw malformed(`Expected String as JsString, but got ${JSON.stringify(value)}`);
    return [key, value] as const;
  });
  const errors = entries.flatMap(([key, value]) => labelErrors(key, value));
  if (errors.length > 0) return refusal(400, "fail", errors.join(", "));
  const id = parseId(text);
  // Cromwell has no case for it here, so it comes out as something that broke.
  if (id === undefined) return refusal(500, "error", `Invalid workflow ID: '${text}'.`);
  state.journal.flush();
  if (!state.workflows.status(id)) return unknownId(id);
  state.journal.durably(() => state.workflows.saveLabels(id, Object.fromEntries(entries)));
  return json({ id, labels: state.workflows.labels(id) });
}

async function packed(context: Context, text: string): Promise<Response> {
  if (!/\bgzip\b/i.test(context.req.header("accept-encoding") ?? "")) return jsonText(text);
  return new Response(new Uint8Array(await compress(text)), {
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
  });
}
