import type { Clock } from "#src/clock.ts";
import { parseFlag, pickKeys, wantsCalls, type KeyFilter } from "#src/cromwell/metadata-keys.ts";
import { timingPage } from "#src/cromwell/timing.ts";
import { AweError } from "#src/errors.ts";
import type { EngineAddress, Fleet } from "#src/fleet/fleet.ts";
import { cromwellStatus, isTerminal, type JsonObject, type Phase, type Run } from "#src/model/run.ts";
import { archivedMetadata } from "#src/monitor/archive.ts";
import { callsOf } from "#src/monitor/calls.ts";
import type { SharedReads } from "#src/monitor/shared-reads.ts";
import type { Objects } from "#src/objects/objects.ts";
import { shownLabels } from "./label.ts";

/** What answering Cromwell's calls depends on. */
export interface AnswerDeps {
  readonly objects: Objects;
  readonly fleet: Fleet;
  readonly reads: SharedReads;
  readonly clock: Clock;
}

/** An answer in Cromwell's form; JSON unless the headers say otherwise. */
export interface CromwellAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
}

/** Calls about one workflow that only read. */
export const RUN_CALLS: ReadonlySet<string> = new Set([
  "status",
  "outputs",
  "logs",
  "metadata",
  "metadata/failed-jobs",
  "labels",
  "timing",
  "cost",
]);

/** In these phases the engine knows more than the store; and of a success that was too large to be archived, always. */
const ASKED_OF_ENGINE: ReadonlySet<Phase> = new Set(["running", "failing", "aborting", "publishing"]);

/** What only the engine knows is waited for so long (design: *When the engine sleeps*). */
const WAKE_MS = 20_000;

/**
 * Answers a reading call about one run as Cromwell would: status and labels from the store, an ended run from its
 * archive, a run that no engine knows yet from the store, and all else from the engine, byte for byte.
 */
export async function answerRunCall(
  deps: AnswerDeps,
  run: Run,
  call: string,
  query: URLSearchParams,
  headers: Readonly<Record<string, string>>,
): Promise<CromwellAnswer> {
  if (call === "status") return json({ status: cromwellStatus(run.phase), id: run.runId });
  if (call === "labels") return json({ id: run.runId, labels: shownLabels(run) });
  const ours = call in OWN_ANSWERS && !ASKED_OF_ENGINE.has(run.phase);
  const kept = ours && isTerminal(run.phase) ? await archivedMetadata(deps.objects, run) : undefined;
  if (!ours || (run.phase === "succeeded" && !kept)) {
    const search = query.size === 0 ? "" : `?${query.toString()}`;
    return proxyEngineCall(deps, run.user, `/api/workflows/v1/${run.runId}/${call}${search}`, headers);
  }
  const metadata = { ...(kept ?? metadataOf(run)), labels: shownLabels(run) };
  return OWN_ANSWERS[call as keyof typeof OWN_ANSWERS](run, metadata, query, deps.clock.now());
}

/** Passes a reading call to the user's engine, waking it. The caller's `Authorization` never gets there. */
export async function proxyEngineCall(
  { fleet, reads }: AnswerDeps,
  userName: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<CromwellAnswer> {
  return reads(await wakeInTime(fleet, userName), path, headers);
}

async function wakeInTime(fleet: Fleet, userName: string): Promise<EngineAddress> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new AweError("engine_unavailable", "Your engine is still waking up; ask again in a moment.")),
    WAKE_MS,
  );
  try {
    return await Promise.race([fleet.wake(userName), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What is answered from metadata that AWE has itself. */
const OWN_ANSWERS = {
  outputs: (run: Run, metadata: JsonObject) => json({ outputs: metadata["outputs"] ?? {}, id: run.runId }),
  logs: (run: Run, metadata: JsonObject) => json(logs(run, metadata)),
  metadata: (_run: Run, metadata: JsonObject, query: URLSearchParams) => narrowed(metadata, query),
  timing: (run: Run, metadata: JsonObject, _query: URLSearchParams, now: Date) => timing(run, metadata, now),
} as const;

function json(body: unknown): CromwellAnswer {
  return { status: 200, body: JSON.stringify(body) };
}

/** Metadata of a run that no engine has seen: what Cromwell would tell of a workflow that has only been submitted. */
function metadataOf(run: Run): JsonObject {
  return {
    ...(run.wdlName === null ? {} : { workflowName: run.wdlName }),
    id: run.runId,
    status: cromwellStatus(run.phase),
    submission: run.submittedAt.toISOString(),
    ...(run.startedAt === null ? {} : { start: run.startedAt.toISOString() }),
    ...(run.endedAt === null ? {} : { end: run.endedAt.toISOString() }),
    inputs: {},
    outputs: {},
    calls: {},
    ...(run.failures.length === 0 ? {} : { failures: run.failures as unknown as JsonObject[] }),
  };
}

type CallTable = Readonly<Record<string, readonly JsonObject[]>>;

function narrowed(metadata: JsonObject, query: URLSearchParams): CromwellAnswer {
  const flag = query.get("expandSubWorkflows") ?? "false";
  const expand = parseFlag(flag);
  if (expand === undefined) {
    return {
      status: 400,
      headers: { "content-type": "text/plain; charset=UTF-8" },
      body: `The query parameter 'expandSubWorkflows' was malformed:\n'${flag}' is not a valid Boolean value`,
    };
  }
  return json(narrow(metadata, { include: query.getAll("includeKey"), exclude: query.getAll("excludeKey") }, expand));
}

/** The wanted keys of archived metadata, whose sub-workflows are expanded. */
function narrow({ calls = {}, ...workflow }: JsonObject, filter: KeyFilter, expand: boolean): object {
  const head = pickKeys(workflow, filter);
  const table = wantsCalls(filter) ? narrowCalls(calls as CallTable, filter, expand) : {};
  if (head === undefined && Object.keys(table).length === 0 && filter.include.length > 0) return {};
  return { ...head, id: workflow["id"], calls: table };
}

function narrowCalls(calls: CallTable, filter: KeyFilter, expand: boolean): Record<string, unknown[]> {
  const table: Record<string, unknown[]> = {};
  for (const [name, attempts] of Object.entries(calls)) {
    const kept = attempts.flatMap((call) => {
      const { subWorkflowMetadata: sub, ...rest } = call;
      const flat = sub === undefined ? rest : { ...rest, subWorkflowId: (sub as JsonObject)["id"] };
      const picked = pickKeys(flat, filter) as Record<string, unknown> | undefined;
      const inner = expand && sub !== undefined ? narrow(sub as JsonObject, filter, expand) : undefined;
      if (picked === undefined && inner === undefined) return [];
      const { subWorkflowId, ...own } = picked ?? {};
      const about = inner ? { subWorkflowMetadata: inner } : subWorkflowId === undefined ? {} : { subWorkflowId };
      return [{ ...own, ...about, shardIndex: call["shardIndex"], attempt: call["attempt"] }];
    });
    if (kept.length > 0) table[name] = kept;
  }
  return table;
}

function logs(run: Run, { calls = {} }: JsonObject): object {
  const entries = Object.entries(calls as CallTable).flatMap(([name, attempts]) => {
    const written = attempts
      .filter((call) => call["stdout"] !== undefined)
      .map(({ stderr, stdout, attempt, shardIndex, backendLogs }) => ({
        stderr,
        stdout,
        attempt,
        shardIndex,
        backendLogs,
      }));
    return written.length === 0 ? [] : [[name, written] as const];
  });
  return entries.length === 0 ? { id: run.runId } : { calls: Object.fromEntries(entries), id: run.runId };
}

function timing(run: Run, metadata: JsonObject, now: Date): CromwellAnswer {
  const calls = callsOf(metadata).map((call) => ({ ...call, title: call.key }));
  const workflow = { ...run, id: run.runId, name: run.wdlName, status: cromwellStatus(run.phase) };
  return {
    status: 200,
    headers: { "content-type": "text/html; charset=UTF-8" },
    body: timingPage(workflow, calls, now),
  };
}
