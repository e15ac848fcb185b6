import type { SelectQueryBuilder } from "kysely";

import { AweError } from "#src/errors.ts";
import type { Run } from "#src/model/run.ts";
import type { Page, PageRequest, RunFilter } from "#src/store/store.ts";

import type { Cursors, Position } from "./cursor.ts";
import type { Reader } from "./dialects/connections.ts";
import { RUN_COLUMNS, runOf } from "./run-rows.ts";
import type { RunRow, Tables } from "./tables.ts";

/** See `PageRequest.size`. */
const LARGEST_PAGE = 500;

/** The owner of an administrator's cursors: no user's name, see USER_NAME. */
const EVERYBODY = "*";

type Runs = SelectQueryBuilder<Tables, "runs", object>;

/**
 * Runs newest first: those of `userName`, or of everybody for `null`.
 *
 * A cursor is a place in the order and not a number of items, so that runs which come or go meanwhile neither repeat
 * nor hide others.
 */
export async function listRuns(
  { read, cursors }: { readonly read: Reader; readonly cursors: Cursors },
  userName: string | null,
  filter: RunFilter,
  { size, cursor }: PageRequest,
): Promise<Page<Run>> {
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_PAGE) {
    throw new AweError("invalid_request", `a page has 1 to ${LARGEST_PAGE} items, not ${size}`);
  }
  const owner = userName ?? EVERYBODY;
  const position = cursor === undefined ? undefined : cursors.read(owner, cursor);
  // One more than the page has tells whether there is a next one.
  const rows = await runsFrom(read, userName, filter, position)
    .limit(size + 1)
    .execute();
  const items = rows.slice(0, size).map(runOf);
  const last = items.at(-1);
  if (rows.length <= size || !last) return { items };
  return { items, next: cursors.write(owner, { submittedAt: last.submittedAt.getTime(), runId: last.runId }) };
}

/** The query behind `listRuns`; walks an index in the order of the list, and sorts nothing. */
export function runsFrom(
  read: Reader,
  userName: string | null,
  filter: RunFilter,
  position: Position | undefined,
): SelectQueryBuilder<Tables, "runs", RunRow> {
  const runs = narrow(read.selectFrom("runs"), userName, filter);
  return (position ? after(runs, position) : runs)
    .select(RUN_COLUMNS)
    .orderBy("runs.submitted_at", "desc")
    .orderBy("runs.run_id", "desc");
}

/** Written so that both databases walk the index from the place on; MariaDB does not do that for pairs. */
function after(runs: Runs, { submittedAt, runId }: Position): Runs {
  return runs
    .where("runs.submitted_at", "<=", submittedAt)
    .where((eb) => eb.or([eb("runs.submitted_at", "<", submittedAt), eb("runs.run_id", "<", runId)]));
}

function narrow(all: Runs, userName: string | null, filter: RunFilter): Runs {
  const { phases, workflow, ensemble, labels = [], submittedFrom, submittedTo } = filter;
  let runs = all;
  if (userName !== null) runs = runs.where("runs.user_name", "=", userName);
  if (workflow !== undefined) runs = runs.where("runs.workflow", "=", workflow);
  if (ensemble !== undefined) runs = runs.where("runs.ensemble", "=", ensemble);
  if (submittedFrom) runs = runs.where("runs.submitted_at", ">=", submittedFrom.getTime());
  if (submittedTo) runs = runs.where("runs.submitted_at", "<=", submittedTo.getTime());
  // No phase at all matches no run; SQL has no empty list.
  if (phases) runs = phases.length > 0 ? runs.where("runs.phase", "in", phases) : runs.where("runs.run_id", "=", "");
  for (const label of labels) runs = withLabel(runs, userName, label);
  return runs;
}

function withLabel(runs: Runs, userName: string | null, { key, value }: { key: string; value?: string }): Runs {
  return runs.where((eb) => {
    let labelled = eb.selectFrom("run_labels").select("run_labels.run_id").where("label_key", "=", key);
    if (userName !== null) labelled = labelled.where("run_labels.user_name", "=", userName);
    if (value !== undefined) labelled = labelled.where("label_value", "=", value);
    return eb("runs.run_id", "in", labelled);
  });
}
