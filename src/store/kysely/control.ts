import type { SelectQueryBuilder } from "kysely";

import type { Phase, Run } from "#src/model/run.ts";
import type { ControlStore } from "#src/store/store.ts";

import type { Connections, Reader } from "./dialects/connections.ts";
import { holdLease, releaseLease, takeLease } from "./leases.ts";
import { RUN_COLUMNS, runOf } from "./run-rows.ts";
import { moveWithin } from "./runs-move.ts";
import type { RunRow, Tables } from "./tables.ts";

/** See `ControlStore.inPhase`. */
const MOST_RUNS = 1000;

/** The control loop's view. */
export function controlIn(connections: Connections): ControlStore {
  const { read, write } = connections;
  return {
    lease: (name, holder, now, until) => takeLease(connections, name, holder, now, until),
    release: (lease, holder) => releaseLease(connections, lease, holder),
    inPhase: (phases, limit, exceptUsers = []) => inPhase(read, phases, limit, exceptUsers),
    usersWith: (phases) => usersWith(read, phases),

    admit: (userName, runId, at, lease) =>
      write(
        async (writer) =>
          (await holdLease(writer, lease)) &&
          moveWithin(writer, userName, { runId, to: "starting", at, from: ["ready"] }),
      ),

    async forgetIdempotencyKeys(before) {
      await write((writer) =>
        writer.deleteFrom("idempotency_keys").where("created_at", "<", before.getTime()).execute(),
      );
    },
  };
}

/** The query behind `ControlStore.inPhase`. */
export function runsInPhase(read: Reader, phases: readonly Phase[]): SelectQueryBuilder<Tables, "runs", RunRow> {
  return read
    .selectFrom("runs")
    .select(RUN_COLUMNS)
    .where("phase", "in", phases)
    .orderBy("moved_at")
    .orderBy("run_id")
    .limit(MOST_RUNS);
}

/** The query behind `ControlStore.usersWith`. */
export function usersInPhase(
  read: Reader,
  phases: readonly Phase[],
): SelectQueryBuilder<Tables, "runs", { user_name: string }> {
  return read.selectFrom("runs").select("user_name").distinct().where("phase", "in", phases);
}

async function inPhase(
  read: Reader,
  phases: readonly Phase[],
  limit: number,
  exceptUsers: readonly string[],
): Promise<readonly Run[]> {
  if (phases.length === 0) return [];
  let query = runsInPhase(read, phases).limit(Math.min(limit, MOST_RUNS));
  if (exceptUsers.length > 0) query = query.where("user_name", "not in", exceptUsers);
  const rows = await query.execute();
  return rows.map(runOf);
}

async function usersWith(read: Reader, phases: readonly Phase[]): Promise<readonly string[]> {
  if (phases.length === 0) return [];
  const rows = await usersInPhase(read, phases).execute();
  return rows.map((row) => row.user_name);
}
