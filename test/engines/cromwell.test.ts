import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";

import { afterEach, beforeEach, expect, test } from "vitest";

import { cromwellEngines } from "#src/engines/cromwell.ts";
import type { EngineAddress } from "#src/fleet/fleet.ts";
import { runId } from "../store/fixture-values.ts";

let server: Server;
let at: EngineAddress;
let answer: (response: ServerResponse) => void;
const requests: { method: string; path: string; key: unknown; authorization: unknown; body: string }[] = [];
const engines = cromwellEngines({ usual: 150, metadata: 400 });

beforeEach(async () => {
  requests.length = 0;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      requests.push({ method, path, key: headers["x-awe-engine-key"], authorization: headers.authorization, body });
      answer(response);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  at = { kind: "port", host: "127.0.0.1", port: (server.address() as { port: number }).port, key: "k" };
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await engines.close();
});

const says = (status: number, body: unknown) => {
  answer = (response) => void response.writeHead(status).end(JSON.stringify(body));
};
const handOver = {
  runId: runId(1),
  workflowSource: "version 1.0\r\nworkflow w {}",
  dependencies: null,
  inputs: {},
  options: {},
  labels: {},
};

test("tells apart what an engine takes, has already, refuses, and cannot say", async () => {
  says(201, { id: runId(1), status: "Submitted" });
  expect(await engines.submit(at, handOver)).toBe("started");
  says(400, { status: "fail", message: `Requested workflow ID already in use: ${runId(1)}` });
  expect(await engines.submit(at, handOver)).toBe("already");
  says(400, { status: "fail", message: "no such type" });
  expect(await engines.submit(at, handOver)).toEqual({ refused: "no such type" });
  // Whatever else is answered must not end the run; 401 is that of an engine which is not this user's.
  says(401, { message: "x" });
  await expect(engines.submit(at, handOver)).rejects.toMatchObject({ code: "engine_unavailable" });
  for (const status of [404, 429, 500, 503]) {
    says(status, { message: "x" });
    await expect(engines.submit(at, handOver)).rejects.toMatchObject({ code: "engine_failed" });
  }
  expect(requests.every(({ key }) => key === "k")).toBe(true);
});

test("asks for the states of many runs in one request, and leaves out what the engine does not know", async () => {
  const ids = Array.from({ length: 50 }, (_, n) => runId(n + 1));
  says(200, { results: [{ id: ids[3], status: "Running", name: "w" }, { id: ids[4] }], totalResultsCount: 2 });
  expect(await engines.statuses(at, ids)).toEqual([
    { runId: ids[3], status: "Running", wdlName: "w", startedAt: null },
  ]);
  expect(await engines.statuses(at, [])).toEqual([]);
  expect(requests).toHaveLength(1);
});

test("knows of no metadata where the engine knows no run", async () => {
  says(404, { status: "fail" });
  expect(await engines.metadata(at, runId(1))).toBeUndefined();
});

test("gives up on an engine that hangs, later for metadata than for all else, and names it unavailable", async () => {
  answer = () => {};
  const unavailable = { code: "engine_unavailable" };
  const begin = performance.now();
  await expect(engines.abort(at, runId(1))).rejects.toMatchObject(unavailable);
  await expect(engines.statuses(at, [runId(1)])).rejects.toMatchObject(unavailable);
  await expect(engines.metadata(at, runId(1))).rejects.toMatchObject(unavailable);
  expect(performance.now() - begin).toBeGreaterThan(600);
  expect(await engines.answers(at)).toBe(false);
});

test("names an engine that is not there unavailable", async () => {
  const nowhere: EngineAddress = { kind: "socket", path: "/nowhere.sock", key: null };
  await expect(engines.activeCount(nowhere)).rejects.toMatchObject({ code: "engine_unavailable" });
  expect(await engines.answers(nowhere)).toBe(false);
});

test("passes a reading call through with its code, body and none of the other headers", async () => {
  answer = (response) => void response.writeHead(418, { "content-type": "text/plain", "x-own": "1" }).end("short");
  const passed = await engines.proxy(at, { method: "GET", path: "/api/x?y=1", headers: { accept: "text/plain" } });
  expect([passed.status, passed.headers, await new Response(passed.body).text()]).toEqual([
    418,
    { "content-type": "text/plain" },
    "short",
  ]);
  expect(requests[0]).toMatchObject({ method: "GET", path: "/api/x?y=1", authorization: undefined });
});
