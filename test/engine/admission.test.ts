import { expect, test } from "vitest";

import { Admission } from "../../src/engine/run/admission.ts";
import { Turns } from "../../src/engine/run/turns.ts";

const GB = 2 ** 30;
const never = new AbortController().signal;

/** Notes when a promise has resolved, and lets pending ones go on. */
async function settled<T>(promises: readonly Promise<T>[]): Promise<readonly boolean[]> {
  const done = promises.map(() => false);
  promises.forEach((promise, index) => void promise.then(() => (done[index] = true)));
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

test("admits while cores and memory are free, and the next when they are given back", async () => {
  const admission = new Admission({ cores: 2, memoryBytes: 4 * GB });
  const first = admission.take(1, 3 * GB, never);
  const tooMuchMemory = admission.take(1, 2 * GB, never);
  expect(await settled([first, tooMuchMemory])).toEqual([true, false]);
  const release = await first;
  release();
  release();
  expect(await settled([tooMuchMemory, admission.take(1, GB, never), admission.take(1, GB, never)])).toEqual([
    true,
    true,
    false,
  ]);
});

test("lets nobody overtake a large request, and lets one larger than the machine run alone", async () => {
  const admission = new Admission({ cores: 2, memoryBytes: GB });
  const small = await admission.take(1, 0, never);
  const huge = admission.take(64, 9000 * GB, never);
  const behind = admission.take(1, 0, never);
  expect(await settled([huge, behind])).toEqual([false, false]);
  small();
  expect(await settled([huge, behind])).toEqual([true, false]);
  (await huge)();
  expect(await settled([behind])).toEqual([true]);
});

test("lets those behind go on when who waits first gives up", async () => {
  const admission = new Admission({ cores: 1, memoryBytes: GB });
  const release = await admission.take(0.5, 0, never);
  const impatient = new AbortController();
  const first = admission.take(1, 0, impatient.signal);
  const second = admission.take(0.5, 0, never);
  expect(await settled([second])).toEqual([false]);
  impatient.abort();
  await expect(first).rejects.toThrow(/abort/);
  expect(await settled([second])).toEqual([true]);
  release();
});

test("counts what runs already without making it wait", async () => {
  const admission = new Admission({ cores: 2, memoryBytes: GB });
  const releases = [admission.hold(1, 0), admission.hold(64, 9000 * GB)];
  const next = admission.take(1, 0, never);
  expect(await settled([next])).toEqual([false]);
  releases[1]?.();
  expect(await settled([next, admission.take(1, 0, never)])).toEqual([true, false]);
});

test("lets runs take turns, however many one of them wants", async () => {
  const turns = new Turns(1);
  await turns.take("wide");
  const order: string[] = [];
  const wants = ["wide", "wide", "wide", "small", "other"].map(async (run, index) => {
    await turns.take(run);
    order.push(`${run}${index}`);
  });
  for (let ended = 0; ended < 5; ended++) {
    turns.end();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(wants);
  expect(order).toEqual(["wide0", "small3", "other4", "wide1", "wide2"]);
});
