import { readQuery, type Label, type QueryPairs, type Search } from "#src/cromwell/query.ts";
import { cromwellStatus, PHASES, type Run } from "#src/model/run.ts";
import type { RunFilter, Store } from "#src/store/store.ts";
import type { CromwellAnswer } from "./cromwell-answers.ts";
import { shownLabels } from "./label.ts";

/** How many runs one read of the store brings. */
const PAGE = 500;

/** Answers Cromwell's `query` over the runs of one workflow of one user, from the store; the engine may sleep. */
export async function answerQuery(
  { store }: { readonly store: Store },
  userName: string,
  workflow: string,
  pairs: QueryPairs,
): Promise<CromwellAnswer> {
  const query = readQuery(pairs);
  if (query.kind === "refused")
    return { status: 400, body: JSON.stringify({ status: "fail", message: query.message }, null, 2) };
  const { search } = query;
  const runs = (await allRuns(store, userName, filterOf(workflow, search))).filter((run) => fits(run, search));
  if (!search.newestFirst) runs.reverse();
  const { page = 1, pageSize = runs.length } = search;
  const shown = runs.slice((page - 1) * pageSize, page * pageSize);
  return {
    status: 200,
    body: JSON.stringify({ results: shown.map((run) => row(run, query.withLabels)), totalResultsCount: runs.length }),
  };
}

async function allRuns(store: Store, userName: string, filter: RunFilter): Promise<Run[]> {
  const runs: Run[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.of(userName).list(filter, { size: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    runs.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return runs;
}

/** What the store can narrow down by itself. */
function filterOf(workflow: string, search: Search): RunFilter {
  const wanted = new Set(search.statuses);
  return {
    workflow,
    ...(wanted.size === 0 ? {} : { phases: PHASES.filter((phase) => wanted.has(cromwellStatus(phase))) }),
    ...(search.submittedFrom === undefined ? {} : { submittedFrom: new Date(search.submittedFrom) }),
  };
}

function fits(run: Run, search: Search): boolean {
  const labels = shownLabels(run);
  const has = ({ key, value }: Label) => labels[key] === value;
  return (
    (search.names.length === 0 || (run.wdlName !== null && search.names.includes(run.wdlName))) &&
    (search.ids.length === 0 || search.ids.includes(run.runId)) &&
    search.labelsAnd.every(has) &&
    (search.labelsOr.length === 0 || search.labelsOr.some(has)) &&
    (search.excludeAnd.length === 0 || !search.excludeAnd.every(has)) &&
    !search.excludeOr.some(has) &&
    (search.startedFrom === undefined || (run.startedAt !== null && run.startedAt >= new Date(search.startedFrom))) &&
    (search.endedUntil === undefined || (run.endedAt !== null && run.endedAt <= new Date(search.endedUntil)))
  );
}

/** Absent values are left out, never null; Go's clients cannot read an empty time. */
function row(run: Run, withLabels: boolean): object {
  return {
    ...(run.endedAt === null ? {} : { end: run.endedAt.toISOString() }),
    id: run.runId,
    ...(withLabels ? { labels: shownLabels(run) } : {}),
    metadataArchiveStatus: "Unarchived",
    ...(run.wdlName === null ? {} : { name: run.wdlName }),
    ...(run.startedAt === null ? {} : { start: run.startedAt.toISOString() }),
    status: cromwellStatus(run.phase),
    submission: run.submittedAt.toISOString(),
  };
}
