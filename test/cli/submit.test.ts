import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { SOURCE_LIMITS } from "#src/sources/limits.ts";
import { readZip } from "#src/sources/zip.ts";
import { aRun, fakeServer, RUN_ID, type Seen } from "./fake-server.ts";
import { awe, temporaryFolder } from "./run-cli.ts";

const WDL = `version 1.0
struct Part { File data  String note }
workflow hello {
  input { File reads  String title  Array[Part] parts = []  File? absent }
}
`;

const accepted = { body: aRun({ status: "Submitted", phase: "scheduled", startedAt: null, endedAt: null, calls: [] }) };

async function form(seen: Seen | undefined): Promise<FormData> {
  const headers = { "content-type": seen?.headers["content-type"] ?? "" };
  return new Response(Buffer.from(seen?.body ?? []), { headers }).formData();
}

async function packed(seen: Seen | undefined): Promise<string[]> {
  const part = (await form(seen)).get("sourceArchive") as Blob;
  const files = await readZip(new Uint8Array(await part.arrayBuffer()), SOURCE_LIMITS, "it");
  return [...files.keys()];
}

const posted = (server: { seen: readonly Seen[] }) =>
  server.seen.find(({ method, url }) => method === "POST" && url.startsWith("/alice/"));

test("packs a folder without what belongs to no source, and no links", async () => {
  await using server = await fakeServer({ "POST /alice/hello": accepted });
  await using folder = await temporaryFolder();
  for (const name of ["sub", "node_modules/x", ".awe/keys"]) await mkdir(join(folder.path, name), { recursive: true });
  for (const name of ["main.wdl", "sub/a.txt", "node_modules/x/y.js", ".awe/keys/key"]) {
    await writeFile(join(folder.path, name), name === "main.wdl" ? WDL : "x");
  }
  await symlink("/etc/passwd", join(folder.path, "sub/link"));
  const { exit, stdout, stderr } = await awe(["submit", "hello", "--repo", folder.path], { env: server.env });
  expect([exit, stderr]).toEqual([0, "Symbolic links are not sent: sub/link\n"]);
  expect(stdout).toBe(`hello  Submitted (scheduled)  ${RUN_ID}\n`);
  expect((await packed(posted(server))).toSorted()).toEqual(["main.wdl", "sub/a.txt"]);
  const fields = await form(posted(server));
  expect([fields.has("commit"), fields.has("dirty")]).toEqual([false, false]);
  expect(posted(server)?.headers["idempotency-key"]).toMatch(/^[0-9a-f-]{36}$/);
});

test("packs what Git would commit, with the commit and whether there is more than it", async () => {
  await using server = await fakeServer({ "POST /alice/hello": accepted });
  await using folder = await temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", folder.path, "-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      encoding: "utf8",
    });
  await mkdir(join(folder.path, "flow"));
  await writeFile(join(folder.path, "flow/main.wdl"), WDL);
  await writeFile(join(folder.path, ".gitignore"), "*.bam\n.env\n");
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "first");
  const submit = (...args: string[]) => awe(["submit", "hello", "--repo", folder.path, ...args], { env: server.env });
  await submit("--path", "flow");
  let fields = await form(server.seen.at(-1));
  expect([fields.get("commit"), fields.get("dirty"), fields.get("path")]).toEqual([
    git("rev-parse", "HEAD").trim(),
    "false",
    "flow",
  ]);
  await writeFile(join(folder.path, "flow/big.bam"), "ignored");
  await writeFile(join(folder.path, ".env"), "SECRET=1");
  await writeFile(join(folder.path, "flow/new.txt"), "new");
  await submit("--path", join(folder.path, "flow/main.wdl"));
  fields = await form(server.seen.at(-1));
  expect([fields.get("dirty"), fields.get("path")]).toEqual(["true", "flow/main.wdl"]);
  expect(await packed(server.seen.at(-1))).toEqual([".gitignore", "flow/main.wdl", "flow/new.txt"]);
});

test("packs with --ref what the folder holds at that commit, whatever lies in it now", async () => {
  await using server = await fakeServer({ "POST /alice/hello": accepted });
  await using folder = await temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", folder.path, "-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      encoding: "utf8",
    });
  await mkdir(join(folder.path, "flow/sub"), { recursive: true });
  await writeFile(join(folder.path, "flow/main.wdl"), WDL);
  await writeFile(join(folder.path, "flow/sub/old name.txt"), "old\n\u0000");
  await writeFile(join(folder.path, "flow/empty"), "");
  await symlink("/etc/passwd", join(folder.path, "flow/link"));
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "first");
  git("tag", "v1");
  git("rm", "-q", "flow/sub/old name.txt");
  await writeFile(join(folder.path, "flow/new.txt"), "new");
  const args = ["submit", "hello", "--repo", join(folder.path, "flow"), "--ref", "v1"];
  const { exit, stderr } = await awe(args, { env: server.env });
  expect([exit, stderr]).toEqual([0, "Symbolic links are not sent: link\n"]);
  const fields = await form(posted(server));
  expect([fields.get("commit"), fields.get("dirty")]).toEqual([git("rev-parse", "v1").trim(), "false"]);
  const zip = new Uint8Array(await (fields.get("sourceArchive") as Blob).arrayBuffer());
  const files = await readZip(zip, SOURCE_LIMITS, "it");
  expect([...files.keys()]).toEqual(["empty", "main.wdl", "sub/old name.txt"]);
  expect(Buffer.from(files.get("sub/old name.txt") ?? []).toString()).toBe("old\n\u0000");
});

test("does not pack a work tree that Git cannot read", async () => {
  await using server = await fakeServer();
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, ".git"));
  await writeFile(join(folder.path, "main.wdl"), WDL);
  const { exit, stderr } = await awe(["submit", "hello", "--repo", folder.path], { env: server.env });
  expect(exit).toBe(2);
  expect(stderr).toContain("belongs to a Git work tree, and Git cannot read it");
});

test("uploads the local files that inputs name, each once, and leaves what is not there", async () => {
  let uploads = 0;
  await using server = await fakeServer({
    "POST /alice/hello": accepted,
    "POST /awe/v1/uploads": () => ({ status: 201, body: { input: `awe-upload:id-${++uploads}/name` } }),
  });
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "flow"));
  await writeFile(join(folder.path, "flow/main.wdl"), WDL);
  await writeFile(join(folder.path, "reads.fq"), "ACGT\n");
  const inputs = {
    "hello.reads": "reads.fq",
    "hello.title": "reads.fq",
    "hello.parts": [
      { data: "./reads.fq", note: "reads.fq" },
      { data: "flow/main.wdl", note: "" },
    ],
    "hello.absent": "missing.fq",
  };
  await writeFile(join(folder.path, "in.json"), JSON.stringify(inputs));
  const args = ["submit", "hello", "--repo", join(folder.path, "flow"), "--inputs", join(folder.path, "in.json")];
  expect((await awe(args, { env: server.env })).stderr).toBe("");
  const sent = server.seen.filter(({ url }) => url.startsWith("/awe/v1/uploads"));
  expect(sent.map(({ url, body }) => [url, body.toString()])).toEqual([
    ["/awe/v1/uploads?name=reads.fq", "ACGT\n"],
    ["/awe/v1/uploads?name=main.wdl", WDL],
  ]);
  expect(JSON.parse((await form(posted(server))).get("inputs") as string)).toEqual({
    "hello.reads": "awe-upload:id-1/name",
    "hello.title": "reads.fq",
    "hello.parts": [
      { data: "awe-upload:id-1/name", note: "reads.fq" },
      { data: "awe-upload:id-2/name", note: "" },
    ],
    "hello.absent": "missing.fq",
  });
});

test("names a repository, waits for what the server finds in it, and sends settings", async () => {
  await using server = await fakeServer({
    "POST /alice/hello": accepted,
    "POST /awe/v1/uploads": { status: 201, body: { input: "awe-upload:id/reads.fq" } },
  });
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "reads.fq"), "ACGT\n");
  await writeFile(join(folder.path, "sample"), "no path");
  await writeFile(
    join(folder.path, "in.yaml"),
    "hello.reads: reads.fq\nhello.title: sample\nhello.parts: [gs://b/reads.fq]\n",
  );
  await writeFile(join(folder.path, "options.json"), '{"default_runtime_attributes":{"maxRetries":1}}');
  const args = [
    "--repo",
    "https://git.example.org/a.git",
    "--ref",
    "v1",
    "--path",
    "x",
    "--inputs",
    "in.yaml",
    "--options",
    "options.json",
  ];
  const more = [
    "--label",
    "free text",
    "--labels",
    "a=b,c=d,e",
    "--labels",
    "f=",
    "--ensemble",
    "e1",
    "--priority",
    "-3",
    "--json",
  ];
  const { exit, stdout } = await awe(["submit", "hello", ...args, ...more], { env: server.env, cwd: folder.path });
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toEqual(accepted.body);
  expect(posted(server)?.url).toBe("/alice/hello?wait=check");
  expect(JSON.parse(posted(server)?.body.toString() ?? "")).toEqual({
    workflow_repo: "https://git.example.org/a.git",
    ref: "v1",
    path: "x",
    inputs: { "hello.reads": "awe-upload:id/reads.fq", "hello.title": "sample", "hello.parts": ["gs://b/reads.fq"] },
    options: { default_runtime_attributes: { maxRetries: 1 } },
    label: "free text",
    labels: { a: "b", c: "d,e", f: "" },
    ensemble: "e1",
    priority: -3,
  });
});

test("sends a WDL file with its imports as Cromwell's parts", async () => {
  await using server = await fakeServer({ "POST /alice/hello": accepted });
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "tools"));
  await writeFile(join(folder.path, "main.wdl"), 'version 1.0\nimport "tools/t.wdl" as t\nworkflow w { call t.x }\n');
  await writeFile(join(folder.path, "tools/t.wdl"), "version 1.0\ntask x { command {} }\n");
  await awe(["submit", "hello", "--wdl", "main.wdl", "--hold"], { env: server.env, cwd: folder.path });
  const fields = await form(posted(server));
  expect(fields.get("workflowSource")).toContain("workflow w");
  expect(fields.get("workflowOnHold")).toBe("true");
  const zip = new Uint8Array(await (fields.get("workflowDependencies") as Blob).arrayBuffer());
  expect([...(await readZip(zip, SOURCE_LIMITS, "it")).keys()]).toEqual(["tools/t.wdl"]);
});

test("starts the stored source again where none is named, and names addresses", async () => {
  await using server = await fakeServer({ "POST /alice/hello": accepted });
  await awe(["submit", "hello"], { env: server.env });
  expect(server.seen.at(-1)?.body.toString()).toBe("{}");
  await awe(["submit", "hello", "--url", "https://example.org/a.wdl"], { env: server.env });
  expect(server.seen.at(-1)?.body.toString()).toBe('{"workflowUrl":"https://example.org/a.wdl"}');
});

test("shows the server's findings with place and hint, and exits with 3", async () => {
  const errors = [
    { message: "There is no task `nothere`.", file: "main.wdl", line: 3, column: 8, hint: "Import it." },
    { message: "hello.x: a value is required (Int), but none is given." },
  ];
  const body = { status: "fail", code: "invalid_source", message: "There is no task (and 1 more)", errors };
  await using server = await fakeServer({ "POST /alice/hello": { status: 400, body } });
  const text = await awe(["submit", "hello"], { env: server.env });
  expect(text).toEqual({
    exit: 3,
    stdout: "",
    stderr:
      "awe: main.wdl:3:8 There is no task `nothere`.\n  hint: Import it.\nhello.x: a value is required (Int), but none is given.\n",
  });
  const json = await awe(["submit", "hello", "--json"], { env: server.env });
  expect([json.exit, JSON.parse(json.stdout)]).toEqual([3, body]);
});

test.each([
  [["--repo", "/nonexistent"], "There is no folder /nonexistent."],
  [["--repo", "git@github.com:a/b.git"], "Repositories are read over http(s)"],
  [["--repo", "package.json"], "is not a folder.\nA WDL file goes with --wdl FILE."],
  [["--repo", "examples/hello", "--ref", "no-such-ref"], "has no branch, tag or commit no-such-ref."],
  [["--repo", "/usr/share", "--ref", "main"], "--ref main: /usr/share is in no Git work tree."],
  [["--repo", "examples/hello", "--path", "../variants"], "--path ../variants is not in"],
  [["--repo", "examples/hello", "--wdl", "x.wdl"], "Only one of --repo and --wdl can be the source."],
  [["--path", "x"], "--ref and --path go with --repo only."],
  [["--wdl", "nothere.wdl"], "There is no file nothere.wdl."],
  [["--inputs", "nothere.json"], "There is no file nothere.json."],
  [["--inputs", "bin/awe"], "bin/awe is not JSON"],
  [["--labels", "novalue"], '--labels takes KEY=VALUE, not "novalue".'],
  [["--priority", "high"], "--priority must be a whole number"],
])("refuses %j before anything is sent", async (args, message) => {
  await using server = await fakeServer();
  const { exit, stdout, stderr } = await awe(["submit", "hello", ...args], { env: server.env });
  expect([exit, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
  expect(server.seen.filter(({ method }) => method === "POST")).toEqual([]);
});

test("follows the run with --wait, and prints it as JSON at its end", async () => {
  await using server = await fakeServer({
    "POST /alice/hello": accepted,
    [`GET /awe/v1/runs/${RUN_ID}`]: [accepted, { body: aRun({ status: "Failed", phase: "failed" }) }],
  });
  const { exit, stdout } = await awe(["submit", "hello", "--wait", "--json"], { env: server.env });
  expect([exit, JSON.parse(stdout)]).toMatchObject([1, { phase: "failed" }]);
});
