import { setImmediate } from "node:timers/promises";

/** Lets everything else that waits go first: between two pieces of work that keep the one event loop busy. */
export async function giveWay(): Promise<void> {
  await setImmediate();
}
