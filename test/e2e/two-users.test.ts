import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { packBundle } from "#src/workflows/bundle.ts";
import {
  inlineForm,
  removeFolder,
  startGateway,
  stateFolder,
  type Gateway,
  type RunAnswer,
} from "../support/gateway.ts";
import { isRoot } from "../support/require.ts";
import { rawGet } from "./raw-request.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));
const UNKNOWN = "11111111-2222-4333-8444-555555555555";
const NOBODY = "nobody-here";

const SOURCE = `version 1.0
task count {
  input { String word }
  command { echo ~{word} | tee word.txt | wc -c }
  output { File word_file = "word.txt"  Int size = read_int(stdout()) }
}
workflow counting {
  input { String word }
  scatter (index in range(2)) { call count { input: word = word + index } }
  output { Array[File] words = count.word_file  Array[Int] sizes = count.size }
}
`;

let gateway: Gateway;
let alices: RunAnswer;
let bobs: RunAnswer;

beforeAll(async () => {
  gateway = await startGateway(await stateFolder(), { AWE_ISOLATION: isRoot() ? "account" : "none" });
  const run = async (user: string, workflow: string, labels: Record<string, string>) => {
    const body = inlineForm(SOURCE, {
      inputs: JSON.stringify({ "counting.word": `${user}s-own-word` }),
      labels: JSON.stringify(labels),
    });
    const answer = await gateway.as(user, `/${user}/${workflow}`, { method: "POST", body });
    expect(answer.status, await answer.clone().text()).toBe(200);
    return gateway.ended(user, workflow);
  };
  [alices, bobs] = await Promise.all([
    run("alice", "same-name", { project: "secret-of-alice" }),
    run("bob", "same-name", { project: "secret-of-bob" }),
    run("alice", "alices-only", { project: "secret-of-alice" }),
  ]);
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await removeFolder(gateway.dataFolder);
});

test("two users run at once, under one name, and each gets its own", () => {
  expect([alices.phase, bobs.phase]).toEqual(["succeeded", "succeeded"]);
  expect(alices.id).not.toBe(bobs.id);
});

function packed(folder: string): Promise<Uint8Array> {
  const paths = readdirSync(folder, { recursive: true }).map(String);
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return packBundle(new Map(files.map((path) => [path, readFileSync(join(folder, path))])));
}

/** Every call that names something: method, and path by user, workflow and run. */
const CALLS: readonly (readonly [string, (user: string, workflow: string, run: string) => string, string?])[] = [
  ["GET", (user, workflow) => `/${user}/${workflow}`],
  ["HEAD", (user, workflow) => `/${user}/${workflow}`],
  ["DELETE", (user, workflow) => `/${user}/${workflow}`],
  ["POST", (user, workflow) => `/${user}/${workflow}`, "{}"],
  ["PUT", (user, workflow) => `/${user}/${workflow}/api/workflows/v1/${workflow}/labels`],
  ...["status", "metadata", "metadata/failed-jobs", "outputs", "logs", "labels", "timing", "cost"].flatMap((call) => [
    ["GET", (user: string, workflow: string) => `/${user}/${workflow}/api/workflows/v1/${workflow}/${call}`] as const,
    [
      "GET",
      (user: string, workflow: string, run: string) => `/${user}/${workflow}/api/workflows/v1/${run}/${call}`,
    ] as const,
  ]),
  ...["abort", "releaseHold"].map(
    (call) =>
      [
        "POST",
        (user: string, workflow: string, run: string) => `/${user}/${workflow}/api/workflows/v1/${run}/${call}`,
      ] as const,
  ),
  ["PATCH", (user, workflow, run) => `/${user}/${workflow}/api/workflows/v1/${run}/labels`, '{"a":"b"}'],
  ["GET", (user, workflow) => `/${user}/${workflow}/api/workflows/v1/query?label=project:secret-of-alice`],
  ["POST", (user, workflow) => `/${user}/${workflow}/api/workflows/v1/query`, "[]"],
  ["GET", (user, workflow) => `/${user}/${workflow}/api/workflows/v1/backends`],
  ["GET", (user, workflow) => `/${user}/${workflow}/engine/v1/version`],
  ["GET", (_user, _workflow, run) => `/awe/v1/runs/${run}`],
  ["GET", (_user, _workflow, run) => `/awe/v1/runs/${run}/calls/count-0/logs/stdout`],
  ["GET", (_user, _workflow, run) => `/awe/v1/runs/${run}/outputs/counting.words.0`],
  ["GET", (user) => `/awe/v1/runs?user=${user}`],
];

/** The whole of an answer, but for what differs with each: the id of the request and the time. */
async function whole(answer: Response): Promise<object> {
  const headers = [...answer.headers].filter(([name]) => !["x-request-id", "date"].includes(name));
  return { status: answer.status, headers, body: await answer.text() };
}

test.for(CALLS.map(([method, path, body]) => ({ method, path, body, shown: path("<user>", "<workflow>", "<run>") })))(
  "$method $shown tells no difference between another user's and nobody's",
  async ({ method, path, body }) => {
    const init = { method, ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } }) };
    const ask = async (address: string) => whole(await gateway.as("bob", address, init));
    const theirs = await ask(path("alice", "alices-only", alices.id));
    expect(theirs).toMatchObject({ status: 404 });
    expect(await ask(path(NOBODY, "alices-only", UNKNOWN))).toEqual(theirs);
    expect(await ask(path("alice", "no-such", UNKNOWN))).toEqual(theirs);
    // Under the caller's own name another's workflow is one that does not exist.
    if (method === "POST" && body === "{}") return;
    const own = path("bob", "alices-only", alices.id);
    if (own.includes("/bob/")) expect(await ask(own)).toEqual(theirs);
  },
);

test("another user's run is no run of one's own workflow, in words as for an id of nobody", async () => {
  for (const call of ["status", "metadata", "outputs", "logs", "labels", "timing"]) {
    const ask = async (id: string) => {
      const answer = await gateway.as("bob", `/bob/same-name/api/workflows/v1/${id}/${call}`);
      return { status: answer.status, body: (await answer.text()).replaceAll(id, "ID") };
    };
    expect(await ask(alices.id)).toEqual(await ask(UNKNOWN));
    expect(await ask(alices.id)).toMatchObject({
      status: 404,
      body: expect.stringContaining("Unrecognized workflow ID: ID"),
    });
  }
});

test("listings, searches and counts hold one's own things only", async () => {
  const listed = async (query: string) => {
    const answer = await gateway.as("bob", `/awe/v1/runs${query}`);
    return (await answer.json()) as { items: { id: string }[]; next?: string };
  };
  for (const query of ["", "?limit=1", "?name=same-name", "?user=bob", "?phase=succeeded", "?label=project"]) {
    const { items, next } = await listed(query);
    expect(
      items.map(({ id }) => id),
      query,
    ).toEqual([bobs.id]);
    expect(next).toBeUndefined();
  }
  for (const query of ["?name=alices-only", "?label=project:secret-of-alice", "?phase=failed"]) {
    expect(await listed(query), query).toEqual({ items: [] });
  }
  for (const [path, ids] of [
    ["query", [bobs.id]],
    ["query?label=project:secret-of-alice", []],
    [`query?id=${alices.id}`, []],
    ["query?labelor=project:secret-of-alice&labelor=project:secret-of-bob", [bobs.id]],
    ["query?excludeLabelOr=project:secret-of-bob", []],
  ] as const) {
    const answer = await gateway.as("bob", `/bob/same-name/api/workflows/v1/${path}`);
    const { results, totalResultsCount } = (await answer.json()) as {
      results: { id: string }[];
      totalResultsCount: number;
    };
    expect(
      results.map(({ id }) => id),
      path,
    ).toEqual(ids);
    expect(totalResultsCount, path).toBe(ids.length);
  }
});

test("a cursor of another user's listing brings nothing of theirs", async () => {
  const first = await gateway.as("alice", "/awe/v1/runs?limit=1");
  const { next } = (await first.json()) as { next?: string };
  expect(next).toBeTypeOf("string");
  const answer = await gateway.as("bob", `/awe/v1/runs?cursor=${encodeURIComponent(next ?? "")}`);
  expect(await answer.text()).not.toMatch(/alice/);
});

test("two users run every example at once", async () => {
  const examples = readdirSync(EXAMPLES).filter((name) => statSync(join(EXAMPLES, name)).isDirectory());
  expect(examples.length).toBeGreaterThan(0);
  const runs = examples.flatMap((example) =>
    ["alice", "bob"].map(async (user) => {
      const form = new FormData();
      form.set("sourceArchive", new Blob([Buffer.from(await packed(join(EXAMPLES, example)))]), "example.zip");
      const answer = await gateway.as(user, `/${user}/example-${example}-of-${user}`, { method: "POST", body: form });
      expect(answer.status, await answer.clone().text()).toBe(200);
      const run = await gateway.ended(user, `example-${example}-of-${user}`);
      expect([run.phase, run.failures], `${example} of ${user}`).toEqual(["succeeded", []]);
      return run;
    }),
  );
  for (const run of await Promise.all(runs)) expect(Object.keys(run.outputs ?? {}).length).toBeGreaterThan(0);
});

test("nothing that a user can see names the other", async () => {
  const paths = [
    "/awe/v1/me",
    "/awe/v1/runs",
    "/awe/v1/credentials",
    `/awe/v1/runs/${bobs.id}`,
    "/bob/same-name",
    ...["status", "metadata", "outputs", "logs", "labels", "timing", "query", "backends"].map((call) =>
      ["query", "backends"].includes(call)
        ? `/bob/same-name/api/workflows/v1/${call}`
        : `/bob/same-name/api/workflows/v1/same-name/${call}`,
    ),
    "/bob/same-name/engine/v1/version",
    "/bob/same-name/engine/v1/status",
    "/openapi.json",
  ];
  for (const path of paths) {
    const answer = await gateway.as("bob", path);
    expect(answer.status, path).toBe(200);
    const text = await answer.text();
    expect(text, path).not.toMatch(/alice/);
    expect(text, path).not.toContain(alices.id);
  }
});

test("an administrator sees everybody's, and acts for them", async () => {
  const token = await gateway.token({ user: "root-of-lab", admin: true });
  const ask = (path: string) => fetch(gateway.url + path, { headers: { authorization: `Bearer ${token}` } });
  expect(await (await ask("/awe/v1/runs?user=*&name=same-name")).json()).toMatchObject({ items: { length: 2 } });
  expect((await ask("/alice/alices-only")).status).toBe(200);
  expect((await ask(`/awe/v1/runs/${bobs.id}`)).status).toBe(200);
  expect((await ask("/nobody-here/alices-only")).status).toBe(404);
});

const segment = fc.oneof(
  fc.constantFrom("alice", "bob", "same-name", "alices-only", "awe", "v1", "runs", "me", "api", "workflows", "query"),
  fc.constantFrom(
    "%2e%2e",
    "..",
    ".",
    "%2F",
    "%5C",
    "%00",
    "%0A",
    "%0d%0a",
    "%25%32%46",
    "%252e",
    "%C0%AF",
    "%",
    "%zz",
    "*",
  ),
  fc.constantFrom(
    "%61lice",
    "ALICE",
    "alice%20",
    "alice%00",
    "alice.",
    "alice%2Fsame-name",
    "%E2%80%AEalice",
    "~alice",
  ),
  fc.string({ maxLength: 12 }).map(encodeURIComponent),
  fc.constant(""),
);

test("no address whatsoever fails inside or shows another user's data", async () => {
  const token = await gateway.token({ user: "bob" });
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 7 }), async (segments) => {
      const answer = await rawGet(gateway.url, `/${segments.join("/")}`, token);
      expect(answer.status).toBeGreaterThanOrEqual(200);
      expect(answer.status).toBeLessThan(500);
      expect(answer.text).not.toMatch(/secret-of-alice|alices-own-word/);
      if (answer.status >= 400 && answer.headers.get("content-type") === "application/json") {
        expect(JSON.parse(answer.text)).toMatchObject({ status: "fail", message: expect.any(String) });
      }
    }),
    { numRuns: 400 },
  );
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
});
