import { describe, expect, test } from "vitest";

import { systemClock } from "#src/clock.ts";
import { openStore } from "#src/store/kysely/open.ts";

import { aRun, runId } from "./fixture-values.ts";
import { eachWithStore, submit } from "./fixture.ts";
import type { Database } from "./fixture.ts";
import { startRacers } from "./racers.ts";

/** How a database is opened. */
export function describeOpening(make: () => Promise<Database>): void {
  describe("opening", () => {
    const fixture = eachWithStore(make);

    test("finds again what was stored before", async () => {
      await submit(fixture.store);
      const again = await fixture.open();
      expect(await again.of("alice").find(runId(1))).toEqual(aRun());
    });

    test("makes the tables of an empty database once, when several processes open it at once", async () => {
      const { url, remove } = await make();
      const racers = startRacers(url, 4);
      try {
        // Each process opens the database on its way to being ready.
        await racers.ready();
      } finally {
        await racers.stop();
      }
      const store = await openStore(url, { clock: systemClock });
      expect(await submit(store)).toEqual({ kind: "accepted" });
      await store.close();
      await remove();
    });
  });
}
