import { createHash } from "node:crypto";
import { createConnection } from "node:net";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { packBundle } from "#src/workflows/bundle.ts";
import { inlineForm, removeFolder, startGateway, stateFolder, type Gateway } from "../support/gateway.ts";
import { isRoot } from "../support/require.ts";
import { remainsOf } from "./remains.ts";

const SOURCE = `version 1.0
task say {
  input { String word = "nothing"  File? list }
  command { printf '%s' "~{word}"; cat ~{"'" + list + "'"} }
  output { String said = read_string(stdout())  File out = stdout() }
}
workflow talk {
  input { String word = "nothing"  File? list }
  call say { input: word = word, list = list }
  output { String said = say.said  File out = say.out }
}
`;
const HELD = "version 1.0\nworkflow held {}\n";

let gateway: Gateway;

const alice = (path: string, init?: RequestInit) => gateway.as("alice", path, init);
const post = (workflow: string, body: NonNullable<RequestInit["body"]>, headers: Record<string, string> = {}) =>
  alice(`/alice/${workflow}`, { method: "POST", body, headers });
const postJson = (workflow: string, value: unknown, headers: Record<string, string> = {}) =>
  post(workflow, JSON.stringify(value), { "content-type": "application/json", ...headers });
const outputOf = async (id: string, headers: Record<string, string> = {}, method = "GET") =>
  alice(`/awe/v1/runs/${id}/outputs/talk.out`, { method, headers });

beforeAll(async () => {
  gateway = await startGateway(await stateFolder(), { AWE_ISOLATION: isRoot() ? "account" : "none" });
});
afterAll(async () => {
  await gateway.stop();
  await removeFolder(gateway.dataFolder);
});

test("stores what a request says of its run, in JSON and in forms alike", async () => {
  const fields = {
    workflowSource: HELD,
    inputs: "{}",
    options: '{"workflow_failure_mode":"NoNewCalls"}',
    label: "any text, even ünïcode",
    labels: '{"project":"p:q"}',
    workflowOnHold: "true",
    ensemble: "night",
    priority: "7",
  };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const bodies = [
    await postJson("stored-json", {
      ...fields,
      inputs: {},
      labels: { project: "p:q" },
      workflowOnHold: true,
      priority: 7,
    }),
    await post("stored-form", form),
    await post("stored-url-form", new URLSearchParams(fields)),
    await postJson("stored-text", fields),
  ];
  for (const answer of bodies) {
    expect(answer.status, await answer.clone().text()).toBe(200);
    const accepted = (await answer.json()) as { name: string };
    expect(accepted).toMatchObject({ id: expect.any(String), status: "On Hold", phase: "held" });
    expect(await (await alice(`/alice/${accepted.name}`)).json()).toMatchObject({
      user: "alice",
      lab: "default",
      source: { kind: "inline", repo: null, ref: null, commit: null, path: null },
      label: fields.label,
      labels: { project: "p:q" },
      ensemble: "night",
      priority: 7,
      calls: [],
      outputs: null,
      failures: [],
    });
    expect((await alice(`/alice/${accepted.name}`, { method: "DELETE" })).status).toBe(200);
  }
});

test("takes a zip without a file name, and booleans with one", async () => {
  const zip = await packBundle(new Map([["part.wdl", Buffer.from("version 1.0\ntask t { command { echo } }\n")]]));
  const boundary = "a-boundary";
  const part = (name: string, content: Uint8Array, more = "") =>
    Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`),
      content,
      Buffer.from("\r\n"),
    ]);
  const body = Buffer.concat([
    part("workflowSource", Buffer.from('version 1.0\nimport "part.wdl" as part\nworkflow w { call part.t }\n')),
    part("workflowDependencies", zip),
    part("workflowOnHold", Buffer.from("True"), '; filename="workflowOnHold"'),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  const answer = await post("raw-form", body, { "content-type": `multipart/form-data; boundary=${boundary}` });
  expect([answer.status, await answer.json()]).toMatchObject([200, { phase: "held" }]);
  await alice("/alice/raw-form", { method: "DELETE" });
});

test("lets later inputs win, and those of `inputs` over all", async () => {
  const form = inlineForm(SOURCE, {
    workflowInputs: '{"talk.word":"one"}',
    workflowInputs_2: '{"talk.word":"two"}',
    inputs: '{"talk.word":"three"}',
  });
  await post("merged", form);
  expect((await gateway.ended("alice", "merged")).outputs).toMatchObject({ "talk.said": "three" });
});

test("reads workflowInputs as YAML, as Cromwell does, and its priority again from the stored source", async () => {
  await post("from-yaml", inlineForm(SOURCE, { workflowInputs: "talk.word: from yaml\n", priority: "7" }));
  expect((await gateway.ended("alice", "from-yaml")).outputs).toMatchObject({ "talk.said": "from yaml" });
  expect(await (await postJson("from-yaml", {})).json()).toMatchObject({ priority: 7 });
  await gateway.ended("alice", "from-yaml");
  expect((await post("bad-yaml", inlineForm(SOURCE, { workflowInputs: "just text" }))).status).toBe(400);
});

test("starts a finished workflow again from its stored source, with new inputs over the old", async () => {
  await post("again", inlineForm(SOURCE, { inputs: '{"talk.word":"first"}', label: "kept", labels: '{"a":"1"}' }));
  const first = await gateway.ended("alice", "again");
  expect(first.outputs).toMatchObject({ "talk.said": "first" });
  const repeated = await alice("/alice/again", { method: "POST" });
  expect(repeated.status, await repeated.clone().text()).toBe(200);
  const second = await gateway.ended("alice", "again");
  expect(second).toMatchObject({ outputs: { "talk.said": "first" }, label: "kept", labels: { a: "1" } });
  expect(second.id).not.toBe(first.id);
  await postJson("again", { inputs: { "talk.word": "third" } });
  expect((await gateway.ended("alice", "again")).outputs).toMatchObject({ "talk.said": "third" });
});

test("refuses a second active run of a name, also of twenty at once, and keeps nothing of the refused", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => postJson("one-at-a-time", { workflowSource: HELD, workflowOnHold: true })),
  );
  const counted = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
  expect([counted(200), counted(409)]).toEqual([1, 19]);
  const refused = answers.find(({ status }) => status === 409);
  expect(await refused?.json()).toMatchObject({
    status: "fail",
    code: "conflict",
    message: expect.stringMatching(/one-at-a-time.*has not ended/),
  });
  const accepted = (await answers.find(({ status }) => status === 200)?.json()) as { id: string };
  const kept = await remainsOf(gateway, "alice");
  const runs = kept.filter((each) => !each.includes("/"));
  const submissions = kept.filter((each) => each.includes("/submissions/"));
  expect(submissions.map((path) => path.replace(/.*\//, ""))).toEqual(runs);
  expect(runs).toContain(accepted.id);
  await alice("/alice/one-at-a-time", { method: "DELETE" });
});

test("answers a repeated Idempotency-Key with the first answer, whatever has become of the run", async () => {
  const send = (workflow: string, source: string) =>
    postJson(workflow, { workflowSource: source }, { "idempotency-key": "key-1" });
  const first = await (await send("once", HELD)).json();
  expect(await (await send("once", HELD)).json()).toEqual(first);
  await gateway.ended("alice", "once");
  expect(await (await send("once", HELD)).json()).toEqual(first);
  const other = await send("once", `${HELD}\n`);
  expect([other.status, await other.json()]).toMatchObject([422, { code: "idempotency_mismatch" }]);
  // Another path is another request.
  expect(await (await send("once-more", HELD)).json()).toMatchObject({ name: "once-more" });
  await gateway.ended("alice", "once-more");
  // A form with the same content is the same request.
  const asForm = await post("once", inlineForm(HELD), { "idempotency-key": "key-1" });
  expect(await asForm.json()).toEqual(first);
});

test("makes one run of twenty requests with one key at once", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      postJson("together", { workflowSource: HELD, workflowOnHold: true }, { "idempotency-key": "key-2" }),
    ),
  );
  const bodies = await Promise.all(answers.map(async (answer) => [answer.status, await answer.json()] as const));
  expect(bodies).toEqual(bodies.map(() => bodies[0]));
  expect(bodies[0]?.[0]).toBe(200);
  await alice("/alice/together", { method: "DELETE" });
});

test.for(["", "with space", "x".repeat(256), "tab\there"])("refuses %j as an Idempotency-Key", async (key) => {
  const answer = await postJson("keyed", { workflowSource: HELD }, { "idempotency-key": key });
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { code: "invalid_request", message: expect.stringMatching(/Idempotency-Key/) },
  ]);
});

test("receives an upload and gives it to a task", async () => {
  const upload = await alice("/awe/v1/uploads?name=my%20list.txt", { method: "POST", body: "from a file" });
  expect(upload.status).toBe(201);
  const { id, input, sizeBytes, sha256 } = (await upload.json()) as Record<string, unknown>;
  const digest = createHash("sha256").update("from a file").digest("hex");
  expect({ sizeBytes, sha256 }).toEqual({ sizeBytes: 11, sha256: digest });
  expect(input).toBe(`awe-upload:${String(id)}/my list.txt`);
  await post("with-upload", inlineForm(SOURCE, { inputs: JSON.stringify({ "talk.word": ">", "talk.list": input }) }));
  expect(await gateway.ended("alice", "with-upload")).toMatchObject({ outputs: { "talk.said": ">from a file" } });
  const foreign = await gateway.as("bob", "/bob/with-upload", {
    method: "POST",
    body: inlineForm(SOURCE, { inputs: JSON.stringify({ "talk.list": input }) }),
  });
  expect(foreign.status).toBe(400);
});

test("reads outputs and logs whole and in parts", async () => {
  await post("ranges", inlineForm(SOURCE, { inputs: '{"talk.word":"0123456789"}' }));
  const { id, calls } = await gateway.ended("alice", "ranges");
  const read = async (range: string | undefined, method = "GET") => {
    const answer = await outputOf(id, range === undefined ? {} : { range }, method);
    return [answer.status, answer.headers.get("content-range"), await answer.text()];
  };
  expect(await read(undefined)).toEqual([200, null, "0123456789"]);
  expect(await read("bytes=2-4")).toEqual([206, "bytes 2-4/10", "234"]);
  expect(await read("bytes=7-")).toEqual([206, "bytes 7-9/10", "789"]);
  expect(await read("bytes=-3")).toEqual([206, "bytes 7-9/10", "789"]);
  expect(await read("bytes=-99")).toEqual([206, "bytes 0-9/10", "0123456789"]);
  expect(await read("bytes=8-99")).toEqual([206, "bytes 8-9/10", "89"]);
  expect((await read("bytes=10-")).slice(0, 2)).toEqual([416, "bytes */10"]);
  expect((await read("bytes=-0")).slice(0, 2)).toEqual([416, "bytes */10"]);
  for (const whole of ["bytes=4-2", "bytes=0-1,3-4", "lines=1-2", "bytes=a-b", "bytes=99999999999999999999-"]) {
    expect(await read(whole), whole).toEqual([200, null, "0123456789"]);
  }
  const head = await outputOf(id, { range: "bytes=2-4" }, "HEAD");
  expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "10", ""]);
  expect(head.headers.get("content-type")).toBe("application/octet-stream");
  expect(head.headers.get("content-disposition")).toMatch(/^attachment/);

  expect(calls.map(({ key }) => key)).toEqual(["say"]);
  const log = (stream: string) => alice(`/awe/v1/runs/${id}/calls/say/logs/${stream}`);
  const stdout = await log("stdout");
  expect([stdout.status, stdout.headers.get("content-type"), await stdout.text()]).toEqual([
    200,
    "text/plain; charset=utf-8",
    "0123456789",
  ]);
  expect((await log("stderr")).status).toBe(200);
  expect((await log("stdlog")).status).toBe(404);
  expect((await alice(`/awe/v1/runs/${id}/calls/none/logs/stdout`)).status).toBe(404);
  expect((await alice(`/awe/v1/runs/${id}/outputs/talk.said`)).status).toBe(404);
  expect((await alice(`/awe/v1/runs/${id}/outputs/talk.none`)).status).toBe(404);
});

test("pages through runs without counting them", async () => {
  const ids = async (query: string) => {
    const found: string[] = [];
    let next: string | undefined;
    do {
      const page = await alice(
        `/awe/v1/runs?${query}${next === undefined ? "" : `&cursor=${encodeURIComponent(next)}`}`,
      );
      const body = (await page.json()) as { items: { id: string }[]; next?: string };
      found.push(...body.items.map(({ id }) => id));
      next = body.next;
    } while (next !== undefined);
    return found;
  };
  const all = await ids("limit=500");
  expect(await ids("limit=3")).toEqual(all);
  expect(new Set(all).size).toBe(all.length);
  expect((await ids("name=again&limit=1")).length).toBe(3);
  expect(await ids("label=project:p:q&phase=aborted,failed")).toHaveLength(4);
});

test("stays up when clients hang up while bytes are on their way", async () => {
  const big = `version 1.0
task t { command { head -c 3000000 /dev/zero } output { File out = stdout() } }
workflow talk { call t output { File out = t.out } }
`;
  await post("big", inlineForm(big));
  const { id } = await gateway.ended("alice", "big");
  const token = await gateway.token({ user: "alice" });
  const { port } = new URL(gateway.url);
  const cut = (request: string, afterMs: number) =>
    new Promise<void>((resolve) => {
      const socket = createConnection({ host: "127.0.0.1", port: Number(port) });
      socket.on("error", () => {});
      socket.on("close", () => resolve());
      socket.on("data", () => socket.pause());
      socket.write(request);
      setTimeout(() => socket.resetAndDestroy(), afterMs);
    });
  const head = (line: string, more = "") =>
    `${line} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${more}\r\n`;
  const requests = [
    head(`GET /awe/v1/runs/${id}/outputs/talk.out`),
    head("GET /alice/big/engine/v1/version"),
    head("HEAD /alice/big/engine/v1/version"),
    head("POST /alice/cut", "Content-Type: application/json\r\nContent-Length: 1000\r\n") + "{",
    `${head("POST /awe/v1/uploads?name=cut", "Transfer-Encoding: chunked\r\n")}5\r\nabcde\r\n`,
    `${head("POST /alice/cut", "Content-Type: text/xml\r\nContent-Length: 100000\r\n")}${"x".repeat(50_000)}`,
  ];
  for (let round = 0; round < 8; round++) {
    await Promise.all(requests.map((request, index) => cut(request, (round * 7 + index * 3) % 40)));
  }
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  expect((await outputOf(id, { range: "bytes=0-9" })).status).toBe(206);
  expect(gateway.child.exitCode).toBeNull();
  await vi.waitFor(
    async () => expect((await remainsOf(gateway, "alice")).filter((path) => path.endsWith("/cut"))).toEqual([]),
    { timeout: 20_000, interval: 100 },
  );
});
