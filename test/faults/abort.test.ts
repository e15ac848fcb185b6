import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { until } from "../fleet/processes.ts";
import { inlineForm, removeFolder, startGateway, stateFolder, type Gateway } from "../support/gateway.ts";
import { seeded } from "./counting.ts";

const task = (command: string) => `version 1.0
task t { command <<< ${command} >>> output { String said = read_string(stdout()) } }
workflow hello { call t output { String said = t.said } }
`;

let gateway: Gateway;
/** Takes connections and never says a word. */
let silentHost: Server;
let port: number;

beforeAll(async () => {
  silentHost = createServer(() => {}).listen(0, "127.0.0.1");
  await once(silentHost, "listening");
  port = (silentHost.address() as { port: number }).port;
  gateway = await startGateway(await stateFolder(), { AWE_ISOLATION: "none", AWE_SOURCE_ALLOW: "127.0.0.1" });
});
afterAll(async () => {
  await gateway.stop();
  silentHost.close();
  await removeFolder(gateway.dataFolder);
});

const abort = async (workflow: string) => {
  const answer = await gateway.as("alice", `/alice/${workflow}`, { method: "DELETE" });
  return { code: answer.status, body: (await answer.json()) as { id?: string; status: string; message?: string } };
};
const submit = async (workflow: string, command: string, more: Readonly<Record<string, string>> = {}) => {
  const body = inlineForm(task(command), more);
  const answer = await gateway.as("alice", `/alice/${workflow}`, { method: "POST", body });
  return (await answer.json()) as { id: string; phase: string; status: string };
};
const phaseOf = async (workflow: string) =>
  ((await (await gateway.as("alice", `/alice/${workflow}`)).json()) as { phase: string }).phase;

test("aborts a held run by itself, and releases another", async () => {
  const held = await submit("held", "echo hello", { workflowOnHold: "true" });
  expect(held).toMatchObject({ phase: "held", status: "On Hold" });
  expect(await abort("held")).toEqual({ code: 200, body: { id: held.id, status: "Aborted" } });
  expect(await phaseOf("held")).toBe("aborted");
  await submit("released", "echo hello", { workflowOnHold: "true" });
  const path = "/alice/released/api/workflows/v1/released/releaseHold";
  const released = await gateway.as("alice", path, { method: "POST" });
  expect([released.status, await released.json()]).toEqual([200, expect.objectContaining({ status: "Submitted" })]);
  expect((await gateway.as("alice", path, { method: "POST" })).status).toBe(403);
  expect((await gateway.ended("alice", "released")).phase).toBe("succeeded");
});

test("aborts a run whose source does not come, at once and for good, and never lets it hold up others", async () => {
  const repo = `http://127.0.0.1:${port}/slow.git`;
  for (const workflow of ["slow1", "slow2", "slow3"]) {
    const answer = await gateway.as("alice", `/alice/${workflow}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ workflow_repo: repo }),
    });
    expect(answer.status, await answer.clone().text()).toBe(200);
  }
  await until("it is being prepared", async () => (await phaseOf("slow1")) === "preparing");
  const bob = await gateway.as("bob", "/bob/quick", { method: "POST", body: inlineForm(task("echo hello")) });
  expect(bob.status).toBe(200);
  expect((await gateway.ended("bob", "quick")).phase).toBe("succeeded");
  for (const workflow of ["slow1", "slow2", "slow3"]) {
    expect(await abort(workflow)).toMatchObject({ code: 200, body: { status: "Aborted" } });
    expect(await phaseOf(workflow)).toBe("aborted");
    expect((await abort(workflow)).code).toBe(404);
  }
}, 30_000);

test("aborts a running run, and says in Cromwell's words that there is nothing left to abort", async () => {
  const { id } = await submit("running", "sleep 60");
  await until("it runs", async () => (await phaseOf("running")) === "running");
  expect(await abort("running")).toEqual({ code: 200, body: { id, status: "Aborting" } });
  const run = await gateway.ended("alice", "running");
  expect(run.phase).toBe("aborted");
  expect(run.calls.every(({ status }) => status === "Aborted")).toBe(true);
  const again = await abort("running");
  expect(again).toMatchObject({ code: 404, body: { message: expect.stringContaining(id) as string } });
});

test("ends every run that is aborted at a random moment, and tells of it what came of it", async () => {
  const seed = Number(process.env["AWE_SEED"] ?? 7);
  const random = seeded(seed);
  const runs = Array.from({ length: 24 }, (_, n) => ({ workflow: `race${n}`, afterMs: random() * 600 }));
  const answers = await Promise.all(
    runs.map(async ({ workflow, afterMs }) => {
      await submit(workflow, "sleep 0.05; echo hello");
      await pause(afterMs);
      return abort(workflow);
    }),
  );
  for (const [n, { workflow }] of runs.entries()) {
    const { phase } = await gateway.ended("alice", workflow);
    const answer = answers[n];
    const told = `seed ${seed}, ${workflow}: ${phase} after ${JSON.stringify(answer)}`;
    if (answer?.code === 404) expect(phase, told).toBe("succeeded");
    else if (answer?.body.status === "Aborted") expect(phase, told).toBe("aborted");
    else expect(["aborted", "succeeded"], told).toContain(phase);
  }
});
