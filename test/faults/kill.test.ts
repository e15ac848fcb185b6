import { setTimeout as pause } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import { isRoot } from "../support/require.ts";
import { removeFolder, stateFolder } from "../support/gateway.ts";
import { COUNTED, COUNTING_OUTPUTS, seeded } from "./counting.ts";
import { World, type Moment, type Victim } from "./world.ts";

/** `AWE_SEED=17` repeats one. */
const SEEDS =
  process.env["AWE_SEED"] === undefined
    ? Array.from({ length: 54 }, (_, index) => index + 1)
    : [Number(process.env["AWE_SEED"])];
const VICTIMS: readonly Victim[] = ["gateway", "engine", "both"];
const MOMENTS: readonly Moment[] = ["any", "accepted", "engine started", "handed over", "counted", "ended"];

describe.concurrent("kill -9 at random moments", () => {
  test.for(SEEDS)("loses no accepted run and runs no task twice (seed %i)", { timeout: 120_000 }, async (seed) => {
    const random = seeded(seed);
    const world = new World(await stateFolder(), "alice", { AWE_ISOLATION: isRoot() ? "account" : "none" });
    try {
      await world.start();
      const submissions = ["first", "second", "third"].map(async (workflow) => {
        await pause(random() * 1000);
        await world.submit(workflow);
      });
      for (let kills = 0; kills < 2; kills++) {
        // The moment is what the test is about, so this waits for time and not for a condition.
        await world.reached(MOMENTS[Math.floor(random() * MOMENTS.length)] ?? "any");
        await pause(random() * 300);
        await world.kill(VICTIMS[Math.floor(random() * VICTIMS.length)] ?? "both");
      }
      await Promise.all(submissions);
      for (const { workflow, counter } of world.accepted) {
        const { phase, failures, outputs } = await world.gateway.ended("alice", workflow);
        expect({ phase, failures, outputs }).toEqual({
          phase: "succeeded",
          failures: [],
          outputs: COUNTING_OUTPUTS,
        });
        expect(await world.counted(counter)).toEqual(COUNTED);
        // Nobody kills tasks here, so none has a reason to be begun again.
        expect(await world.counted(`${counter}.begun`)).toEqual(COUNTED);
      }
      const ids = world.accepted.map(({ id }) => id).toSorted();
      expect(await world.runIds()).toEqual(ids);
      expect(await world.folders()).toEqual(ids);
    } catch (failed) {
      throw new Error(`seed ${seed}: ${String(failed)}\n${world.gateway.url}\n${world.gateway.log()}`, {
        cause: failed,
      });
    } finally {
      await world.gateway.stop();
      await removeFolder(world.dataFolder);
    }
  });
});
