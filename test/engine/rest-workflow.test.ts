import { gunzipSync } from "node:zlib";

import { afterAll, beforeAll, expect, test } from "vitest";

import { EngineProcess } from "./support/engine-process.ts";

const V1 = "/api/workflows/v1";
const UNKNOWN = "00000000-0000-4000-8000-000000000000";

const SOURCE = `version 1.0
task greet {
  input { String name }
  command { echo "hello ~{name}" }
  output { String said = read_string(stdout()) }
}
workflow meet {
  input { Array[String] names }
  scatter (name in names) { call greet { input: name = name } }
  output { Array[String] said = greet.said }
}`;

let engine: EngineProcess;
let id: string;

beforeAll(async () => {
  engine = await new EngineProcess().start();
  id = await engine.submit({
    workflowSource: SOURCE,
    workflowInputs: '{"meet.names": ["ada", "grace"]}',
    labels: '{"team": "red"}',
  });
  await engine.ended(id);
});

afterAll(async () => {
  await engine.remove();
});

test.for(["status", "outputs", "logs", "metadata", "labels", "timing", "metadata/failed-jobs", "cost"])(
  "tells an unknown id and a malformed one apart at %s",
  async (call) => {
    const unknown = await engine.get(`${V1}/${UNKNOWN}/${call}`);
    expect(unknown.status).toBe(404);
    expect(unknown.text).toBe(`{\n  "status": "fail",\n  "message": "Unrecognized workflow ID: ${UNKNOWN}"\n}`);
    const malformed = await engine.get(`${V1}/foobar/${call}`);
    expect(malformed.status).toBe(400);
    expect(malformed.text).toBe(`{\n  "status": "fail",\n  "message": "Invalid workflow ID: 'foobar'."\n}`);
  },
);

test("answers status, outputs and logs compactly, for an id in any case", async () => {
  const status = await engine.get(`${V1}/${id.toUpperCase()}/status`);
  expect(status.text).toBe(`{"status":"Succeeded","id":"${id}"}`);
  expect(status.headers["content-type"]).toBe("application/json");
  const outputs = await engine.get(`${V1}/${id}/outputs`);
  expect(outputs.text).toBe(`{"outputs":{"meet.said":["hello ada","hello grace"]},"id":"${id}"}`);
  const logs = (await engine.get(`${V1}/${id}/logs`)).json as { calls: Record<string, object[]> };
  expect(logs.calls["meet.greet"]).toHaveLength(2);
  expect(logs.calls["meet.greet"]?.[1]).toMatchObject({ attempt: 1, shardIndex: 1 });
});

test("shows metadata with Cromwell's keys", async () => {
  const metadata = (await engine.metadata(id)) as unknown as Record<string, unknown>;
  expect(Object.keys(metadata).sort()).toEqual(
    [
      "actualWorkflowLanguage",
      "actualWorkflowLanguageVersion",
      "calls",
      "end",
      "id",
      "inputs",
      "labels",
      "outputs",
      "start",
      "status",
      "submission",
      "submittedFiles",
      "workflowName",
      "workflowProcessingEvents",
      "workflowRoot",
    ].sort(),
  );
  expect(metadata["end"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(metadata["inputs"]).toEqual({ "meet.names": ["ada", "grace"] });
  const [first, second] = (await engine.metadata(id)).calls["meet.greet"] ?? [];
  expect(first).toMatchObject({
    executionStatus: "Done",
    backendStatus: "Done",
    backend: "Local",
    shardIndex: 0,
    attempt: 1,
    returnCode: 0,
    commandLine: 'echo "hello ada"',
    inputs: { name: "ada" },
    outputs: { said: "hello ada" },
    callCaching: { allowResultReuse: false, effectiveCallCachingMode: "CallCachingOff" },
  });
  expect(second?.callRoot).toBe(`${engine.root}/cromwell-executions/meet/${id}/call-greet/shard-1`);
  expect(first?.jobId).toMatch(/^\d+$/);
});

test("picks keys by their beginning, also nested ones", async () => {
  expect(await engine.metadata(id, "?includeKey=status")).toEqual({ status: "Succeeded", id, calls: {} });
  expect(await engine.metadata(id, "?includeKey=nothing")).toEqual({});
  expect(await engine.metadata(id, "?includeKey=returnC&includeKey=id")).toEqual({
    id,
    calls: {
      "meet.greet": [
        { returnCode: 0, shardIndex: 0, attempt: 1 },
        { returnCode: 0, shardIndex: 1, attempt: 1 },
      ],
    },
  });
  const nested = await engine.metadata(
    id,
    "?includeKey=submittedFiles&excludeKey=submittedFiles:workflow&excludeKey=calls",
  );
  expect(nested).toMatchObject({ calls: {}, submittedFiles: { inputs: '{"meet.names":["ada","grace"]}' } });
  expect(JSON.stringify(nested)).not.toContain("workflowUrl");
  const without = await engine.metadata(id, "?excludeKey=callCaching&excludeKey=sub");
  expect(without.calls["meet.greet"]?.[0]).not.toHaveProperty("callCaching");
  expect(without).not.toHaveProperty("submittedFiles");
});

test("reads expandSubWorkflows as Cromwell reads a Boolean", async () => {
  for (const yes of ["true", "YES", "on", "1"]) {
    expect((await engine.get(`${V1}/${id}/metadata?expandSubWorkflows=${yes}`)).status).toBe(200);
  }
  const wrong = await engine.get(`${V1}/${id}/metadata?expandSubWorkflows=x`);
  expect(wrong.status).toBe(400);
  expect(wrong.text).toBe("The query parameter 'expandSubWorkflows' was malformed:\n'x' is not a valid Boolean value");
});

test("packs metadata for who asks for it", async () => {
  const plain = await engine.get(`${V1}/${id}/metadata`);
  expect(plain.headers["content-encoding"]).toBeUndefined();
  const response = await engine.bytes(`${V1}/${id}/metadata`, { "accept-encoding": "gzip" });
  expect(response.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(response.body).toString()).toBe(plain.text);
});

test("merges labels, and refuses bodies that are none", async () => {
  const patch = (body: string, type = "application/json", of = id) =>
    engine.call("PATCH", `${V1}/${of}/labels`, { headers: { "content-type": type }, body });
  expect((await patch('{"team": "blue", "more": ""}')).json).toEqual({
    id,
    labels: { "cromwell-workflow-id": `cromwell-${id}`, more: "", team: "blue" },
  });
  expect((await engine.get(`${V1}/${id}/labels`)).json).toMatchObject({ labels: { team: "blue" } });
  const long = await patch(JSON.stringify({ "": "x", y: "z".repeat(256) }));
  expect(long.status).toBe(400);
  expect(long.json).toEqual({
    status: "fail",
    message: `Invalid label: \`\` can't be empty, Invalid label: \`${"z".repeat(256)}\` is 256 characters. The maximum is 255.`,
  });
  expect((await patch("{")).text).toMatch(/^The request content was malformed:\n/);
  expect((await patch('{"a": 1}')).status).toBe(400);
  expect((await patch("{}", "text/plain")).status).toBe(415);
  expect((await patch("")).text).toBe("Request entity expected but not supplied");
  expect((await patch("{}", "application/json", UNKNOWN)).status).toBe(404);
  const malformed = await patch("{}", "application/json", "foobar");
  expect(malformed.status).toBe(500);
  expect(malformed.json).toEqual({ status: "error", message: "Invalid workflow ID: 'foobar'." });
});

test("shows the times as a page that loads nothing", async () => {
  const page = await engine.get(`${V1}/${id}/timing`);
  expect(page.headers["content-type"]).toBe("text/html; charset=UTF-8");
  expect(page.text).toMatch(/^<html>/);
  expect(page.text).toContain("meet.greet:1");
  expect(page.text).not.toMatch(/src=|href=|<script/);
});

test("answers addresses and methods that it does not have as the HTTP layer below Cromwell does", async () => {
  const unknown = await engine.get("/api/workflows/v1/x/y/z");
  expect([unknown.status, unknown.text]).toEqual([404, "The requested resource could not be found."]);
  expect(unknown.headers["content-type"]).toBe("text/plain; charset=UTF-8");
  const method = await engine.call("DELETE", `${V1}/${id}/labels`);
  expect([method.status, method.text]).toEqual([405, "HTTP method not allowed, supported methods: GET, PATCH"]);
  expect(method.headers["allow"]).toBe("GET, PATCH");
  const options = await engine.call("OPTIONS", "/anything/at/all");
  expect([options.status, options.text]).toEqual([200, "OK"]);
  const head = await engine.call("HEAD", `${V1}/${id}/status`);
  expect([head.status, head.text]).toEqual([200, ""]);
  expect((await engine.call("POST", `${V1}/${id}/metadata`)).status).toBe(200);
});

test("tells about itself", async () => {
  expect((await engine.get("/engine/v1/version")).text).toBe('{"cromwell":"92-awe"}');
  expect((await engine.call("PUT", "/engine/v1/status")).text).toBe("{}");
  expect((await engine.get(`${V1}/backends`)).text).toBe('{"supportedBackends":["Local"],"defaultBackend":"Local"}');
  const stats = await engine.get("/engine/v1/stats");
  expect([stats.status, stats.text]).toEqual([
    403,
    '{"status":"fail","message":"The /stats endpoint is currently disabled."}',
  ]);
});
