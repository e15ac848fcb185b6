import { setTimeout as pause } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { removeFolder, stateFolder } from "../support/gateway.ts";
import { hasMariaDb, startMariaDb, type MariaDb } from "../support/mariadb.ts";
import { lane } from "../support/require.ts";
import { COUNTED, COUNTING_OUTPUTS, seeded } from "./counting.ts";
import { World, type Victim } from "./world.ts";

const VICTIMS: readonly Victim[] = ["gateway", "engine", "both"];

describe.runIf(lane("mariadb", hasMariaDb()))("with its records in MariaDB", () => {
  let server: MariaDb;
  beforeAll(async () => {
    server = await startMariaDb();
  });
  afterAll(async () => {
    await server.stop();
  });

  test.for([1, 2, 3])("loses no accepted run and runs no task twice after kill -9 (seed %i)", async (seed) => {
    const random = seeded(seed);
    const url = await server.newDatabase();
    const world = new World(await stateFolder(), "alice", { AWE_ISOLATION: "none", AWE_DATABASE_URL: url });
    try {
      await world.start();
      const submissions = ["first", "second"].map((workflow) => world.submit(workflow));
      await world.reached("accepted");
      await pause(random() * 600);
      await world.kill(VICTIMS[seed % VICTIMS.length] ?? "both");
      await Promise.all(submissions);
      for (const { workflow, counter } of world.accepted) {
        const { phase, failures, outputs } = await world.gateway.ended("alice", workflow);
        expect({ phase, failures, outputs }).toEqual({ phase: "succeeded", failures: [], outputs: COUNTING_OUTPUTS });
        expect(await world.counted(`${counter}.begun`)).toEqual(COUNTED);
      }
      expect(await world.runIds()).toEqual(world.accepted.map(({ id }) => id).toSorted());
    } catch (failed) {
      throw new Error(`seed ${seed}: ${String(failed)}\n${world.gateway.log()}`, { cause: failed });
    } finally {
      await world.gateway.stop();
      await removeFolder(world.dataFolder);
    }
  });
});
