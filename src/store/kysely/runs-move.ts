import { isTerminal, mayMoveTo } from "#src/model/run.ts";
import type { Phase } from "#src/model/run.ts";
import type { RunPatch } from "#src/store/store.ts";

import { replaceCalls } from "./calls.ts";
import type { Connections, Writer } from "./dialects/connections.ts";
import { mergeLabels } from "./labels.ts";
import type { RunRow } from "./tables.ts";

/** A move that somebody wants. */
export interface Move {
  readonly runId: string;
  readonly to: Phase;
  readonly at: Date;
  readonly patch?: RunPatch;
  readonly from?: readonly Phase[];
}

/** See `UserStore.move`. */
export function move({ write }: Connections, userName: string, wanted: Move): Promise<boolean> {
  return write((writer) => moveWithin(writer, userName, wanted));
}

/** The same inside a transaction. */
export async function moveWithin(writer: Writer, userName: string, wanted: Move): Promise<boolean> {
  const { runId, to, at, patch = {}, from } = wanted;
  const allowed = mayMoveTo(to).filter((phase) => from === undefined || from.includes(phase));
  if (allowed.length === 0) return false;
  const moved = await writer
    .updateTable("runs")
    .set(changes(to, at, patch))
    .where("run_id", "=", runId)
    .where("user_name", "=", userName)
    .where("phase", "in", allowed)
    .executeTakeFirst();
  if (moved.numUpdatedRows === 0n) return false;
  if (patch.labels) await mergeLabels(writer, userName, runId, patch.labels);
  if (patch.calls) await replaceCalls(writer, runId, patch.calls);
  if (isTerminal(to)) await freeName(writer, userName, runId);
  return true;
}

function changes(to: Phase, at: Date, patch: RunPatch): Partial<RunRow> {
  const startedAt = patch.startedAt ?? (to === "running" ? at : undefined);
  return {
    phase: to,
    moved_at: at.getTime(),
    ...(startedAt && { started_at: startedAt.getTime() }),
    ...(isTerminal(to) && { ended_at: at.getTime() }),
    ...(patch.source && { source: JSON.stringify(patch.source) }),
    ...(patch.closureKey !== undefined && { closure_key: patch.closureKey }),
    ...(patch.wdlName !== undefined && { wdl_name: patch.wdlName }),
    ...(patch.outputs !== undefined && { outputs: patch.outputs && JSON.stringify(patch.outputs) }),
    ...(patch.failures && { failures: JSON.stringify(patch.failures) }),
  };
}

async function freeName(writer: Writer, userName: string, runId: string): Promise<void> {
  const workflow = writer.selectFrom("runs").select("workflow").where("run_id", "=", runId);
  await writer
    .updateTable("workflows")
    .set({ active_run_id: null })
    .where("user_name", "=", userName)
    .where("name", "=", workflow)
    .where("active_run_id", "=", runId)
    .execute();
}
