import { spawn } from "node:child_process";
import { once } from "node:events";

import { expect, test } from "vitest";

import { endSession, sessionMembers } from "#src/engine/tasks/processes.ts";

test("asks a process to end that was begun while the others were being asked", async () => {
  const leader = spawn("bash", ["-c", "trap 'sleep 1000 & exit' TERM; sleep 1001 & echo ready; wait"], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(leader.stdout, "data");
  const begun = performance.now();
  expect(await endSession(leader.pid ?? 0, 30_000)).toBe(true);
  expect(performance.now() - begun).toBeLessThan(15_000);
  expect(sessionMembers(new Set([leader.pid ?? 0])).size).toBe(0);
});
