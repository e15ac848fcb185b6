import { execFileSync } from "node:child_process";
import { stat } from "node:fs/promises";
import { afterEach, describe, expect, test } from "vitest";

import type { ProgramOf } from "#src/fleet/program.ts";
import { describeFleet } from "../contract/fleet.contract.ts";
import { isRoot, lane } from "../support/require.ts";
import { cromwellJar, embedded, fleetFixture, type FleetFixture, type MakeProgram } from "./fixture.ts";
import { accountOfProcess, until } from "./processes.ts";

describeFleet("the embedded engine", embedded);
describeFleet("Cromwell's jar", cromwellJar);

let fixture: FleetFixture | undefined;

afterEach(async () => {
  await fixture?.remove();
  fixture = undefined;
});

/** A program that is nothing but a line of shell. */
const shell =
  (script: string): MakeProgram =>
  async () =>
    (async (_user, account, folder) => ({
      command: "/bin/sh",
      args: ["-c", script],
      env: {},
      firstLine: "",
      address: { kind: "socket", path: `${folder}/none.sock`, key: null },
      account,
    })) satisfies ProgramOf;

test("waits longer after each crash in a row, a minute at most", async () => {
  fixture = await fleetFixture(shell("exit 7"));
  const { fleet, logged, later } = fixture;
  for (let crash = 0; crash < 10; crash++) {
    await expect(fleet.wake("alice")).rejects.toMatchObject({
      code: "engine_unavailable",
      message: expect.stringContaining("exit code 7") as string,
    });
    await until("the crash is counted", () => logged("engine.crashed").length === crash + 1);
    expect(await fleet.state("alice")).toMatchObject({ kind: "broken", reason: "exit code 7" });
    later(60_001);
  }
  const waits = [250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000];
  expect(logged("engine.crashed").map(({ retryInMs }) => retryInMs)).toEqual(waits);
});

test("ends an engine that does not answer in time, and says so", async () => {
  fixture = await fleetFixture(shell("exec sleep 60"), { wakeTimeoutMs: 100 });
  const { fleet, logged } = fixture;
  await expect(fleet.wake("alice")).rejects.toMatchObject({
    message: "the engine of alice was ended: it did not answer within 0.1 s",
  });
  await until("it is gone", () => logged("engine.crashed").length === 1);
  expect(await fleet.state("alice")).toMatchObject({ kind: "broken", reason: "it did not answer within 0.1 s" });
});

test("says so when the program is not there", async () => {
  fixture = await fleetFixture(async () => async (_user, account, folder) => ({
    command: `${folder}/no-such-program`,
    args: [],
    env: {},
    firstLine: "",
    address: { kind: "socket", path: `${folder}/none.sock`, key: null },
    account,
  }));
  await expect(fixture.fleet.wake("alice")).rejects.toMatchObject({
    code: "engine_unavailable",
    message: expect.stringContaining("exit code 127") as string,
  });
});

test("gives the embedded engine a socket of mode 600 and refuses who does not know its key", async () => {
  fixture = await fleetFixture(embedded);
  const { fleet, answers } = fixture;
  const at = await fleet.wake("alice");
  if (at.kind !== "socket" || at.key === null) throw new Error("the embedded engine has no socket with a key");
  expect((await stat(at.path)).mode & 0o777).toBe(0o600);
  expect(await answers({ ...at, key: "another" })).toBe(false);
  expect(await answers({ ...at, key: null })).toBe(false);
  expect(await answers(at)).toBe(true);
});

describe.runIf(lane("root", isRoot()))("as root", () => {
  const numeric = { uid: 70_321, gid: 70_321, name: null };

  test.each([
    ["the embedded engine", embedded],
    ["Cromwell's jar", cromwellJar],
  ])("runs %s under the user's UID and GID without any group of root's", async (_name, program) => {
    fixture = await fleetFixture(program, { account: numeric });
    await fixture.fleet.wake("alice");
    const { uid, gid, groups } = accountOfProcess(fixture.started()[0] ?? 0);
    expect({ uid, gid }).toEqual({ uid: numeric.uid, gid: numeric.gid });
    expect(groups.filter((group) => group !== gid)).toEqual([]);
  });

  test.each([
    ["the embedded engine", embedded],
    ["Cromwell's jar", cromwellJar],
  ])("brings along the groups of an account of the system for %s", async (_name, program) => {
    const named = { uid: id("-u", "backup"), gid: id("-g", "backup"), name: "backup" };
    fixture = await fleetFixture(program, { account: named });
    await fixture.fleet.wake("backup");
    const { uid, gid, groups } = accountOfProcess(fixture.started()[0] ?? 0);
    expect({ uid, gid }).toEqual({ uid: named.uid, gid: named.gid });
    const expected = execFileSync("id", ["-G", "backup"]).toString().trim().split(" ").map(Number);
    expect(new Set([gid, ...groups])).toEqual(new Set(expected));
  });
});

function id(option: string, account: string): number {
  return Number(execFileSync("id", [option, account]).toString());
}
