import { AweError } from "#src/errors.ts";
import type { EngineAddress, Fleet } from "#src/fleet/fleet.ts";

/**
 * Asks a user's engine if it is awake, and wakes none. `undefined` when it sleeps, is starting, or cannot answer: for
 * what AWE's own records can do without.
 */
export async function ifAwake<T>(
  fleet: Fleet,
  userName: string,
  ask: (at: EngineAddress) => Promise<T>,
): Promise<T | undefined> {
  const state = await fleet.state(userName);
  if (state.kind !== "ready") return undefined;
  try {
    return await ask(state.address);
  } catch (cause) {
    if (cause instanceof AweError) return undefined;
    throw cause;
  }
}
