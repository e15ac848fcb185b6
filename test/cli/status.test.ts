import { expect, test } from "vitest";

import { aCall, aRun, fakeServer, RUN_ID } from "./fake-server.ts";
import { awe } from "./run-cli.ts";

const running = aRun({
  status: "Running",
  phase: "running",
  endedAt: null,
  outputs: null,
  calls: [aCall({ status: "Running", returnCode: null, endedAt: null })],
});

const failed = aRun({
  status: "Failed",
  phase: "failed",
  outputs: null,
  calls: [aCall({ status: "Failed", returnCode: 2 })],
  failures: [
    {
      message: "Workflow failed",
      causedBy: [{ message: "Job hello.greet:NA:1 exited with return code 2\nSee its stderr", causedBy: [] }],
    },
  ],
});

test("prints the run, its calls and its outputs", async () => {
  await using server = await fakeServer({ "GET /alice/hello": { body: aRun() } });
  const { exit, stdout } = await awe(["status", "hello"], { env: server.env });
  expect(exit).toBe(0);
  expect(stdout).toBe(
    `hello  Succeeded  3.5s  ${RUN_ID}\n  greet  Done             3.0s\noutputs\n  hello.greeting  Hello\n`,
  );
});

test("prints why a run failed, and exits with 0 because it could say so", async () => {
  await using server = await fakeServer({ "GET /alice/hello": { body: failed } });
  const { exit, stdout } = await awe(["status", "hello"], { env: server.env });
  expect(exit).toBe(0);
  expect(stdout).toContain("  greet  Failed           3.0s  exit 2\n");
  expect(stdout).toContain(
    "failures\n  Workflow failed\n    Job hello.greet:NA:1 exited with return code 2\n      See its stderr\n",
  );
});

test("prints with --json what the server answers", async () => {
  await using server = await fakeServer({ "GET /alice/hello": { body: failed } });
  const { exit, stdout } = await awe(["status", "hello", "--json"], { env: server.env });
  expect([exit, JSON.parse(stdout)]).toEqual([0, failed]);
});

test("waits in a pipe with one line per change, then the outputs", async () => {
  await using server = await fakeServer({
    "GET /alice/hello": { body: aRun({ status: "Submitted", phase: "scheduled", calls: [], outputs: null }) },
    [`GET /awe/v1/runs/${RUN_ID}`]: [{ body: running }, { body: running }, { body: aRun() }],
  });
  const { exit, stdout, stderr } = await awe(["status", "hello", "--wait"], { env: server.env });
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout.split("\n")).toEqual([
    "hello scheduled",
    "hello greet Running",
    "hello running",
    "hello greet Done (exit 0, 3.0s)",
    "hello succeeded",
    "outputs",
    "  hello.greeting  Hello",
    "",
  ]);
});

test.each([
  ["failed", failed],
  ["aborted", aRun({ status: "Aborted", phase: "aborted", outputs: null })],
])("exits with 1 after waiting for a run that %s", async (_what, end) => {
  await using server = await fakeServer({
    "GET /alice/hello": { body: running },
    [`GET /awe/v1/runs/${RUN_ID}`]: { body: end },
  });
  const plain = await awe(["status", "hello", "--wait"], { env: server.env });
  expect(plain.exit).toBe(1);
  const json = await awe(["status", "hello", "--wait", "--json"], { env: server.env });
  expect([json.exit, JSON.parse(json.stdout)]).toEqual([1, end]);
});

test("outlasts a server that is away for a moment", async () => {
  const away = { status: 503, body: { message: "starting" } };
  await using server = await fakeServer({
    "GET /alice/hello": { body: running },
    [`GET /awe/v1/runs/${RUN_ID}`]: [away, away, { body: aRun() }],
  });
  const { exit, stderr } = await awe(["status", "hello", "--wait"], { env: server.env });
  expect([exit, stderr]).toEqual([0, ""]);
});

test("leaves the run going at Ctrl-C, and says so", async () => {
  let interrupt = () => {};
  await using server = await fakeServer({
    "GET /alice/hello": { body: running },
    [`GET /awe/v1/runs/${RUN_ID}`]: () => {
      interrupt();
      return { body: running };
    },
  });
  const { exit, stderr } = await awe(["status", "hello", "--wait"], {
    env: server.env,
    started: (child) => (interrupt = () => void child.kill("SIGINT")),
  });
  expect(exit).toBe(130);
  expect(stderr).toBe("\nhello goes on. Look again: awe status hello --wait. End it: awe abort hello\n");
  expect(server.seen.every(({ method }) => method === "GET")).toBe(true);
});

test("exits with 3 for a workflow that is not there, and encodes its name", async () => {
  const body = { status: "fail", code: "not_found", message: "There is no such workflow.", errors: [] };
  await using server = await fakeServer({ "GET /alice/..%2Fbob%2Fx": { status: 404, body } });
  const { exit, stderr } = await awe(["status", "../bob/x"], { env: server.env });
  expect([exit, stderr]).toEqual([3, "awe: There is no such workflow.\n"]);
});

test("lets nothing that a run says steer the terminal", async () => {
  const nasty = aRun({ outputs: { "hello.greeting": "\u001B[2Jx\u0007" }, calls: [aCall({ key: "g\u001B[31m" })] });
  await using server = await fakeServer({ "GET /alice/hello": { body: nasty } });
  const { stdout } = await awe(["status", "hello"], { env: server.env });
  expect(stdout).not.toContain("\u001B");
});
