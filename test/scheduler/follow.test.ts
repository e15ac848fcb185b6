import { afterEach, beforeEach, expect, test } from "vitest";

import { AweError } from "#src/errors.ts";
import { followUser } from "#src/scheduler/follow.ts";
import { makeWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  await world.remove();
});

const look = () => followUser(world, "alice");
const asked = (what: string) => world.engines.asked.filter((each) => each === what).length;

test("hands over what is starting once, and follows it with one query for all runs and look", async () => {
  const runs = await Promise.all(Array.from({ length: 50 }, () => world.run("starting")));
  expect(await look()).toBe(false);
  expect([asked("submit"), asked("statuses")]).toEqual([50, 1]);
  for (const run of runs) world.engines.has.set(run.runId, "Running");
  expect(await look()).toBe(true);
  expect(await look()).toBe(false);
  expect(world.engines.asked).toEqual([...Array.from({ length: 50 }, () => "submit"), ...Array(3).fill("statuses")]);
  expect(await Promise.all(runs.map(world.phaseOf))).toEqual(runs.map(() => "running"));
});

test("takes a repeated hand-over after a crash for done", async () => {
  const run = await world.run("starting");
  world.engines.has.set(run.runId, "Running");
  expect(await look()).toBe(true);
  expect(await world.phaseOf(run)).toBe("running");
});

test("fails a run that its engine refuses, with the engine's reason", async () => {
  const run = await world.run("starting");
  world.engines.refusal = "no such backend";
  await look();
  const { phase, failures } = (await world.store.of("alice").find(run.runId)) ?? {};
  expect({ phase, message: failures?.[0]?.causedBy[0]?.message }).toEqual({
    phase: "failed",
    message: "no such backend",
  });
});

test("hands a run over again that its engine does not know after two minutes and two looks", async () => {
  const run = await world.run("running");
  await look();
  world.later(119_000);
  await look();
  expect(asked("submit")).toBe(0);
  world.later(1_000);
  await look();
  expect(asked("submit")).toBe(1);
  expect(world.engines.has.has(run.runId)).toBe(true);
  expect(await world.phaseOf(run)).toBe("running");
});

test("does not count two minutes without a second look, nor an old miss once the run was seen", async () => {
  const run = await world.run("running");
  world.later(500_000);
  await look();
  expect(asked("submit")).toBe(0);
  world.engines.has.set(run.runId, "Running");
  await look();
  world.engines.has.delete(run.runId);
  world.later(130_000);
  await look();
  await look();
  expect(asked("submit")).toBe(0);
});

test("aborts a run that its engine never had once it could have heard of it", async () => {
  const run = await world.run("aborting");
  await look();
  await look();
  expect(await world.phaseOf(run)).toBe("aborting");
  world.later(11_000);
  expect(await look()).toBe(true);
  expect(await world.phaseOf(run)).toBe("aborted");
});

test("fails a run that was lost by its engine before it could be archived, and says so", async () => {
  const run = await world.run("publishing");
  await look();
  world.later(121_000);
  await look();
  expect(await world.store.of("alice").find(run.runId)).toMatchObject({
    phase: "failed",
    failures: [{ message: expect.stringContaining("lost its records") as string }],
  });
});

test("goes on with a user's other runs when one cannot be archived", async () => {
  const bad = await world.run("running");
  const good = await world.run("running");
  for (const { runId } of [bad, good]) world.engines.has.set(runId, "Succeeded");
  const put = world.objects.put.bind(world.objects);
  const deps = {
    ...world,
    objects: {
      ...world.objects,
      put: async (user: string, key: string, bytes: Uint8Array) => {
        if (key.includes(bad.runId)) throw new Error("no space left on device");
        return put(user, key, bytes);
      },
    },
  };
  await followUser(deps, "alice");
  expect([await world.phaseOf(bad), await world.phaseOf(good)]).toEqual(["publishing", "succeeded"]);
  await look();
  expect(await world.phaseOf(bad)).toBe("succeeded");
});

test("ends an engine that is silent three times in a row, and gives the next one twice as long", async () => {
  await world.run("running");
  const silences = async (times: number) => {
    world.engines.silent = true;
    for (let n = 0; n < times; n++) await expect(look()).rejects.toMatchObject({ code: "engine_unavailable" });
  };
  await silences(2);
  expect(world.slept).toEqual([]);
  await silences(1);
  expect(world.slept).toEqual(["alice"]);
  await silences(5);
  expect(world.slept).toEqual(["alice"]);
  await silences(1);
  expect(world.slept).toEqual(["alice", "alice"]);
  world.engines.silent = false;
  await look();
  await silences(2);
  expect(world.slept).toEqual(["alice", "alice"]);
});

test("hands over a user's other runs when an engine answers one with an error", async () => {
  const submit = world.engines.submit.bind(world.engines);
  const bad = await world.run("starting");
  const good = await world.run("starting");
  world.engines.submit = async (at, handOver) => {
    if (handOver.runId === bad.runId) throw new AweError("engine_failed", "the engine answered a hand-over with 500");
    return submit(at, handOver);
  };
  await look();
  expect(world.engines.has.has(good.runId)).toBe(true);
  expect(await world.phaseOf(bad)).toBe("starting");
  expect(world.slept).toEqual([]);
});

test("looks at every run of a user who has more than one query can hold", async () => {
  const runs = [];
  for (let n = 0; n < 510; n++) runs.push(await world.run("running"));
  for (const { runId } of runs) world.engines.has.set(runId, "Running");
  await look();
  expect(asked("statuses")).toBe(2);
  expect(world.memory.missed.size).toBe(0);
});
