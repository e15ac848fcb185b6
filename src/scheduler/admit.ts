import type { Run } from "#src/model/run.ts";

/** What an admission decides on. */
export interface Snapshot {
  /** Runs that wait for their turn. */
  readonly ready: readonly Run[];
}

/** Which runs start now, in this order. */
export interface Decisions {
  readonly start: readonly Run[];
}

/**
 * Decides which waiting runs start: pure, no clock, no I/O, the same answer for the same snapshot.
 *
 * Inside a user a higher priority goes first, then the earlier submission, then the id; users take turns, so that
 * one with a thousand runs does not hold up another with one. The engine itself bounds what it runs at once.
 */
export function admit({ ready }: Snapshot): Decisions {
  return { start: inTurns(ready) };
}

/** Runs in the order in which they are served: users take turns, each with the run that is due first. */
export function inTurns(runs: readonly Run[]): readonly Run[] {
  const lines = [...Map.groupBy(runs.toSorted(inOrder), (run) => run.user).values()];
  const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
  return Array.from({ length: longest }, (_, turn) => lines.flatMap((line) => line[turn] ?? [])).flat();
}

/** Who goes first of one user's runs. */
export function inOrder(a: Run, b: Run): number {
  return b.priority - a.priority || a.submittedAt.getTime() - b.submittedAt.getTime() || (a.runId < b.runId ? -1 : 1);
}
