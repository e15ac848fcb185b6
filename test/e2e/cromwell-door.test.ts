import { gunzipSync } from "node:zlib";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { inlineForm, removeFolder, startGateway, stateFolder, type Gateway } from "../support/gateway.ts";
import { isRoot } from "../support/require.ts";

const UNKNOWN = "11111111-2222-4333-8444-555555555555";
const TEXT = "text/plain; charset=UTF-8";
const SOURCE = `version 1.0
task greet {
  input { String name }
  command { echo "hello ~{name}"; echo careful >&2 }
  output { String greeting = read_string(stdout()) }
}
workflow hello {
  input { String name = "world" }
  call greet { input: name = name }
  output { String greeting = greet.greeting }
}
`;
const SLOW = `version 1.0
task wait { command { sleep 600 } }
workflow slow { call wait }
`;

let gateway: Gateway;
let first: string;
let second: string;

const alice = (path: string, init?: RequestInit) => gateway.as("alice", path, init);
const call = (path: string, init?: RequestInit, workflow = "hello") =>
  alice(`/alice/${workflow}/api/workflows/v1/${path}`, init);
const json = async (answer: Response) => [answer.status, await answer.json()] as const;

async function submit(workflow: string, source: string, more: Record<string, string> = {}): Promise<string> {
  const answer = await alice(`/alice/${workflow}`, { method: "POST", body: inlineForm(source, more) });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return ((await answer.json()) as { id: string }).id;
}

const reaches = (workflow: string, status: string) =>
  vi.waitFor(
    async () => expect(await (await call(`${workflow}/status`, undefined, workflow)).json()).toMatchObject({ status }),
    { timeout: 30_000, interval: 50 },
  );

beforeAll(async () => {
  gateway = await startGateway(await stateFolder(), { AWE_ISOLATION: isRoot() ? "account" : "none" });
  first = await submit("hello", SOURCE, { labels: '{"project":"one"}' });
  await gateway.ended("alice", "hello");
  second = await submit("hello", SOURCE, { labels: '{"project":"two"}' });
  await gateway.ended("alice", "hello");
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await removeFolder(gateway.dataFolder);
});

test.for(["v1", "v2", "1", "anything"])("takes %s for the version", async (version) => {
  const answer = await alice(`/alice/hello/api/workflows/${version}/hello/status`);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(await json(answer)).toEqual([200, { status: "Succeeded", id: second }]);
});

test("answers by the workflow's name with its newest run, and by the id of any of its runs", async () => {
  for (const [subject, id] of [
    ["hello", second],
    [second, second],
    [first, first],
    [first.toUpperCase(), first],
  ] as const) {
    expect(await json(await call(`${subject}/status`))).toEqual([200, { status: "Succeeded", id }]);
  }
  const outputs = { outputs: { "hello.greeting": "hello world" }, id: first };
  expect(await json(await call(`${first}/outputs`))).toEqual([200, outputs]);
  const labels = { "cromwell-workflow-id": `cromwell-${first}`, project: "one" };
  expect(await json(await call(`${first}/labels`))).toEqual([200, { id: first, labels }]);
  expect(await json(await call("hello/logs"))).toEqual([
    200,
    {
      calls: {
        "hello.greet": [
          {
            stderr: expect.stringMatching(/\/stderr$/),
            stdout: expect.stringMatching(/\/stdout$/),
            attempt: 1,
            shardIndex: -1,
          },
        ],
      },
      id: second,
    },
  ]);
});

test("answers metadata as Cromwell does, whole and narrowed", async () => {
  const [, metadata] = (await json(await call("hello/metadata"))) as [number, Record<string, unknown>];
  expect(metadata).toMatchObject({
    id: second,
    workflowName: "hello",
    status: "Succeeded",
    labels: { project: "two" },
    outputs: { "hello.greeting": "hello world" },
    calls: { "hello.greet": [{ executionStatus: "Done", shardIndex: -1, attempt: 1, returnCode: 0 }] },
    submission: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  expect(await json(await call("hello/metadata?includeKey=status"))).toMatchObject([200, { status: "Succeeded" }]);
  const [, narrow] = (await json(await call("hello/metadata?excludeKey=calls&excludeKey=submittedFiles"))) as [
    number,
    Record<string, unknown>,
  ];
  expect(narrow).toMatchObject({ calls: {} });
  expect(narrow).not.toHaveProperty("submittedFiles");
  expect(await json(await call("hello/metadata?includeKey=nothing-of-that-name"))).toEqual([200, {}]);
  const refused = await call("hello/metadata?expandSubWorkflows=maybe");
  expect([refused.status, refused.headers.get("content-type"), await refused.text()]).toEqual([
    400,
    TEXT,
    "The query parameter 'expandSubWorkflows' was malformed:\n'maybe' is not a valid Boolean value",
  ]);
});

test("draws the timing as a page that may not be shown in others", async () => {
  const answer = await call("hello/timing");
  expect(answer.headers.get("content-type")).toMatch(/^text\/html; charset=UTF-8$/i);
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  expect(await answer.text()).toMatch(/^<html>/i);
});

test("knows its own runs only in a query, and narrows them", async () => {
  const ids = async (answer: Response) =>
    ((await answer.json()) as { results: { id: string }[] }).results.map(({ id }) => id);
  await submit("another", "version 1.0\nworkflow another {}\n");
  await gateway.ended("alice", "another");
  expect(await ids(await call("query"))).toEqual([second, first]);
  expect(await ids(await call("query?newestFirst=false"))).toEqual([first, second]);
  expect(await ids(await call("query?label=project:one"))).toEqual([first]);
  expect(await ids(await call("query?STATUS=failed"))).toEqual([]);
  expect(await ids(await call("query?pageSize=1&page=2"))).toEqual([first]);
  expect(await ids(await call(`query?id=${first}`))).toEqual([first]);
  expect(await ids(await call("query?name=another"))).toEqual([]);
  const body = JSON.stringify([{ label: "project:two" }, { additionalQueryResultFields: "labels" }]);
  const posted = await call("query", { method: "POST", body, headers: { "content-type": "application/json" } });
  expect(await posted.json()).toMatchObject({
    results: [{ id: second, labels: { project: "two" } }],
    totalResultsCount: 1,
  });
  expect((await call("query?constructor=red")).status).toBe(400);
  expect(await json(await call("query?colour=red&page=0"))).toEqual([
    400,
    { status: "fail", message: "Unrecognized query keys: colour\nInteger value not greater than 0" },
  ]);
});

test.for<[string, string, string, number]>([
  ["a number", '[{"page":1}]', "application/json", 400],
  ["no array", '{"page":"1"}', "application/json", 400],
  ["more than JSON", '[],"parameters":[]', "application/json", 400],
  ["10,000 levels", "[".repeat(10_000), "application/json", 400],
  ["a form", "status=Failed", "application/x-www-form-urlencoded", 415],
])("refuses a query of %s", async ([, body, type, status]) => {
  const answer = await call("query", { method: "POST", body, headers: { "content-type": type } });
  expect(await json(answer)).toMatchObject([status, { status: "fail" }]);
});

test("says of ids what Cromwell says", async () => {
  for (const about of ["status", "metadata", "outputs", "logs", "labels", "timing"]) {
    expect(await json(await call(`foobar/${about}`))).toMatchObject([
      400,
      { status: "fail", message: "Invalid workflow ID: 'foobar'." },
    ]);
    expect(await json(await call(`${UNKNOWN}/${about}`))).toMatchObject([
      404,
      { status: "fail", message: `Unrecognized workflow ID: ${UNKNOWN}` },
    ]);
  }
  const inProgress = (id: string) => [
    404,
    { status: "error", message: `Couldn't abort ${id} because no workflow with that ID is in progress` },
  ];
  expect(await json(await call(`${UNKNOWN}/abort`, { method: "POST" }))).toEqual(inProgress(UNKNOWN));
  expect(await json(await call(`${first}/abort`, { method: "POST" }))).toEqual(inProgress(first));
  expect(await json(await alice("/alice/hello", { method: "DELETE" }))).toEqual(inProgress(second));
  expect(await json(await call("hello/releaseHold", { method: "POST" }))).toEqual([
    403,
    {
      status: "error",
      message: `Couldn't change status of workflow ${second} to 'Submitted' because the workflow is not in 'On Hold' state`,
    },
  ]);
});

test("refuses in plain text what Cromwell's routing refuses", async () => {
  for (const path of ["hello", "hello/nothing", "hello/status/more", "1/2/3"]) {
    const answer = await call(path);
    expect([answer.status, answer.headers.get("content-type"), await answer.text()], path).toEqual([
      404,
      TEXT,
      "The requested resource could not be found.",
    ]);
  }
  for (const [method, path, allow] of [
    ["GET", "hello/abort", "POST"],
    ["GET", "hello/releaseHold", "POST"],
    ["POST", "hello/status", "GET"],
    ["DELETE", "hello/labels", "GET, PATCH"],
    ["PUT", "query", "GET, POST"],
    ["POST", "backends", "GET"],
  ] as const) {
    const answer = await call(path, { method });
    expect([answer.status, answer.headers.get("allow"), await answer.text()], path).toEqual([
      405,
      allow,
      `HTTP method not allowed, supported methods: ${allow}`,
    ]);
  }
});

test("answers HEAD without a body and without holding the engine", async () => {
  const heads = await Promise.all(
    Array.from({ length: 40 }, () => alice("/alice/hello/engine/v1/version", { method: "HEAD" })),
  );
  expect(heads.map(({ status }) => status)).toEqual(heads.map(() => 200));
  expect(await (await alice("/alice/hello/engine/v1/version")).json()).toMatchObject({ cromwell: expect.any(String) });
});

test("passes on what only the engine knows", async () => {
  expect(await json(await call("backends"))).toEqual([200, { supportedBackends: ["Local"], defaultBackend: "Local" }]);
  expect((await alice("/alice/hello/engine/v1/status")).status).toBe(200);
  expect(await json(await alice("/alice/hello/engine/v1/stats"))).toMatchObject([403, { status: "fail" }]);
});

test("adds labels, overwrites and never deletes them", async () => {
  const patch = (body: string, type = "application/json") =>
    call("hello/labels", { method: "PATCH", body, headers: { "content-type": type } });
  const labels = { "cromwell-workflow-id": `cromwell-${second}`, project: "three", phase: "late" };
  expect(await json(await patch('{"project":"three","phase":"late"}'))).toEqual([200, { id: second, labels }]);
  expect(await json(await call("hello/labels"))).toEqual([200, { id: second, labels }]);
  expect((await call("hello/metadata?includeKey=labels").then((answer) => answer.json())) as object).toMatchObject({
    labels,
  });
  for (const [body, type, status] of [
    ['{"a":1}', "application/json", 400],
    ['{"":"x"}', "application/json", 400],
    [`{"a":"${"x".repeat(256)}"}`, "application/json", 400],
    ["{", "application/json", 400],
    ["", "application/json", 400],
    [`{"a":${"[".repeat(10_000)}`, "application/json", 400],
    ["a=b", "application/x-www-form-urlencoded", 415],
  ] as const) {
    expect(await json(await patch(body, type)), body.slice(0, 20)).toMatchObject([status, { status: "fail" }]);
  }
  expect(await json(await call("hello/labels"))).toEqual([200, { id: second, labels }]);
});

test("holds a run, shows it from the store, lets it go, and aborts another before its hand-over", async () => {
  const id = await submit("held", SOURCE, { workflowOnHold: "true" });
  const held = (path: string, init?: RequestInit) => call(path, init, "held");
  expect(await json(await held("held/status"))).toEqual([200, { status: "On Hold", id }]);
  expect(await json(await held("held/metadata"))).toMatchObject([
    200,
    { id, status: "On Hold", calls: {}, outputs: {} },
  ]);
  expect(await json(await held("held/logs"))).toEqual([200, { id }]);
  expect(await json(await held("held/outputs"))).toEqual([200, { outputs: {}, id }]);
  expect(await json(await held("held/releaseHold", { method: "POST" }))).toEqual([200, { id, status: "Submitted" }]);
  expect((await gateway.ended("alice", "held")).phase).toBe("succeeded");

  const other = await submit("held", SOURCE, { workflowOnHold: "TRUE" });
  expect(await json(await held(`${other}/abort`, { method: "POST" }))).toEqual([200, { id: other, status: "Aborted" }]);
  expect(await json(await held("held/status"))).toEqual([200, { status: "Aborted", id: other }]);
});

test("aborts a running workflow as Cromwell does, and answers byte for byte what the engine says meanwhile", async () => {
  const id = await submit("slow", SLOW);
  await reaches("slow", "Running");
  await vi.waitFor(
    async () => {
      const [status, metadata] = await json(await call("slow/metadata", undefined, "slow"));
      expect(status).toBe(200);
      expect(metadata).toMatchObject({
        id,
        status: "Running",
        calls: { "slow.wait": [{ executionStatus: "Running" }] },
      });
    },
    { timeout: 30_000 },
  );
  const labels = await call(
    "slow/labels",
    { method: "PATCH", body: '{"seen":"live"}', headers: { "content-type": "application/json" } },
    "slow",
  );
  expect(labels.status).toBe(200);
  expect(await json(await call("slow/metadata?includeKey=labels", undefined, "slow"))).toMatchObject([
    200,
    { labels: { seen: "live" } },
  ]);
  const zipped = await call("slow/metadata", { headers: { "accept-encoding": "gzip" } }, "slow");
  expect(await zipped.json()).toMatchObject({ id });
  expect(await json(await alice("/alice/slow", { method: "DELETE" }))).toEqual([200, { id, status: "Aborting" }]);
  expect(await gateway.ended("alice", "slow")).toMatchObject({ phase: "aborted", status: "Aborted" });
});

test("compresses nothing that the caller cannot read", async () => {
  const answer = await call("hello/metadata", { headers: { "accept-encoding": "gzip" } });
  // `fetch` has unpacked it already; a second layer would be ours.
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(() => gunzipSync(bytes)).toThrow();
  expect(JSON.parse(bytes.toString())).toMatchObject({ id: second });
});
