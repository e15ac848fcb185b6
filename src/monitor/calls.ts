import type { Call, Failure, JsonObject } from "#src/model/run.ts";

/** The part of a metadata answer's call that AWE reads (Cromwell's REST API, metadata, call level). */
interface CallMetadata {
  readonly executionStatus?: string;
  readonly shardIndex?: number;
  readonly attempt?: number;
  readonly returnCode?: number;
  readonly start?: string;
  readonly end?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly subWorkflowMetadata?: { readonly calls?: CallTable };
}

type CallTable = Readonly<Record<string, readonly CallMetadata[]>>;

/**
 * All calls of a metadata answer with expanded sub-workflows, in the order of their starts.
 *
 * A sub-workflow's own entry comes before the calls inside of it; their keys begin with its key.
 */
export function callsOf(metadata: JsonObject): Call[] {
  const calls = flatten((metadata["calls"] ?? {}) as CallTable, "");
  const at = (call: Call) => call.startedAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
  return calls.toSorted((a, b) => at(a) - at(b));
}

function flatten(table: CallTable, prefix: string): Call[] {
  return Object.entries(table).flatMap(([name, attempts]) =>
    attempts.flatMap((call) => {
      const shard = call.shardIndex ?? -1;
      const attempt = call.attempt ?? 1;
      const key =
        prefix +
        name.slice(name.indexOf(".") + 1) +
        (shard >= 0 ? `-${shard}` : "") +
        (attempt > 1 ? `~${attempt}` : "");
      const one: Call = {
        key,
        name,
        shard,
        attempt,
        status: call.executionStatus ?? "NotStarted",
        returnCode: call.returnCode ?? null,
        startedAt: call.start === undefined ? null : new Date(call.start),
        endedAt: call.end === undefined ? null : new Date(call.end),
        stdout: call.stdout ?? null,
        stderr: call.stderr ?? null,
      };
      return [one, ...flatten(call.subWorkflowMetadata?.calls ?? {}, `${key}.`)];
    }),
  );
}

/** The failure tree of a metadata answer; empty where it has none. */
export function failuresOf(metadata: JsonObject): readonly Failure[] {
  return (metadata["failures"] ?? []) as unknown as readonly Failure[];
}
