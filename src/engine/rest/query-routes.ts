import { readQuery } from "../../cromwell/query.ts";
import type { QueryPairs, Search } from "../../cromwell/query.ts";
import type { Found } from "../state/search.ts";
import { searchWorkflows } from "../state/search.ts";
import type { State } from "../state/state.ts";
import { json, refusal } from "./answers.ts";
import { malformed, readJson } from "./bodies.ts";
import type { Routes } from "./router.ts";

/** Cromwell's query, by address and by body. */
export function queryRoutes({ state }: { readonly state: State }): Routes {
  return {
    "/api/workflows/:version/query": {
      GET: (context) => answerQuery(state, [...new URL(context.req.url).searchParams]),
      POST: async (context) => answerQuery(state, readPairs(await readJson(context.req))),
    },
  };
}

function answerQuery(state: State, pairs: QueryPairs): Response {
  const query = readQuery(pairs);
  if (query.kind === "refused") return refusal(400, "fail", query.message);
  state.journal.flush();
  const { found, total } = searchWorkflows(state.database, onePage(query.search));
  const results = found.map((row) => ({
    ...summary(row),
    ...(query.withLabels ? { labels: state.workflows.labels(row.id) } : {}),
  }));
  return json({ results, totalResultsCount: total });
}

/** A page without a size is everything, as in Cromwell. */
function onePage({ page, ...search }: Search): Search {
  return search.pageSize === undefined || page === undefined ? search : { ...search, page };
}

function summary(row: Found): Record<string, unknown> {
  const isSub = row.parent_id !== null;
  return {
    end: row.ended_at ?? undefined,
    id: row.id,
    metadataArchiveStatus: "Unarchived",
    name: row.name ?? undefined,
    parentWorkflowId: row.parent_id ?? undefined,
    rootWorkflowId: isSub ? row.root_id : undefined,
    start: row.started_at ?? undefined,
    status: row.status,
    submission: row.submitted_at ?? undefined,
  };
}

/** The body is an array of objects with text values, usually of one key each. */
function readPairs(body: unknown): QueryPairs {
  if (!Array.isArray(body)) throw malformed(`Expected List as JsArray, but got ${JSON.stringify(body)}`);
  return (body as unknown[]).flatMap((item) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) {
      throw malformed(`Expected Map as JsObject, but got ${JSON.stringify(item)}`);
    }
    return Object.entries(item as Record<string, unknown>).map(([key, value]) => {
      if (typeof value !== "string") throw malformed(`Expected String as JsString, but got ${JSON.stringify(value)}`);
      return [key, value] as const;
    });
  });
}
