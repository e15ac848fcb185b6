import type { DatabaseSync, SQLInputValue } from "node:sqlite";

import type { Label, Search } from "../../cromwell/query.ts";

/** A workflow as a listing shows it. */
export interface Found {
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  readonly submitted_at: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly parent_id: string | null;
  readonly root_id: string;
}

const HAS_LABEL = "exists (select 1 from labels where workflow_id = workflows.id and key = ? and value = ?)";

/** Finds workflows; `total` counts all that fit, whatever the page. */
export function searchWorkflows(
  database: DatabaseSync,
  search: Search,
): { readonly found: readonly Found[]; readonly total: number } {
  const { where, values } = conditions(search);
  const total = database.prepare(`select count(*) as n from workflows where ${where}`).get(...values) as { n: number };
  const order = search.newestFirst ? "desc" : "asc";
  const limit = search.pageSize ?? -1;
  const offset = search.pageSize === undefined ? 0 : ((search.page ?? 1) - 1) * search.pageSize;
  const found = database
    .prepare(
      `select id, name, status, submitted_at, started_at, ended_at, parent_id, root_id
       from workflows where ${where} order by seq ${order} limit ? offset ?`,
    )
    .all(...values, limit, offset) as unknown as Found[];
  return { found, total: total.n };
}

function conditions(search: Search): { where: string; values: SQLInputValue[] } {
  const parts = ["1 = 1"];
  const values: SQLInputValue[] = [];
  const add = (condition: string, ...more: SQLInputValue[]): void => {
    parts.push(condition);
    values.push(...more);
  };
  const oneOf = (column: string, wanted: readonly string[]): void => {
    if (wanted.length > 0) add(`${column} in (${wanted.map(() => "?").join()})`, ...wanted);
  };
  const labels = (wanted: readonly Label[], joint: "and" | "or", not = ""): void => {
    if (wanted.length === 0) return;
    add(
      `${not} (${wanted.map(() => HAS_LABEL).join(` ${joint} `)})`,
      ...wanted.flatMap(({ key, value }) => [key, value]),
    );
  };
  oneOf("status", search.statuses);
  oneOf("name", search.names);
  oneOf("id", search.ids);
  labels(search.labelsAnd, "and");
  labels(search.labelsOr, "or");
  labels(search.excludeAnd, "and", "not");
  labels(search.excludeOr, "or", "not");
  if (search.submittedFrom !== undefined) add("submitted_at >= ?", search.submittedFrom);
  if (search.startedFrom !== undefined) add("started_at >= ?", search.startedFrom);
  if (search.endedUntil !== undefined) add("ended_at <= ?", search.endedUntil);
  if (!search.includeSubs) add("parent_id is null");
  return { where: parts.join(" and "), values };
}
