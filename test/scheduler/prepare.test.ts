import { afterEach, beforeEach, expect, test } from "vitest";

import { AweError } from "#src/errors.ts";
import type { Run } from "#src/model/run.ts";
import { prepare, type PrepareDeps } from "#src/scheduler/prepare.ts";
import { CLOSURE, makeWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  await world.remove();
});

const packed = Uint8Array.of(1, 2, 3);
const freezing = (freezeRun: PrepareDeps["freezeRun"]): PrepareDeps => ({ ...world, freezeRun });
const frozen = async () => ({ closure: CLOSURE, commit: "c0ffee", packed });
const found = (run: Run) => world.store.of("alice").find(run.runId);

test.each(["scheduled", "preparing"] as const)("brings a run that is %s to ready with its closure", async (phase) => {
  const run = await world.run(phase, { closureKey: null, labels: { from: "request", own: "1" } });
  await prepare(freezing(frozen), run);
  expect(await found(run)).toMatchObject({
    phase: "ready",
    closureKey: `closures/${CLOSURE.hash}`,
    wdlName: "hello",
    source: { commit: "c0ffee" },
    labels: { from: "request", own: "1" },
  });
  expect(world.kept.get(`alice/closures/${CLOSURE.hash}`)).toEqual(packed);
});

test("ends a run whose source has faults, with every finding and its place", async () => {
  const run = await world.run("scheduled");
  const findings = [{ message: "no such task", file: "main.wdl", line: 3, column: 8 }, { message: "another" }];
  const freezeRun = async () => {
    throw new AweError("invalid_source", "two faults", { findings });
  };
  await prepare(freezing(freezeRun), run);
  expect(await found(run)).toMatchObject({
    phase: "failed",
    failures: [{ message: "Workflow input processing failed", causedBy: findings }],
  });
});

test("tells nobody of what broke inside of AWE, but that it did", async () => {
  const run = await world.run("scheduled");
  const freezeRun = async () => {
    throw new Error("secret path /root/x");
  };
  await prepare(freezing(freezeRun), run);
  const failures = JSON.stringify((await found(run))?.failures);
  expect(failures).toContain("AWE itself failed");
  expect(failures).not.toContain("secret");
});

test("leaves a run where it is while AWE's records are busy or its disk is full, and prepares it again", async () => {
  const run = await world.run("scheduled");
  const busy = async () => {
    throw new AweError("timeout", "AWE's records are locked");
  };
  await expect(prepare(freezing(busy), run)).rejects.toMatchObject({ code: "timeout" });
  const full = async () => {
    throw new Error("no space left on device");
  };
  const deps = freezing(frozen);
  await expect(
    prepare({ ...deps, objects: { ...deps.objects, put: full } }, { ...run, phase: "preparing" }),
  ).rejects.toThrow("no space");
  expect((await found(run))?.phase).toBe("preparing");
  await prepare(deps, { ...run, phase: "preparing" });
  expect((await found(run))?.phase).toBe("ready");
});

test("leaves a run alone that was aborted while it was being prepared", async () => {
  const run = await world.run("scheduled");
  const freezeRun = async () => {
    await world.store.of("alice").move(run.runId, "aborted", world.clock.now());
    return frozen();
  };
  await prepare(freezing(freezeRun), run);
  expect((await found(run))?.phase).toBe("aborted");
  const held = await world.run("held");
  await prepare(freezing(frozen), { ...held, phase: "scheduled" });
  expect((await found(held))?.phase).toBe("held");
});
