import { execFileSync } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { until } from "../fleet/processes.ts";
import { inlineForm, removeFolder, startGateway, stateFolder, type Gateway } from "../support/gateway.ts";
import { isRoot, lane } from "../support/require.ts";

const task = (command: string) => `version 1.0
task t { command <<< ${command} >>> output { String said = read_string(stdout()) } }
workflow hello { call t output { String said = t.said } }
`;

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway(await stateFolder(), { AWE_ISOLATION: "none", AWE_LOG: "info" });
});
afterAll(async () => {
  await gateway.stop();
  await removeFolder(gateway.dataFolder);
});

async function submit(user: string, workflow: string, command = "echo hello"): Promise<Response> {
  return gateway.as(user, `/${user}/${workflow}`, { method: "POST", body: inlineForm(task(command)) });
}

async function engineOf(user: string): Promise<{ state: string; reason?: string }> {
  return ((await (await gateway.as(user, "/awe/v1/me")).json()) as { engine: { state: string } }).engine;
}

async function phaseOf(user: string, workflow: string): Promise<string> {
  return ((await (await gateway.as(user, `/${user}/${workflow}`)).json()) as { phase: string }).phase;
}

/** The process of a user's newest engine. */
function enginePid(user: string): number {
  const lines = gateway
    .log()
    .split("\n")
    .filter((line) => line.includes('"engine.started"'));
  const started = lines.map((line) => JSON.parse(line) as { user: string; pid: number });
  return started.findLast((line) => line.user === user)?.pid ?? 0;
}

async function succeeds(user: string, workflow: string): Promise<void> {
  expect((await submit(user, workflow)).status).toBe(200);
  const { phase, failures } = await gateway.ended(user, workflow);
  expect({ phase, failures }).toEqual({ phase: "succeeded", failures: [] });
}

test("waits for records that another program has locked, while readers wait for nobody", async () => {
  await succeeds("dora", "before");
  const other = new DatabaseSync(join(gateway.dataFolder, "awe.sqlite"));
  other.exec("begin immediate");
  const accepted = submit("dora", "busy");
  let isAnswered = false;
  void accepted.then(() => (isAnswered = true));
  for (let look = 0; look < 10; look++) {
    expect(await phaseOf("dora", "before")).toBe("succeeded");
    await pause(100);
  }
  expect(isAnswered).toBe(false);
  other.exec("rollback");
  other.close();
  expect((await accepted).status).toBe(200);
  expect((await gateway.ended("dora", "busy")).phase).toBe("succeeded");
});

test("says why an engine ends again and again, takes aborts meanwhile, and goes on once it starts", async () => {
  const obstacle = join(gateway.dataFolder, "users", "erin", "engine.sqlite");
  await mkdir(obstacle, { recursive: true });
  for (const workflow of ["waits", "unwanted"]) expect((await submit("erin", workflow)).status).toBe(200);
  await until("the engine is broken", async () => (await engineOf("erin")).state === "broken");
  expect((await engineOf("erin")).reason).toMatch(/^exit code 1: awe engine: .*database/);
  const proxied = await gateway.as("erin", "/erin/waits/api/workflows/v1/backends");
  expect(proxied.status).toBe(503);
  expect(proxied.headers.get("retry-after")).toMatch(/^\d+$/);
  const aborted = await gateway.as("erin", "/erin/unwanted", { method: "DELETE" });
  expect([aborted.status, await aborted.json()]).toEqual([200, expect.objectContaining({ status: "Aborting" })]);
  await succeeds("fred", "meanwhile");
  await rm(obstacle, { recursive: true });
  expect((await gateway.ended("erin", "waits")).phase).toBe("succeeded");
  expect((await gateway.ended("erin", "unwanted")).phase).toBe("aborted");
});

test("answers 503 for an engine that hangs, serves others meanwhile, and goes on when it does", async () => {
  await succeeds("gina", "before");
  const pid = enginePid("gina");
  process.kill(pid, "SIGSTOP");
  try {
    expect((await submit("gina", "waits")).status).toBe(200);
    const proxied = gateway.as("gina", "/gina/before/api/workflows/v1/backends");
    await succeeds("hank", "meanwhile");
    const begin = performance.now();
    expect(["starting", "running"]).toContain(await phaseOf("gina", "waits"));
    expect(performance.now() - begin).toBeLessThan(8_000);
    expect((await proxied).status).toBe(503);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  expect((await gateway.ended("gina", "waits")).phase).toBe("succeeded");
});

describe.runIf(lane("root", isRoot()))("on a full disk", () => {
  /** A disk of its own in the place of a folder. */
  async function withDisk(folder: string, sizeKb: number, work: () => Promise<void>): Promise<void> {
    await mkdir(folder, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeKb}k,mode=700`, "tmpfs", folder]);
    try {
      await work();
    } finally {
      execFileSync("umount", ["--lazy", folder]);
    }
  }

  test("fails the task that filled it, with that reason, and runs the next one", async () => {
    await withDisk(join(gateway.dataFolder, "users/ivan/cromwell-executions"), 512, async () => {
      expect((await submit("ivan", "fills", "head -c 5000000 /dev/zero > big; echo $? ; exit 3")).status).toBe(200);
      const run = await gateway.ended("ivan", "fills");
      expect(run.phase).toBe("failed");
      expect(JSON.stringify(run.failures)).toMatch(/No space (is )?left/i);
      await succeeds("jane", "meanwhile");
      execFileSync("find", [join(gateway.dataFolder, "users/ivan"), "-name", "big", "-delete"]);
      await succeeds("ivan", "next");
    });
  });

  test("keeps others running when an engine cannot write its own records, and goes on when it can", async () => {
    const folder = join(gateway.dataFolder, "users/kate");
    await withDisk(folder, 2048, async () => {
      await succeeds("kate", "before");
      const filler = join(folder, "filler");
      execFileSync("sh", ["-c", 'head -c 9000000 /dev/zero > "$0" || true', filler], { stdio: "ignore" });
      expect((await submit("kate", "waits")).status).toBe(200);
      await succeeds("liam", "meanwhile");
      await rm(filler);
      const { phase, failures } = await gateway.ended("kate", "waits");
      expect(phase === "succeeded" || /space|full/i.test(JSON.stringify(failures)), JSON.stringify(failures)).toBe(
        true,
      );
      await succeeds("kate", "next");
    });
  });
});
