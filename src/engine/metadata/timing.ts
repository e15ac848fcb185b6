import { timingPage } from "../../cromwell/timing.ts";
import type { TimedCall } from "../../cromwell/timing.ts";
import type { WorkflowRecord } from "../state/records.ts";
import type { State } from "../state/state.ts";

/** Cromwell's `timing`: a page that shows when each call of a workflow, and of its sub-workflows, ran. */
export function timing(state: State, { id, name, status, ...times }: WorkflowRecord, now: Date): string {
  return timingPage({ id, name: name ?? null, status, ...span(times) }, callsOf(state, id, ""), now);
}

function* callsOf(state: State, workflowId: string, prefix: string): Iterable<TimedCall> {
  for (const { fqn, shard, attempt, status, subId, ...times } of state.calls.list(workflowId)) {
    const about = `${shard < 0 ? "" : `:${shard}`}${attempt === 1 ? "" : ` (attempt ${attempt})`}`;
    yield { title: `${prefix}${fqn}${about}`, status, ...span(times) };
    if (subId !== undefined) yield* callsOf(state, subId, `${prefix}${fqn} › `);
  }
}

function span({
  startedAt,
  endedAt,
}: {
  startedAt?: string;
  endedAt?: string;
}): Pick<TimedCall, "startedAt" | "endedAt"> {
  const date = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));
  return { startedAt: date(startedAt), endedAt: date(endedAt) };
}
