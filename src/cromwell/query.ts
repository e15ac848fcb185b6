import { parseId } from "./ids.ts";
import { WORKFLOW_STATUSES, type WorkflowStatus } from "./statuses.ts";

/** A label as a key and its value. */
export interface Label {
  readonly key: string;
  readonly value: string;
}

/** What to look for. All that is given must hold; an empty list asks for nothing. */
export interface Search {
  /** Any of them. */
  readonly statuses: readonly WorkflowStatus[];
  readonly names: readonly string[];
  readonly ids: readonly string[];
  /** All of them. */
  readonly labelsAnd: readonly Label[];
  readonly labelsOr: readonly Label[];
  /** Without those that have all of them. */
  readonly excludeAnd: readonly Label[];
  /** Without those that have any of them. */
  readonly excludeOr: readonly Label[];
  /** Not before, as timestamps of the database. */
  readonly submittedFrom?: string;
  readonly startedFrom?: string;
  readonly endedUntil?: string;
  readonly includeSubs: boolean;
  readonly newestFirst: boolean;
  /** Counted from 1; only together with `pageSize`. */
  readonly page?: number;
  readonly pageSize?: number;
}

/** A query's keys and values in the order given; keys may repeat. */
export type QueryPairs = readonly (readonly [string, string])[];

/** A query that was understood, or what is wrong with it in Cromwell's words, one line each. */
export type ReadQuery =
  | { readonly kind: "search"; readonly search: Search; readonly withLabels: boolean; readonly page?: number }
  | { readonly kind: "refused"; readonly message: string };

/** Cromwell's names of the keys; callers may write them in any case. */
const KEYS = [
  "Status",
  "Name",
  "Id",
  "Label",
  "LabelOr",
  "ExcludeLabelAnd",
  "ExcludeLabelOr",
  "Submission",
  "StartDate",
  "EndDate",
  "Page",
  "PageSize",
  "IncludeSubworkflows",
  "NewestFirst",
  "AdditionalQueryResultFields",
  "MetadataArchiveStatus",
] as const;

type Key = (typeof KEYS)[number];

/** Keys that callers know under another name than messages do. */
const WRITTEN: Readonly<Record<string, Key>> = {
  start: "StartDate",
  end: "EndDate",
  ...Object.fromEntries(
    KEYS.filter((key) => key !== "StartDate" && key !== "EndDate").map((key) => [key.toLowerCase(), key]),
  ),
};

const SINGLE: readonly Key[] = [
  "Submission",
  "StartDate",
  "EndDate",
  "Page",
  "PageSize",
  "IncludeSubworkflows",
  "NewestFirst",
];

const SHOWN: Partial<Record<Key, string>> = { StartDate: "Start", EndDate: "End", PageSize: "Page Size" };

const RESULT_FIELDS = ["labels", "parentWorkflowId"];
const ARCHIVE_STATUSES = ["unarchived", "archived", "archivedanddeleted", "archivefailed"];

/** Reads a query with Cromwell's rules; all mistakes are told at once. */
export function readQuery(pairs: QueryPairs): ReadQuery {
  const given = new Map<Key, string[]>();
  const unknown: string[] = [];
  for (const [name, value] of pairs) {
    const written = name.toLowerCase();
    const key = Object.hasOwn(WRITTEN, written) ? WRITTEN[written] : undefined;
    if (key) given.set(key, [...(given.get(key) ?? []), value]);
    else unknown.push(name);
  }
  const errors: string[] = [];
  if (unknown.length > 0) errors.push(`Unrecognized query keys: ${[...new Set(unknown)].join(", ")}`);
  for (const key of SINGLE) {
    const count = given.get(key)?.length ?? 0;
    if (count > 1) errors.push(`Found ${count} values for key '${SHOWN[key] ?? key}' but at most one is allowed.`);
  }
  const values = (key: Key): readonly string[] => given.get(key) ?? [];
  const search = readSearch(values, errors);
  const fields = values("AdditionalQueryResultFields");
  const otherFields = fields.filter((field) => !RESULT_FIELDS.includes(field));
  if (otherFields.length > 0) {
    errors.push(
      `Keys should be from List(${RESULT_FIELDS.join(", ")}). Unrecognized values: ${otherFields.join(", ")}`,
    );
  }
  if (errors.length > 0) return { kind: "refused", message: errors.join("\n") };
  return { kind: "search", search, withLabels: fields.includes("labels") };
}

function readSearch(values: (key: Key) => readonly string[], errors: string[]): Search {
  const pages = readPages(values, errors);
  const dates = readDates(values, errors);
  return {
    statuses: readStatuses(values("Status"), errors),
    names: matching(
      values("Name"),
      /^[a-zA-Z][a-zA-Z0-9_]*$/,
      "Name values do not match allowed workflow naming pattern",
      errors,
    ),
    ids: readIds(values("Id"), errors),
    labelsAnd: readLabels(values("Label"), errors),
    labelsOr: readLabels(values("LabelOr"), errors),
    excludeAnd: readLabels(values("ExcludeLabelAnd"), errors),
    excludeOr: readLabels(values("ExcludeLabelOr"), errors),
    includeSubs: readBoolean(values("IncludeSubworkflows")[0], true, "include subworkflows", errors),
    newestFirst: readBoolean(values("NewestFirst")[0], true, "newest first", errors),
    ...dates,
    ...pages,
    ...noneArchived(values("MetadataArchiveStatus"), errors),
  };
}

function readStatuses(given: readonly string[], errors: string[]): readonly WorkflowStatus[] {
  const statuses: WorkflowStatus[] = [];
  const unknown: string[] = [];
  for (const text of given) {
    const status = WORKFLOW_STATUSES.find((status) => status.toLowerCase() === text.toLowerCase());
    if (status) statuses.push(status);
    else unknown.push(text);
  }
  if (unknown.length > 0) errors.push(`Unrecognized status values: ${unknown.join(", ")}`);
  return statuses;
}

function readIds(given: readonly string[], errors: string[]): readonly string[] {
  return given.flatMap((text) => {
    const id = parseId(text);
    if (id !== undefined) return [id];
    errors.push(`Id values do match allowed workflow id pattern: invalid Id value: '${text}'`);
    return [];
  });
}

function readLabels(given: readonly string[], errors: string[]): readonly Label[] {
  const message = "Label values do not match allowed pattern label-key:label-value";
  return matching(given, /^[^:]+:.*$/s, message, errors).map((text) => {
    const colon = text.indexOf(":");
    return { key: text.slice(0, colon), value: text.slice(colon + 1) };
  });
}

function matching(given: readonly string[], pattern: RegExp, message: string, errors: string[]): readonly string[] {
  const wrong = given.filter((text) => !pattern.test(text));
  if (wrong.length > 0) errors.push(`${message}: ${wrong.join(", ")}`);
  return given.filter((text) => pattern.test(text));
}

function readPages(values: (key: Key) => readonly string[], errors: string[]): { page?: number; pageSize?: number } {
  const pages: { page?: number; pageSize?: number } = {};
  for (const [key, property, words] of [
    ["Page", "page", "page"],
    ["PageSize", "pageSize", "page size"],
  ] as const) {
    const text = values(key)[0];
    if (text === undefined) continue;
    if (!/^[+-]?\d{1,10}$/.test(text)) errors.push(`Value given for ${words} does not parse as a integer: ${text}`);
    else if (Number(text) <= 0) errors.push("Integer value not greater than 0");
    else pages[property] = Number(text);
  }
  return pages;
}

/** An offset is mandatory, seconds are not; as in Java's `OffsetDateTime`. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d(:?\d\d)?)?)$/i;

function readDates(
  values: (key: Key) => readonly string[],
  errors: string[],
): { submittedFrom?: string; startedFrom?: string; endedUntil?: string } {
  const dates: { submittedFrom?: string; startedFrom?: string; endedUntil?: string } = {};
  for (const [key, property, words] of [
    ["Submission", "submittedFrom", "submission"],
    ["StartDate", "startedFrom", "start"],
    ["EndDate", "endedUntil", "end"],
  ] as const) {
    const text = values(key)[0];
    if (text === undefined) continue;
    const date = DATE_TIME.test(text) ? new Date(text) : new Date(Number.NaN);
    if (Number.isNaN(date.getTime())) {
      errors.push(`Value given for ${words} date does not parse as a datetime: ${text}`);
    } else dates[property] = date.toISOString();
  }
  const { startedFrom, endedUntil } = dates;
  if (startedFrom !== undefined && endedUntil !== undefined && startedFrom > endedUntil) {
    const given = `start: ${values("StartDate")[0]}, end: ${values("EndDate")[0]}`;
    errors.push(`Specified start date is after specified end date: ${given}`);
  }
  return dates;
}

function readBoolean(text: string | undefined, fallback: boolean, words: string, errors: string[]): boolean {
  if (text === undefined) return fallback;
  const word = text.toLowerCase();
  if (word !== "true" && word !== "false") {
    errors.push(`Value given for ${words} does not parse as a boolean: ${text}`);
  }
  return word === "true";
}

/** Nothing is ever archived here: a search for archived metadata finds nothing. */
function noneArchived(given: readonly string[], errors: string[]): { ids?: readonly string[] } {
  const unknown = given.filter((text) => !ARCHIVE_STATUSES.includes(text.toLowerCase()));
  if (unknown.length > 0) errors.push(`Unrecognized metadata archive status values: ${unknown.join(", ")}`);
  const finds = given.length === 0 || given.some((text) => text.toLowerCase() === "unarchived");
  return finds ? {} : { ids: [""] };
}
