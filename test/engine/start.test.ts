import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, expect, test } from "vitest";

import { EngineProcess } from "./support/engine-process.ts";
import { readSpec } from "../../src/engine/spec.ts";

let engine: EngineProcess | undefined;

afterEach(async () => {
  await engine?.remove();
  engine = undefined;
});

test("listens on a port, and says on which", async () => {
  engine = await new EngineProcess({ listen: { kind: "port", host: "127.0.0.1", port: 0 } }).start();
  const { listening } = JSON.parse(engine.firstLine) as { listening: { host: string; port: number } };
  const answer = await fetch(`http://127.0.0.1:${listening.port}/engine/v1/version`);
  expect(await answer.json()).toEqual({ cromwell: "92-awe" });
});

test("answers nobody who does not know its key", async () => {
  const key = "a-key-of-sixteen-or-more-letters";
  engine = await new EngineProcess({ key }).start();
  const path = "/engine/v1/version";
  expect((await engine.get(path)).status).toBe(401);
  const wrong = await engine.call("GET", path, { headers: { "x-awe-engine-key": `${key}x` } });
  expect(wrong.status).toBe(401);
  expect((await engine.call("GET", path, { headers: { "x-awe-engine-key": key } })).status).toBe(200);
});

test("takes the place of a socket that a killed engine has left", async () => {
  engine = await new EngineProcess().start();
  await engine.kill();
  await engine.start();
  expect((await engine.get("/engine/v1/status")).status).toBe(200);
});

test("stops at SIGTERM and goes on with its tasks at its next start", async () => {
  engine = await new EngineProcess().start();
  const id = await engine.submit({
    workflowSource: `version 1.0
task t { command { sleep 0.3; echo $$ >> ../../../pids; echo x } output { String x = read_string(stdout()) } }
workflow w { call t output { String x = t.x } }`,
  });
  await engine.callStatus(id, "w.t", "Running");
  await engine.kill("SIGTERM");
  await engine.start();
  expect(await engine.ended(id)).toBe("Succeeded");
  expect((await engine.metadata(id)).calls["w.t"]).toHaveLength(1);
});

test("says which socket path is too long, and what to do", async () => {
  const root = mkdtempSync(join(tmpdir(), "awe-engine-long-"));
  engine = new EngineProcess({ listen: { kind: "socket", path: join(root, "x".repeat(120)) } });
  await expect(engine.start()).rejects.toThrow(/has \d+ bytes, and the system takes 107: choose a shorter folder/);
  rmSync(root, { recursive: true });
});

test("names what is wrong with a specification, without repeating it", () => {
  expect(() => readSpec("{secret")).toThrow("the engine's specification is no JSON");
  expect(() =>
    readSpec('{"root": "/x", "listen": {"kind": "port", "host": "h", "port": -1}, "environment": {}}'),
  ).toThrow(/listen\.port/);
});
