import { afterAll, beforeAll, expect, test } from "vitest";
import yazl from "yazl";

import { encodeForm, EngineProcess, messages } from "./support/engine-process.ts";
import type { Form } from "./support/engine-process.ts";

const PLAIN = 'version 1.0\nworkflow plain { input { Int n = 1 String s = "a" } output { Int o = n String t = s } }';
const V1 = "/api/workflows/v1";

let engine: EngineProcess;

beforeAll(async () => {
  engine = await new EngineProcess().start();
});

afterAll(async () => {
  await engine.remove();
});

const refusals: readonly (readonly [string, Form, string])[] = [
  ["no source", {}, "Error(s): workflowSource or workflowUrl needs to be supplied"],
  [
    "source and url",
    { workflowSource: PLAIN, workflowUrl: "http://localhost/x.wdl" },
    "Error(s): workflowSource and workflowUrl can't both be supplied",
  ],
  [
    "two sources",
    { workflowSource: PLAIN, wdlSource: PLAIN },
    "Error(s): wdlSource and workflowSource can't both be supplied",
  ],
  [
    "two mistakes at once",
    { workflowSource: PLAIN, nonsense: "x", workflowUrl: "htpps://x" },
    "Error(s): Unexpected body part name: nonsense\nworkflowSource and workflowUrl can't both be supplied\n" +
      "Error while validating workflow url: unknown protocol: htpps",
  ],
  [
    "a long url",
    { workflowUrl: `http://localhost/${"x".repeat(2000)}` },
    "Error(s): Invalid workflow url: url has length 2017, longer than the maximum allowed 2000 characters",
  ],
  [
    "inputs that are a text",
    { workflowSource: PLAIN, workflowInputs: '"x"' },
    "Error(s): Submitted input '\"x\"' of type JsString is not a valid JSON object.",
  ],
  [
    "an array of inputs",
    { workflowSource: PLAIN, workflowInputs: "[{},{}]" },
    "To submit more than one workflow at a time, use the batch endpoint.",
  ],
  [
    "an option that is an object",
    { workflowSource: PLAIN, workflowOptions: '{"a":{"b":1}}' },
    'Error(s): Invalid workflow options provided: Unsupported key/value pair in WorkflowOptions: a -> {"b":1}',
  ],
  [
    "labels that are an array",
    { workflowSource: PLAIN, labels: "[]" },
    'Error(s): Invalid workflow labels JSON. Expected a JsObject of "labelKey": "labelValue" values.',
  ],
  [
    "a label that is a number",
    { workflowSource: PLAIN, labels: '{"a":1}' },
    "Error(s): Invalid label a: 1 : Labels must be strings. A Label key must be non-empty.",
  ],
  [
    "a label that is too long",
    { workflowSource: PLAIN, labels: JSON.stringify({ k: "v".repeat(256) }) },
    `Error(s): Invalid label: \`${"v".repeat(256)}\` is 256 characters. The maximum is 255.`,
  ],
  [
    "more ids than workflows",
    { workflowSource: PLAIN, requestedWorkflowId: '["1-1-1-1-1","2-1-1-1-1"]' },
    "Error(s): Mismatch between requested IDs count (2) and workflow inputs counts (1)",
  ],
];

test.for(refusals)("refuses %s", async ([, form, message]) => {
  const answer = await engine.postForm(V1, form);
  expect(answer.status).toBe(400);
  expect(answer.headers["content-type"]).toBe("application/json");
  expect(answer.text).toBe(JSON.stringify({ status: "fail", message }, undefined, 2));
});

test("tells the place of a mistake in inputs that are neither JSON nor YAML", async () => {
  const answer = await engine.postForm(V1, { workflowSource: PLAIN, workflowInputs: '{"a": [}' });
  expect(answer.status).toBe(400);
  expect(answer.text).toMatch(/Error\(s\): Input file is not a valid yaml or json. Inputs data: .* Error: .+\./);
});

test("answers a submission in one line, and knows the id from then on", async () => {
  const answer = await engine.postForm("/api/workflows/any-version", { workflowSource: PLAIN });
  expect(answer.status).toBe(201);
  const { id } = answer.json as { id: string };
  expect(answer.text).toBe(`{"id":"${id}","status":"Submitted"}`);
  expect((await engine.get(`${V1}/${id}/status`)).status).toBe(200);
  expect((await engine.metadata(id)).labels).toEqual({ "cromwell-workflow-id": `cromwell-${id}` });
});

test("takes the last of parts with one name, YAML inputs, and numbered inputs over them in ascending order", async () => {
  const metadata = await engine.run({
    workflowSource: ["nonsense", PLAIN],
    workflowInputs_10: '{"plain.n": 10}',
    workflowInputs: "plain.n: 1\nplain.s: yaml\n",
    workflowInputs_2: '{"plain.n": 2}',
  });
  expect(metadata.outputs).toEqual({ "plain.o": 10, "plain.t": "yaml" });
});

test("reads a part that was sent as a file as it reads a field", async () => {
  const body = [
    "--b",
    'Content-Disposition: form-data; name="workflowSource"; filename="workflowSource"',
    "Content-Type: application/octet-stream",
    "",
    PLAIN,
    "--b",
    'Content-Disposition: form-data; name="workflowOnHold"; filename="workflowOnHold"',
    "",
    "True",
    "--b--",
    "",
  ].join("\r\n");
  const answer = await engine.call("POST", V1, {
    headers: { "content-type": 'multipart/form-data; boundary="b"' },
    body,
  });
  expect(answer.status).toBe(201);
  expect(answer.json).toMatchObject({ status: "On Hold" });
});

test("reads imports from a zip that was sent without a file name", async () => {
  const zip = new yazl.ZipFile();
  zip.addBuffer(Buffer.from("version 1.0\nstruct Pot { Int n }\n"), "lib/pots.wdl");
  const source = 'version 1.0\nimport "lib/pots.wdl"\nworkflow w { input { Pot pot } output { Int n = pot.n } }';
  const metadata = await engine.run({
    workflowSource: source,
    workflowInputs: '{"w.pot": {"n": 4}}',
    workflowDependencies: await bytesOf(zip),
  });
  expect(metadata).toMatchObject({ status: "Succeeded", outputs: { "w.n": 4 } });
});

test("fails a workflow whose zip leaves its folder, holds a link or is none", async () => {
  const link = new yazl.ZipFile();
  link.addBuffer(Buffer.from("/etc/passwd"), "a.wdl", { mode: 0o120777 });
  const outside = Buffer.from(
    (await bytesOf(plainZip("aa/a.wdl"))).toString("latin1").replaceAll("aa/a.wdl", "../a.wdl"),
    "latin1",
  );
  for (const [dependencies, reason] of [
    [await bytesOf(link), /symbolic link/],
    [outside, /relative path/],
    [Buffer.from("no zip"), /cannot read the zip/],
  ] as const) {
    const { status, failures } = await engine.run({ workflowSource: PLAIN, workflowDependencies: dependencies });
    expect(status).toBe("Failed");
    expect(messages(failures).join()).toMatch(reason);
  }
});

test("accepts WDL that is wrong, and fails it with Cromwell's tree", async () => {
  const wrong = await engine.run({ workflowSource: "version 1.0\nworkflow w { Int x = y }" });
  expect(wrong).toMatchObject({ status: "Failed", calls: {} });
  expect(messages(wrong.failures)[0]).toBe("Workflow input processing failed");
  expect(messages(wrong.failures)[1]).toMatch(/main\.wdl:2:/);
  const lacking = await engine.run({ workflowSource: "version 1.0\nworkflow w { input { Int x } }" });
  expect(lacking.failures).toEqual([
    {
      message: "Workflow input processing failed",
      causedBy: [{ message: "Required workflow input 'w.x' not specified", causedBy: [] }],
    },
  ]);
});

test("submits a batch with shared labels, and wants inputs for it", async () => {
  const answer = await engine.postForm(`${V1}/batch`, {
    workflowSource: PLAIN,
    workflowInputs: '[{"plain.n": 1}, {"plain.n": 2}]',
    workflowInputs_1: '{"plain.s": "both"}',
    labels: '{"k": "v"}',
    requestedWorkflowId: '["A0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000002"]',
  });
  expect(answer.status).toBe(201);
  expect(answer.json).toEqual([
    { id: "a0000000-0000-0000-0000-000000000001", status: "Submitted" },
    { id: "a0000000-0000-0000-0000-000000000002", status: "Submitted" },
  ]);
  await engine.ended("a0000000-0000-0000-0000-000000000002");
  const second = await engine.metadata("a0000000-0000-0000-0000-000000000002");
  expect(second.outputs).toEqual({ "plain.o": 2, "plain.t": "both" });
  expect(second.labels["k"]).toBe("v");
  const without = await engine.postForm(`${V1}/batch`, { workflowSource: PLAIN });
  expect(without.json).toMatchObject({ message: "Error(s): No inputs were provided" });
});

test("refuses an id that is in use or asked for twice", async () => {
  const id = "b0000000-0000-0000-0000-000000000001";
  const first = await engine.postForm(V1, { workflowSource: PLAIN, requestedWorkflowId: id });
  expect(first.json).toEqual({ id, status: "Submitted" });
  const again = await engine.postForm(V1, { workflowSource: PLAIN, requestedWorkflowId: `"${id}"` });
  expect(again.status).toBe(400);
  expect(again.json).toEqual({ status: "fail", message: `Requested workflow IDs are already in use: ${id}` });
  const twice = "c0000000-0000-0000-0000-000000000001";
  const both = await engine.postForm(`${V1}/batch`, {
    workflowSource: PLAIN,
    workflowInputs: "[{},{}]",
    requestedWorkflowId: JSON.stringify([twice, twice]),
  });
  expect(both.json).toEqual({ status: "fail", message: `Requested workflow IDs are duplicated: ${twice}` });
});

test("warns of the old names of parts in a header", async () => {
  const answer = await engine.postForm(V1, { wdlSource: PLAIN });
  expect(answer.status).toBe(201);
  expect(answer.headers["warning"]).toMatch(/^299 cromwell\/\S+ "The 'wdlSource' parameter name has been deprecated/);
});

test("refuses a body over 8 MiB with 500, whether it says so before or not", async () => {
  const { type, body } = encodeForm({ workflowSource: "x".repeat(8 * 1024 * 1024) });
  const answer = await engine.call("POST", V1, { headers: { "content-type": type }, body });
  expect(answer.status).toBe(500);
  expect(answer.json).toEqual({
    status: "fail",
    message: "Request too large: Request was longer than the maximum of 8388608",
  });
});

test("refuses a submission that is no form with 415, and a broken form with 500", async () => {
  const json = await engine.call("POST", V1, { headers: { "content-type": "application/json" }, body: "{}" });
  expect(json.status).toBe(415);
  expect(json.headers["content-type"]).toBe("text/plain; charset=UTF-8");
  expect(json.text).toBe(
    "The request's Content-Type [application/json] is not supported. Expected:\nmultipart/form-data",
  );
  const broken = await engine.call("POST", V1, {
    headers: { "content-type": "multipart/form-data; boundary=b" },
    body: "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nunfinished",
  });
  expect(broken.status).toBe(500);
  expect(broken.json).toMatchObject({ status: "fail" });
});

test.for(["workflowInputs", "workflowOptions", "labels", "workflowInputs_2", "requestedWorkflowId"])(
  "refuses %s that nest ten thousand deep",
  async (part) => {
    const deep = `{"plain.n": ${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
    const answer = await engine.postForm(V1, { workflowSource: PLAIN, workflowInputs: "{}", [part]: deep });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("nests deeper than 500 levels");
  },
);

test("describes a document, right or wrong", async () => {
  const right = await engine.postForm("/api/womtool/v1/describe", { workflowSource: PLAIN, unknownPart: "x" });
  expect(right.status).toBe(200);
  expect(right.json).toMatchObject({ valid: true, validWorkflow: true, name: "plain", isRunnableWorkflow: true });
  const wrong = await engine.postForm("/api/womtool/v1/describe", { workflowSource: "workflow {" });
  expect(wrong.status).toBe(200);
  expect(wrong.json).toMatchObject({ valid: false, validWorkflow: false });
  expect((await engine.postForm("/api/womtool/v1/describe", { workflowInputs: "{}" })).status).toBe(400);
});

function plainZip(name: string): yazl.ZipFile {
  const zip = new yazl.ZipFile();
  zip.addBuffer(Buffer.from("version 1.0\n"), name);
  return zip;
}

async function bytesOf(zip: yazl.ZipFile): Promise<Buffer> {
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
