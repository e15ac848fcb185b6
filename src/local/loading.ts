import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";

import type { compose } from "./compose.ts";

/** Whoever has been waiting for the port to open connects and asks within this time. */
const FIRST_CALLERS_MS = 10;

/** What takes long to load, in pieces of some 20 to 50 ms. */
const PIECES: readonly (() => Promise<unknown>)[] = [
  () => import("#src/auth/authenticate.ts"),
  () => import("#src/wdl/load.ts"),
  () => import("#src/http/app.ts"),
  () => import("#src/store/kysely/dialects/sqlite.ts"),
  () => import("#src/store/kysely/open.ts"),
];

/**
 * Loads the composition piece by piece: Node does nothing else while it loads one, so a request that comes meanwhile
 * waits for a piece, not for the whole.
 */
export async function loadCompose(): Promise<typeof compose> {
  await delay(FIRST_CALLERS_MS);
  for (const load of PIECES) {
    await load();
    await turn();
  }
  return (await import("./compose.ts")).compose;
}
