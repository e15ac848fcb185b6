import { once } from "node:events";
import { chown, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";

import { Agent, fetch as fetchWith } from "undici";
import { afterEach, describe, expect, test } from "vitest";

import { accountOfProcess, isAlive, until } from "../fleet/processes.ts";
import { inlineForm, removeFolder, startGateway, stateFolder, type Gateway } from "../support/gateway.ts";
import { isRoot, lane } from "../support/require.ts";
import { HELLO } from "./wdl.ts";

let gateway: Gateway | undefined;
let dataFolder: string;

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  await removeFolder(dataFolder);
});

async function start(env: Readonly<Record<string, string>> = {}, uid?: number): Promise<Gateway> {
  dataFolder = await stateFolder();
  if (uid !== undefined) await chown(dirname(dataFolder), uid, uid);
  gateway = await startGateway(dataFolder, { AWE_ISOLATION: "none", AWE_LOG: "info", ...env }, uid);
  return gateway;
}

async function runHello(at: Gateway, user = "alice"): Promise<void> {
  const answer = await at.as(user, `/${user}/hello`, { method: "POST", body: inlineForm(HELLO) });
  expect({ status: answer.status, body: await answer.text() }).toMatchObject({ status: 200 });
  const { phase, failures, outputs } = await at.ended(user, "hello");
  expect({ phase, failures }).toEqual({ phase: "succeeded", failures: [] });
  expect(outputs).toMatchObject({ "hello.said": ["hello", expect.any(String)] });
}

/** Pids in a line of the log. */
function pids(at: Gateway, event: string): number[] {
  const lines = at
    .log()
    .split("\n")
    .filter((line) => line.includes(`"${event}"`));
  return lines.map((line) => (JSON.parse(line) as { pid: number }).pid);
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(" ").filter(Boolean).map(Number);
}

test("serves one port with several workers, replaces one that is killed, and leaves nothing behind when it ends", async () => {
  const at = await start({ AWE_WORKERS: "3", AWE_URL_PREFIX: "/deep/awe" });
  expect(new URL(at.url).pathname).toBe("/deep/awe");
  await runHello(at);
  const workers = await childrenOf(at.child.pid ?? 0);
  const [victim = 0] = workers.filter((pid) => !pids(at, "engine.started").includes(pid));
  process.kill(victim, "SIGKILL");
  await until("a new worker serves", async () => {
    const now = await childrenOf(at.child.pid ?? 0);
    return !now.includes(victim) && now.length === workers.length;
  });
  for (const path of [
    "/healthz",
    "/awe/v1/me",
    "/awe/v1/runs",
    "/alice/hello",
    "/alice/hello/api/workflows/v1/query",
  ]) {
    expect([path, (await at.as("alice", path)).status]).toEqual([path, 200]);
    expect((await fetch(new URL(path, at.url))).ok).toBe(false);
  }
  const all = [...(await childrenOf(at.child.pid ?? 0)), at.child.pid ?? 0];
  const exit = once(at.child, "exit");
  at.child.kill("SIGTERM");
  expect(await exit).toEqual([0, null]);
  expect(all.filter(isAlive)).toEqual([]);
  gateway = undefined;
});

test("asks the engine once however many workers are asked about a run", async () => {
  const at = await start({ AWE_WORKERS: "3" });
  const slow = HELLO.replace("echo hello", "sleep 4; echo hello");
  await at.as("alice", "/alice/hello", { method: "POST", body: inlineForm(slow) });
  await until("it runs", async () => {
    const run = (await (await at.as("alice", "/alice/hello")).json()) as { calls: { status: string }[] };
    return run.calls.some(({ status }) => status === "Running");
  });
  const looks = await Promise.all(Array.from({ length: 30 }, () => at.as("alice", "/alice/hello")));
  const calls = await Promise.all(
    looks.map(async (look) => ((await look.json()) as { calls: unknown[] }).calls.length),
  );
  expect(new Set(calls)).toEqual(new Set([1]));
});

test("says in words that a port is taken, also with workers, and ends", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  for (const workers of ["1", "2"]) {
    await expect(start({ AWE_PORT: String(port), AWE_WORKERS: workers })).rejects.toThrow(
      /something listens there already; set AWE_PORT/,
    );
    await removeFolder(dataFolder);
  }
  taken.close();
});

test("lets no second gateway use a state folder", async () => {
  await start();
  await expect(startGateway(dataFolder, { AWE_ISOLATION: "none" })).rejects.toThrow(/another AWE runs on .*AWE_DATA/);
});

test.each(["1", "2"])(
  "speaks TLS with a pair of its own when other machines can reach it (%s workers)",
  async (workers) => {
    const at = await start({ AWE_HOST: "0.0.0.0", AWE_WORKERS: workers });
    const { protocol, port } = new URL(at.url);
    expect(protocol).toBe("https:");
    const ca = await readFile(join(dataFolder, "tls", "cert.pem"), "utf8");
    const dispatcher = new Agent({ connect: { ca, servername: "localhost" } });
    const answer = await fetchWith(`https://127.0.0.1:${port}/healthz`, { dispatcher });
    expect(answer.status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow("fetch failed");
    await dispatcher.close();
  },
);

test("speaks HTTP off loopback only behind a proxy", async () => {
  const at = await start({ AWE_HOST: "0.0.0.0", AWE_BEHIND_PROXY: "1", AWE_URL_PREFIX: "/awe" });
  expect(at.url).toMatch(/^http:\/\/localhost:\d+\/awe$/);
  const answer = await fetch(`http://127.0.0.1:${new URL(at.url).port}/awe/healthz`);
  expect(answer.status).toBe(200);
});

test("runs a workflow without sign-in, for this machine only", async () => {
  const at = await start({ AWE_AUTH: "none" });
  const me = (await (await fetch(`${at.url}/awe/v1/me`)).json()) as { user: string };
  const submitted = await fetch(`${at.url}/${me.user}/hello`, { method: "POST", body: inlineForm(HELLO) });
  expect(submitted.status).toBe(200);
  await until("it has ended", async () => {
    const run = (await (await fetch(`${at.url}/${me.user}/hello`)).json()) as { phase: string };
    return run.phase === "succeeded";
  });
  const foreign = await fetch(`${at.url}/awe/v1/me`, { headers: { origin: "https://elsewhere.example" } });
  expect(foreign.status).toBe(403);
});

test("puts an idle engine to sleep, answers for ended runs meanwhile, and wakes it for what only it knows", async () => {
  const at = await start({ AWE_ENGINE_IDLE: "1s" });
  await runHello(at);
  const { id } = await at.ended("alice", "hello");
  const engine = async () =>
    ((await (await at.as("alice", "/awe/v1/me")).json()) as { engine: { state: string } }).engine.state;
  await until("the engine sleeps", async () => (await engine()) === "asleep");
  for (const call of ["metadata", "outputs", "logs", "status", "labels", "timing"]) {
    expect([call, (await at.as("alice", `/alice/hello/api/workflows/v1/${id}/${call}`)).status]).toEqual([call, 200]);
  }
  expect(await engine()).toBe("asleep");
  const backends = await at.as("alice", "/alice/hello/api/workflows/v1/backends");
  expect(await backends.json()).toMatchObject({ defaultBackend: "Local" });
  expect(await engine()).toBe("ready");
});

test("takes engines along when it is killed, while tasks go on and are collected by the next one", async () => {
  const at = await start();
  const slow = HELLO.replace("echo hello", () => "echo $$ > own-pid; sleep 3; echo hello");
  await at.as("alice", "/alice/hello", { method: "POST", body: inlineForm(slow) });
  const [engine = 0] = await untilSome(() => pids(at, "engine.started"));
  const stdout = await untilSome(async () => {
    const run = (await (await at.as("alice", "/alice/hello")).json()) as { id: string };
    const execution = join(dataFolder, "users/alice/cromwell-executions/hello", run.id, "call-greet/execution/own-pid");
    return readFile(execution, "utf8").then(
      (pid) => (pid.endsWith("\n") ? [pid] : []),
      () => [],
    );
  });
  const task = Number(stdout[0]);
  await at.kill();
  await until("the engine is gone", () => !isAlive(engine), 1_000);
  expect(isAlive(task)).toBe(true);
  gateway = await startGateway(dataFolder, { AWE_ISOLATION: "none" });
  const token = await at.token({ user: "alice" });
  const me = await fetch(`${gateway.url}/awe/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(me.status).toBe(200);
  expect((await gateway.ended("alice", "hello")).phase).toBe("succeeded");
});

describe.runIf(lane("root", isRoot()))("as root or not", () => {
  test("gives each user an account of its own", async () => {
    const at = await start({ AWE_ISOLATION: "account" });
    await Promise.all([runHello(at, "alice"), runHello(at, "bob")]);
    const uids = await Promise.all(
      ["alice", "bob"].map(async (user) => (await at.ended(user, "hello")).outputs?.["hello.said"] as string[]),
    );
    expect(new Set(uids.map(([, uid]) => uid)).size).toBe(2);
    expect(pids(at, "engine.started").map((pid) => accountOfProcess(pid).uid)).not.toContain(0);
    expect(await (await at.as("alice", "/awe/v1/me")).json()).toMatchObject({ isolation: "account" });
  });

  test("serves one user when it may not change accounts, and refuses a second with a reason", async () => {
    const at = await start({ AWE_ISOLATION: "account" }, 70_555);
    await runHello(at, "alice");
    const refused = await at.as("bob", "/bob/hello", { method: "POST", body: inlineForm(HELLO) });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: "forbidden",
      message: expect.stringMatching(/one user only, who is not bob: .*AWE_ISOLATION=none/) as string,
    });
    expect((await at.as("bob", "/bob/hello")).status).toBe(404);
  });

  test("serves all under one account where that is wanted, and says so", async () => {
    const at = await start({ AWE_ISOLATION: "none" }, 70_556);
    await Promise.all([runHello(at, "alice"), runHello(at, "bob")]);
    expect(await (await at.as("alice", "/awe/v1/me")).json()).toMatchObject({ isolation: "none" });
  });
});

async function untilSome<T>(look: () => readonly T[] | Promise<readonly T[]>): Promise<readonly T[]> {
  let found: readonly T[] = [];
  await until("something is there", async () => (found = await look()).length > 0);
  return found;
}
