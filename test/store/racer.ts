import { systemClock } from "#src/clock.ts";
import { openStore } from "#src/store/kysely/open.ts";
import type { Store } from "#src/store/store.ts";

import { aKey, aRun, runId } from "./fixture-values.ts";

/** What a racer can be told to do, in words that cross a process border. */
export type Task =
  /** Submits `count` workflows, each under the same name as the others do. */
  | { readonly kind: "names"; readonly racer: number; readonly count: number }
  /** Submits `count` workflows, each with the same key as the others do. */
  | { readonly kind: "keys"; readonly racer: number; readonly count: number }
  /** Moves the runs 1 to `count` on. */
  | { readonly kind: "moves"; readonly count: number }
  /** Labels run 1 with `count` labels of its own. */
  | { readonly kind: "labels"; readonly racer: number; readonly count: number }
  /** Takes the lease again and again, and admits the runs 1 to `count` under whatever lease it had last. */
  | { readonly kind: "admissions"; readonly racer: number; readonly count: number }
  /** Submits run after run and reports each one that was accepted, until it is killed. */
  | { readonly kind: "endless"; readonly racer: number };

const [, , url = ""] = process.argv;
const store = await openStore(url, { clock: systemClock });
process.on("message", (task: Task) => {
  run(store, task).then(
    (result) => process.send?.(result),
    (thrown: unknown) => {
      process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function run(store: Store, task: Task): Promise<unknown> {
  switch (task.kind) {
    case "names":
      return each(task.count, (n) => submit(store, `w${n}`, id(task.racer, n)));
    case "keys":
      return each(task.count, (n) => submit(store, `r${task.racer}-w${n}`, id(task.racer, n), `k${n}`));
    case "moves":
      return each(task.count, (n) => store.of("alice").move(runId(n), "preparing", new Date()));
    case "labels":
      return each(task.count, (n) => store.of("alice").label(runId(1), { [`r${task.racer}-${n}`]: "x", last: `${n}` }));
    case "admissions":
      return admissions(store, task.racer, task.count);
    case "endless":
      for (let n = 1; ; n++) {
        await submit(store, `r${task.racer}-w${n}`, id(task.racer, n));
        process.send?.(id(task.racer, n));
      }
  }
}

/** Leases of a millisecond change hands all the time. */
async function admissions(store: Store, racer: number, count: number): Promise<unknown> {
  const holder = `racer ${racer}`;
  const epochs: number[] = [];
  const admitted = await each(count, async (n) => {
    const now = new Date();
    const lease = await store.control.lease("admission", holder, now, new Date(now.getTime() + 1));
    if (lease) epochs.push(lease.epoch);
    return lease !== undefined && store.control.admit("alice", runId(n), now, lease);
  });
  return { epochs, admitted };
}

async function each<T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let n = 1; n <= count; n++) results.push(await work(n));
  return results;
}

function submit(store: Store, workflow: string, id: string, key?: string) {
  const run = aRun({ runId: id, workflow, labels: { of: workflow } });
  return store.of("alice").submit({ run, idempotency: key === undefined ? null : aKey({ key }) });
}

function id(racer: number, n: number): string {
  return runId(racer * 1_000_000 + n);
}
