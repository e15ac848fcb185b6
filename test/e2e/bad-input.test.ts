import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { packBundle } from "#src/workflows/bundle.ts";
import { rawZip } from "../sources/raw-zip.ts";
import { inlineForm, removeFolder, startGateway, stateFolder, type Gateway } from "../support/gateway.ts";
import { isRoot } from "../support/require.ts";
import { rawRequest } from "./raw-request.ts";
import { remainsOf } from "./remains.ts";

const LIMIT = 1024 * 1024;
const HELLO = `version 1.0
workflow hello {
  input { String name  Int times = 1  File? list }
  output { String greeting = "hello ~{name}" }
}
`;

let gateway: Gateway;
let before: readonly string[];

beforeAll(async () => {
  gateway = await startGateway(await stateFolder(), {
    AWE_ISOLATION: isRoot() ? "account" : "none",
    AWE_MAX_BODY: String(LIMIT),
    AWE_MAX_UPLOAD: String(LIMIT),
  });
});
afterAll(async () => {
  await gateway.stop();
  await removeFolder(gateway.dataFolder);
});
beforeEach(async () => {
  before = await remainsOf(gateway, "alice");
});
afterEach(async () => {
  expect(await remainsOf(gateway, "alice"), "a refused request left something behind").toEqual(before);
});

interface Refusal {
  readonly status: string;
  readonly code: string;
  readonly message: string;
  readonly errors: readonly { readonly message: string; readonly line?: number; readonly hint?: string }[];
}

/** Reads an answer that must be an error in AWE's form. */
async function refusal(answer: Response): Promise<Refusal & { http: number }> {
  const text = await answer.text();
  expect(answer.headers.get("content-type"), text).toBe("application/json");
  const body = JSON.parse(text) as Refusal;
  expect(body, text).toMatchObject({ status: "fail", code: expect.any(String), message: expect.any(String) });
  expect(Array.isArray(body.errors), text).toBe(true);
  return { ...body, http: answer.status };
}

const post = (body: NonNullable<RequestInit["body"]>, type?: string, path = "/alice/refused") =>
  gateway.as("alice", path, {
    method: "POST",
    body,
    ...(type === undefined ? {} : { headers: { "content-type": type } }),
  });
const postJson = (value: unknown) => post(JSON.stringify(value), "application/json");
const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

test.for<[string, string, RegExp]>([
  ["JSON that is cut off", '{"workflowSource": "version', /not valid JSON: .*line 1, column/],
  ["JSON that is no object", '["version 1.0"]', /must be a JSON object/],
  ["JSON nested 10,000 deep", deep(10_000), /nested more than 256 deep/],
  ["inputs nested 10,000 deep", `{"workflowSource":"x","inputs":${deep(10_000)}}`, /nested/],
  [
    "inputs as text nested 10,000 deep",
    JSON.stringify({ workflowSource: "x", inputs: deep(10_000) }),
    /inputs.*nested/,
  ],
  ["escaped quotes that nothing closes", `"${'\\"'.repeat(200_000)}`, /not valid JSON/],
  ["bytes that are no UTF-8", "\xff", /not valid/],
  ["no source", "{}", /no stored source/],
  ["a source that is null", '{"workflowSource":null}', /workflowSource/],
  ["a key __proto__", '{"workflowSource":"x","__proto__":{"a":1}}', /Unexpected body part name: __proto__/],
  ["an unknown field", '{"workflowSource":"x","workflowSauce":"y"}', /Unexpected body part name: workflowSauce/],
  [
    "a whole number that no double holds",
    '{"workflowSource":"x","inputs":{"a":9007199254740993}}',
    /"a".*beyond 2\^53/,
  ],
  ["a repository and a source", '{"workflow_repo":"https://example.org/r","workflowSource":"x"}', /one source/],
  [
    "a repository and a URL",
    '{"workflow_repo":"https://example.org/r","workflowUrl":"https://example.org/w"}',
    /one source/,
  ],
  ["a ref alone", '{"ref":"main"}', /ref goes with workflow_repo/],
  ["labels that are no strings", '{"workflowSource":"x","labels":{"a":1}}', /Invalid label a/],
  ["labels without a key", '{"workflowSource":"x","labels":{"":"1"}}', /can't be empty/],
  ["a label that is too long", `{"workflowSource":"x","labels":{"a":"${"x".repeat(256)}"}}`, /256 characters/],
  ["a priority that is no number", '{"workflowSource":"x","priority":"high"}', /priority/],
  ["a flag that is none", '{"workflowSource":"x","workflowOnHold":"perhaps"}', /workflowOnHold.*true or false/],
  ["an ensemble with a slash", '{"workflowSource":"x","ensemble":"a/b"}', /ensemble/],
  ["dependencies that are no base64", '{"workflowSource":"x","workflowDependencies":"%%%"}', /workflowDependencies/],
])("refuses %s", async ([, body, words]) => {
  const bytes = Buffer.from(body, body === "\xff" ? "latin1" : "utf8");
  const { http, code, message } = await refusal(await post(bytes, "application/json"));
  expect(message).toMatch(words);
  expect([http, code]).toEqual([400, "invalid_request"]);
});

test.for<[string, string, RegExp]>([
  ["has no boundary", "multipart/form-data", /no boundary/],
  ["has another boundary", "multipart/form-data; boundary=zzz", /does not occur/],
  ["is cut off", "multipart/form-data; boundary=aaa", /ends before/],
])("refuses a form that $0", async ([, type, words]) => {
  const body = '--aaa\r\nContent-Disposition: form-data; name="workflowSource"\r\n\r\nversion 1.0';
  const { http, code, message } = await refusal(await post(body, type));
  expect([http, code]).toEqual([400, "invalid_request"]);
  expect(message).toMatch(/form data is malformed/);
  expect(message).toMatch(words);
});

test.for<[string, string, number, RegExp]>([
  ["does not parse", "version 1.0\nworkflow w {\n  Int a = = 1\n}\n", 3, /./],
  ["does not type-check", 'version 1.0\nworkflow w {\n  Array[Int] a = "one"\n}\n', 3, /Array/],
  ["names what is not declared", "version 1.0\nworkflow w {\n  Int a = b\n}\n", 3, /b/],
  ["imports what is not there", 'version 1.0\nimport "missing.wdl"\nworkflow w {}\n', 2, /missing\.wdl/],
  ["has no version", "workflow w {}\n", 1, /version/],
])("refuses WDL that $0, and says where", async ([, source, line, words]) => {
  const { http, code, message, errors } = await refusal(await post(inlineForm(source)));
  expect([http, code]).toEqual([400, "invalid_source"]);
  expect(message).toMatch(words);
  expect(errors[0]).toMatchObject({ line });
});

test.for<[string, Record<string, unknown>, RegExp]>([
  ["a missing input", {}, /name/],
  ["an unknown input", { "hello.name": "x", "hello.nmae": "y" }, /nmae/],
  ["a mistyped input", { "hello.name": "x", "hello.times": "many" }, /times/],
  ["a file that was not uploaded", { "hello.name": "x", "hello.list": "list.txt" }, /list/],
  [
    "an upload that does not exist",
    { "hello.name": "x", "hello.list": "awe-upload:00000000-0000-4000-8000-000000000000/x" },
    /upload/,
  ],
  [
    "an upload with a path",
    { "hello.name": "x", "hello.list": "awe-upload:00000000-0000-4000-8000-000000000000/../x" },
    /upload/,
  ],
  ["a place that only AWE writes", { "hello.name": "awe-closure:../../x" }, /awe-closure/],
])("refuses inputs with %s", async ([, inputs, words]) => {
  const { http, code, errors } = await refusal(await postJson({ workflowSource: HELLO, inputs }));
  expect([http, code]).toEqual([400, "invalid_source"]);
  expect(errors.map(({ message }) => message).join("\n")).toMatch(words);
});

test("refuses inputs that lie in the gateway's own folder or another user's", async () => {
  for (const path of ["keys/signing-key.json", "awe.sqlite", "users/bob/x", "users/alice/../bob/x"]) {
    const inputs = { "hello.name": "x", "hello.list": `${gateway.dataFolder}/${path}` };
    const { http, code } = await refusal(await postJson({ workflowSource: HELLO, inputs }));
    expect([http, code], path).toEqual([400, "invalid_source"]);
  }
});

test.for<[string, Uint8Array]>([
  ["is none", Buffer.from("PK no zip")],
  ["leads out of itself", rawZip([{ name: "../main.wdl", content: HELLO }])],
  ["has an absolute path", rawZip([{ name: "/etc/main.wdl", content: HELLO }])],
  ["has a backslash", rawZip([{ name: "..\\main.wdl", content: HELLO }])],
])("refuses a zip that $0", async ([, zip]) => {
  for (const part of ["sourceArchive", "workflowDependencies"]) {
    const form = part === "sourceArchive" ? new FormData() : inlineForm('version 1.0\nimport "x.wdl"\nworkflow w {}\n');
    form.set(part, new Blob([Buffer.from(zip)]), "a.zip");
    const { http, code } = await refusal(await post(form));
    expect([http, code], part).toEqual([400, "invalid_source"]);
  }
});

test("refuses a zip bomb before it is unpacked", async () => {
  const zip = await packBundle(new Map([["main.wdl", Buffer.alloc(300 * 1024 * 1024)]]));
  const form = new FormData();
  form.set("sourceArchive", new Blob([Buffer.from(zip)]), "bomb.zip");
  const { http, code } = await refusal(await post(form));
  expect([http, code]).toEqual([400, "invalid_source"]);
});

test("follows no link of a zip", async () => {
  const form = new FormData();
  const link = { name: "main.wdl", content: "/etc/passwd", unixMode: 0o120777 };
  form.set("sourceArchive", new Blob([Buffer.from(rawZip([link]))]), "link.zip");
  const { http, message } = await refusal(await post(form));
  expect(http).toBe(400);
  expect(message).not.toContain("root:");
});

test("says which limit a body is over, told or not told beforehand", async () => {
  const told = await refusal(await post(Buffer.alloc(LIMIT + 1, 32), "application/json"));
  expect(told).toMatchObject({
    http: 413,
    code: "too_large",
    message: expect.stringMatching(/1048576 bytes.*AWE_MAX_BODY/),
  });
  const chunk = `${LIMIT.toString(16)}\r\n${" ".repeat(LIMIT)}\r\n`;
  const head = `POST /alice/refused HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nAuthorization: Bearer ${await gateway.token({ user: "alice" })}\r\n\r\n`;
  const untold = await rawRequest(gateway.url, `${head}${chunk}${chunk}0\r\n\r\n`);
  expect(untold.status).toBe(413);
  expect(JSON.parse(untold.text)).toMatchObject({ code: "too_large" });
});

test("refuses content types that it does not read", async () => {
  const { http, code, message } = await refusal(await post("<wdl/>", "text/xml"));
  expect([http, code]).toEqual([415, "unsupported_media_type"]);
  expect(message).toMatch(/text\/xml.*application\/json/);
});

test.for([
  "_hello",
  ".hidden",
  "-dash",
  "api",
  "engine",
  "x".repeat(101),
  "a b",
  "a%2Fb",
  "a%2e%2e%2fb",
  "h%C3%A9llo",
  "a%00b",
  "a%0Ab",
  "a%252Fb",
  "%F0%9F%A7%AC",
])("refuses %s as a workflow's name", async (name) => {
  const { http, code, message } = await refusal(await post(inlineForm(HELLO), undefined, `/alice/${name}`));
  expect([http, code]).toEqual([400, "invalid_request"]);
  expect(message).toMatch(/cannot be a workflow's name/);
});

test("finds nothing where a workflow has no name", async () => {
  for (const path of ["/alice", "/alice/", "//hello", "/"]) {
    const { http, code } = await refusal(await post(inlineForm(HELLO), undefined, path));
    expect([http, code], path).toEqual([404, "not_found"]);
  }
});

test.for<[string, Record<string, string>]>([
  ["PUT", {}],
  ["PATCH", {}],
  ["OPTIONS", {}],
])("tells %s which methods a workflow has", async ([method]) => {
  const answer = await gateway.as("alice", "/alice/refused", { method });
  expect(answer.headers.get("allow")).toBe("DELETE, GET, HEAD, POST");
  expect(await refusal(answer)).toMatchObject({ http: 405, code: "method_not_allowed" });
});

test.for<[string, string]>([
  ["POST", "/awe/v1/me"],
  ["DELETE", "/awe/v1/runs"],
  ["PUT", "/awe/v1/runs/00000000-0000-4000-8000-000000000000"],
  ["GET", "/awe/v1/uploads"],
  ["POST", "/awe/v1/credentials/git.example.org"],
  ["POST", "/awe/v1/runs/00000000-0000-4000-8000-000000000000/outputs/a"],
])("answers 405 with Allow to %s %s", async ([method, path]) => {
  const answer = await gateway.as("alice", path, { method });
  expect(answer.headers.get("allow")).toMatch(/^[A-Z, ]+$/);
  expect(await refusal(answer)).toMatchObject({ http: 405, code: "method_not_allowed" });
});

test.for([
  "phase=sleeping",
  "limit=0",
  "limit=501",
  "limit=ten",
  "from=yesterday",
  "cursor=zzz",
  "cursor=",
  "colour=red",
  "limit=1&limit=2",
])("refuses a listing with %s", async (query) => {
  const { http, code, message } = await refusal(await gateway.as("alice", `/awe/v1/runs?${query}`));
  expect([http, code]).toEqual([400, "invalid_request"]);
  expect(message).toMatch(new RegExp(query.split("=")[0] ?? ""));
});

test.for(["", "a/b", "..", ".", "a%00b", "a%5Cb", "x".repeat(201), "é".repeat(101)])(
  "refuses an upload called %j",
  async (name) => {
    const answer = await gateway.as("alice", `/awe/v1/uploads?name=${name}`, { method: "POST", body: "x" });
    expect(await refusal(answer)).toMatchObject({ http: 400, code: "invalid_request" });
  },
);

test("says which limit an upload is over, told or not told beforehand", async () => {
  const upload = (body: NonNullable<RequestInit["body"]>) =>
    gateway.as("alice", "/awe/v1/uploads?name=big", { method: "POST", body, duplex: "half" });
  const told = await refusal(await upload(Buffer.alloc(LIMIT + 1)));
  expect(told).toMatchObject({ http: 413, code: "too_large", message: expect.stringMatching(/AWE_MAX_UPLOAD/) });
  const untold = await refusal(await upload(new Blob([Buffer.alloc(LIMIT + 1)]).stream()));
  expect(untold).toMatchObject({ http: 413, code: "too_large", message: expect.stringMatching(/1048576 bytes/) });
});

test("keeps nothing of an upload whose sender went away", async () => {
  const head = `POST /awe/v1/uploads?name=cut HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nAuthorization: Bearer ${await gateway.token({ user: "alice" })}\r\n\r\n`;
  const { createConnection } = await import("node:net");
  const { port } = new URL(gateway.url);
  const socket = createConnection({ host: "127.0.0.1", port: Number(port) });
  socket.on("error", () => {});
  socket.write(`${head}half of it`);
  await expect.poll(() => remainsOf(gateway, "alice"), { timeout: 20_000 }).not.toEqual(before);
  socket.destroy();
  await expect.poll(() => remainsOf(gateway, "alice"), { timeout: 20_000 }).toEqual(before);
});

test("refuses headers that are too large, in its own form", async () => {
  const answer = await rawRequest(
    gateway.url,
    `GET /awe/v1/me HTTP/1.1\r\nHost: x\r\nX-Large: ${"x".repeat(70_000)}\r\nConnection: close\r\n\r\n`,
  );
  expect(answer.status).toBe(431);
  expect(JSON.parse(answer.text)).toMatchObject({ status: "fail", code: "too_large" });
});

test.for(["GET\r\n\r\n", "nonsense\r\n\r\n", "GET / HTTP/1.1\r\nHost: x y\r\nConnection: close\r\n\r\n"])(
  "refuses what is no HTTP (%j), in its own form",
  async (request) => {
    const answer = await rawRequest(gateway.url, request);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ status: "fail", code: "invalid_request" });
  },
);
