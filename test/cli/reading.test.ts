import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { aCall, aRun, fakeServer, RUN_ID } from "./fake-server.ts";
import { awe, temporaryFolder } from "./run-cli.ts";

const runs = `/awe/v1/runs/${RUN_ID}`;

test("lists runs in a pipe as fields parted by tabs", async () => {
  await using server = await fakeServer({
    "GET /awe/v1/runs": { body: { items: [aRun({ label: "two\twords\u001B[31m" })], next: "abc" } },
  });
  const args = ["list", "--phase", "running", "--phase", "failed", "--name", "hello", "--label", "a:b", "--limit", "3"];
  const { exit, stdout, stderr } = await awe(args, { env: server.env });
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(`hello\tsucceeded\t2026-01-02T03:04:05.000Z\t${RUN_ID}\ttwo words\uFFFD[31m\n`);
  expect(server.seen[0]?.url).toBe("/awe/v1/runs?phase=running&phase=failed&label=a%3Ab&name=hello&limit=3");
});

test("lists everything page by page, and prints it as one", async () => {
  await using server = await fakeServer({
    "GET /awe/v1/runs": [
      { body: { items: [aRun({ name: "a" })], next: "c1" } },
      { body: { items: [aRun({ name: "b" })] } },
    ],
  });
  const { stdout } = await awe(["list", "--all", "--user", "*", "--json"], { env: server.env });
  expect((JSON.parse(stdout) as { items: { name: string }[] }).items.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(server.seen.map(({ url }) => url)).toEqual([
    "/awe/v1/runs?user=*&limit=500",
    "/awe/v1/runs?user=*&limit=500&cursor=c1",
  ]);
});

test("shows outputs, and prints them as Cromwell's JSON", async () => {
  const outputs = { "hello.greeting": "Hello", "hello.counts": [1, 2] };
  await using server = await fakeServer({ "GET /alice/hello": { body: aRun({ outputs }) } });
  expect((await awe(["outputs", "hello"], { env: server.env })).stdout).toBe(
    "hello.greeting\tHello\nhello.counts\t[1,2]\n",
  );
  const { stdout } = await awe(["outputs", "hello", "--json"], { env: server.env });
  expect(JSON.parse(stdout)).toEqual({ id: RUN_ID, outputs });
});

test.each([
  ["running", "hello has no outputs yet: it is running.\n"],
  ["failed", "hello has no outputs: it has failed.\n"],
  ["aborted", "hello has no outputs: it has been aborted.\n"],
] as const)("says that a run that is %s has no outputs, and exits with 1", async (phase, message) => {
  await using server = await fakeServer({ "GET /alice/hello": { body: aRun({ phase, outputs: null }) } });
  expect(await awe(["outputs", "hello"], { env: server.env })).toEqual({ exit: 1, stdout: "", stderr: message });
});

test("downloads the outputs that are files, whole, and stays in the folder", async () => {
  await using server = await fakeServer({
    "GET /alice/hello": {
      body: aRun({
        outputs: {
          "hello.one": "/runs/one.txt",
          "hello.parts": ["/runs/0/part.txt", "/runs/1/part.txt"],
          "hello.pair": { left: "/runs/left", right: 3 },
          "hello.odd": "/runs/..",
          "hello.text": "/just/a/text",
          "hello.none": null,
        },
      }),
    },
    [`GET ${runs}/outputs/hello.one`]: { body: "one" },
    [`GET ${runs}/outputs/hello.parts.0`]: { body: "part 0" },
    [`GET ${runs}/outputs/hello.parts.1`]: { body: "part 1" },
    [`GET ${runs}/outputs/hello.pair.left`]: { body: "" },
    [`GET ${runs}/outputs/hello.odd`]: { body: "odd" },
  });
  await using folder = await temporaryFolder();
  const { exit, stdout } = await awe(["outputs", "hello", "--download", "in/here"], {
    env: server.env,
    cwd: folder.path,
  });
  expect(exit).toBe(0);
  expect(stdout.split("\n")).toEqual([
    "hello.one\tin/here/one.txt",
    "hello.parts.0\tin/here/hello.parts.0/part.txt",
    "hello.parts.1\tin/here/hello.parts.1/part.txt",
    "hello.pair.left\tin/here/left",
    "hello.odd\tin/here/_",
    "",
  ]);
  const here = join(folder.path, "in/here");
  expect((await readdir(here)).toSorted()).toEqual(["_", "hello.parts.0", "hello.parts.1", "left", "one.txt"]);
  expect(await readFile(join(here, "hello.parts.1/part.txt"), "utf8")).toBe("part 1");
});

const two = aRun({ calls: [aCall(), aCall({ key: "count-0", name: "hello.count", shard: 0 }), aCall({ key: "sub" })] });

test("prints the logs of all calls under their names", async () => {
  await using server = await fakeServer({
    "GET /alice/hello": { body: two },
    [`GET ${runs}/calls/greet/logs/stdout`]: { body: "Hello\n" },
    [`GET ${runs}/calls/count-0/logs/stdout`]: { body: "1\n" },
  });
  const { exit, stdout } = await awe(["logs", "hello"], { env: server.env });
  expect(exit).toBe(0);
  expect(stdout).toBe("==> greet <==\nHello\n\n==> count-0 <==\n1\n");
});

test.each(["count-0", "count", "hello.count"])("prints the log of one call alone, called %s", async (call) => {
  await using server = await fakeServer({
    "GET /alice/hello": { body: two },
    [`GET ${runs}/calls/count-0/logs/stderr`]: { body: "\u0000bytes as they are\n" },
  });
  const { exit, stdout } = await awe(["logs", "hello", call, "--stderr"], { env: server.env });
  expect([exit, stdout]).toEqual([0, "\u0000bytes as they are\n"]);
});

test("names the calls that there are for one that is not, and exits with 3", async () => {
  await using server = await fakeServer({ "GET /alice/hello": { body: two } });
  expect(await awe(["logs", "hello", "nothere"], { env: server.env })).toEqual({
    exit: 3,
    stdout: "",
    stderr: "awe: hello has no call nothere.\nIts calls: greet, count-0, sub\n",
  });
});

test("follows a log to the end of the run and reads nothing twice", async () => {
  const going = aRun({ phase: "running", status: "Running", calls: [aCall({ status: "Running", endedAt: null })] });
  await using server = await fakeServer({
    "GET /alice/hello": { body: going },
    [`GET ${runs}`]: [{ body: going }, { body: aRun() }],
    [`GET ${runs}/calls/greet/logs/stdout`]: [
      { body: "one\n" },
      { status: 416, body: { message: "nothing" } },
      { status: 206, body: "two\n" },
    ],
  });
  const { exit, stdout } = await awe(["logs", "hello", "greet", "--follow"], { env: server.env });
  expect([exit, stdout]).toEqual([0, "one\ntwo\n"]);
  const ranges = server.seen.filter(({ url }) => url.endsWith("/stdout")).map(({ headers }) => headers.range);
  expect(ranges).toEqual([undefined, "bytes=4-", "bytes=4-"]);
});

test("aborts with DELETE, and shows Cromwell's refusal of what has ended", async () => {
  await using server = await fakeServer({
    "DELETE /alice/hello": { body: { id: RUN_ID, status: "Aborting" } },
    "DELETE /alice/old": { status: 404, body: { status: "error", message: "Couldn't abort it" } },
  });
  expect((await awe(["abort", "hello"], { env: server.env })).stdout).toBe(`hello  Aborting  ${RUN_ID}\n`);
  const json = await awe(["abort", "hello", "--json"], { env: server.env });
  expect(JSON.parse(json.stdout)).toEqual({ id: RUN_ID, status: "Aborting" });
  expect(await awe(["abort", "old"], { env: server.env })).toEqual({
    exit: 3,
    stdout: "",
    stderr: "awe: Couldn't abort it\n",
  });
});

test("releases a held run with Cromwell's call", async () => {
  await using server = await fakeServer({
    "POST /alice/hello/api/workflows/v1/hello/releaseHold": { body: { id: RUN_ID, status: "Submitted" } },
  });
  expect((await awe(["release", "hello"], { env: server.env })).stdout).toBe(`hello  Submitted  ${RUN_ID}\n`);
});

test("stops in silence when nobody reads on", async () => {
  const items = Array.from({ length: 5_000 }, () => aRun());
  await using server = await fakeServer({ "GET /awe/v1/runs": { body: { items } } });
  const { exit, stderr } = await awe(["list"], { env: server.env, started: (child) => child.stdout?.destroy() });
  expect([exit, stderr]).toEqual([0, ""]);
});
