import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { fleetFixture, type FleetFixture, type MakeProgram } from "../fleet/fixture.ts";
import { environmentOf, isAlive, openFiles, until } from "../fleet/processes.ts";

/** What a fleet promises, whatever program its engines are: the specification of `src/fleet/fleet.ts`. */
export function describeFleet(name: string, makeProgram: MakeProgram): void {
  describe(`the fleet of ${name}`, () => {
    let fixture: FleetFixture;
    beforeEach(async () => {
      fixture = await fleetFixture(makeProgram);
    });
    afterEach(async () => {
      await fixture.remove();
    });
    const pid = () => fixture.started().at(-1) ?? 0;
    const crash = async (): Promise<void> => {
      const crashes = fixture.logged("engine.crashed").length;
      process.kill(pid(), "SIGKILL");
      await until("the crash is seen", () => fixture.logged("engine.crashed").length > crashes);
    };

    test("says of a user without an engine that it is asleep, and puts it to sleep again without an error", async () => {
      expect(await fixture.fleet.state("alice")).toEqual({ kind: "asleep" });
      await fixture.fleet.sleep("alice");
      expect(fixture.fleet.awake()).toEqual([]);
    });

    test("wakes one engine for all who ask at once, and says where it answers", async () => {
      const places = await Promise.all([1, 2, 3].map(() => fixture.fleet.wake("alice")));
      expect(fixture.started()).toHaveLength(1);
      expect(places[1]).toEqual(places[0]);
      expect(await fixture.fleet.wake("alice")).toEqual(places[0]);
      expect(await fixture.fleet.state("alice")).toEqual({ kind: "ready", address: places[0] });
      expect(fixture.fleet.awake()).toEqual(["alice"]);
      expect(places[0] && (await fixture.answers(places[0]))).toBe(true);
    });

    test("ends an engine that is put to sleep, and starts another for who asks meanwhile", async () => {
      const first = await fixture.fleet.wake("alice");
      const [, ...places] = await Promise.all([
        fixture.fleet.sleep("alice"),
        fixture.fleet.wake("alice"),
        fixture.fleet.wake("alice"),
      ]);
      expect(fixture.started()).toHaveLength(2);
      expect(isAlive(fixture.started()[0] ?? 0)).toBe(false);
      expect(places[1]).toEqual(places[0]);
      expect(places[0]).not.toEqual(first);
      expect(fixture.logged("engine.crashed")).toEqual([]);
    });

    test("backs off after a crash, says why, and then recovers", async () => {
      await fixture.fleet.wake("alice");
      await crash();
      const retryAt = new Date(fixture.now().getTime() + 250);
      expect(await fixture.fleet.state("alice")).toEqual({ kind: "broken", reason: "signal SIGKILL", retryAt });
      await expect(fixture.fleet.wake("alice")).rejects.toMatchObject({
        code: "engine_unavailable",
        message: expect.stringContaining("signal SIGKILL") as string,
      });
      expect(fixture.started()).toHaveLength(1);
      fixture.later(251);
      expect(await fixture.fleet.state("alice")).toEqual({ kind: "asleep" });
      await fixture.fleet.wake("alice");
      await crash();
      expect(fixture.logged("engine.crashed").map(({ retryInMs }) => retryInMs)).toEqual([250, 500]);
      fixture.later(501);
      await fixture.fleet.wake("alice");
      // It has lived for long now, so this is no crash in a row.
      fixture.later(61_000);
      await crash();
      expect(fixture.logged("engine.crashed").map(({ retryInMs }) => retryInMs)).toEqual([250, 500, 250]);
    });

    test("shows an engine a listed environment and nothing of what the gateway has open", async () => {
      await fixture.fleet.wake("alice");
      const environment = environmentOf(pid());
      expect(Object.values(environment).join()).not.toContain("secret");
      expect(environment).toMatchObject({ USER: "alice", HOME: `${fixture.usersFolder}/alice`, LANG: "C.UTF-8" });
      const own = openFiles(process.pid).filter((file) => /^(pipe|socket):|^\/(?!dev\/)/.test(file));
      expect(openFiles(pid()).filter((file) => own.includes(file))).toEqual([]);
    });

    test("keeps the engines of users apart, and ends all of them when it closes", async () => {
      const places = await Promise.all(["alice", "bob"].map((user) => fixture.fleet.wake(user)));
      expect(places[0]).not.toEqual(places[1]);
      expect(fixture.fleet.awake().toSorted()).toEqual(["alice", "bob"]);
      await fixture.fleet.close();
      expect(fixture.started().filter(isAlive)).toEqual([]);
      expect(fixture.fleet.awake()).toEqual([]);
    });
  });
}
