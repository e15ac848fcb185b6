import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { packBundle } from "#src/workflows/bundle.ts";
import { startGitServer, type GitServer } from "../sources/git-server.ts";
import { startWebServer, type WebServer } from "../sources/web-server.ts";
import { removeFolder, startGateway, stateFolder, type Gateway } from "../support/gateway.ts";
import { isRoot, lane, onPath } from "../support/require.ts";

const hello = (word: string) => `version 1.0
task say { input { File list } command { echo ${word}; cat ~{list} } output { String said = read_string(stdout()) } }
workflow hello { input { File list } call say { input: list = list } output { String said = say.said } }
`;

let gateway: Gateway;
let git: GitServer;
let web: WebServer;

interface Answer {
  readonly http: number;
  readonly id?: string;
  readonly code?: string;
  readonly message?: string;
  readonly errors?: readonly { readonly message: string; readonly file?: string; readonly line?: number }[];
}

async function submit(workflow: string, fields: Record<string, unknown>, query = "?wait=check"): Promise<Answer> {
  const answer = await gateway.as("alice", `/alice/${workflow}${query}`, {
    method: "POST",
    body: JSON.stringify(fields),
    headers: { "content-type": "application/json" },
  });
  return { http: answer.status, ...((await answer.json()) as object) };
}
const repo = (name: string) => `${git.url}/${name}`;

describe.runIf(lane("git", onPath("git")))("from Git", () => {
  beforeAll(async () => {
    [git, web] = await Promise.all([startGitServer(), startWebServer()]);
    gateway = await startGateway(await stateFolder(), {
      AWE_ISOLATION: isRoot() ? "account" : "none",
      AWE_SOURCE_ALLOW: `${git.host},127.0.0.1:${web.port}`,
    });
    git.create("empty").commit({ "README.md": "nothing here" });
    git.create("two").commit({ "a.wdl": hello("a"), "b.wdl": hello("b") });
    git.create("broken").commit({ "main.wdl": 'version 1.0\nworkflow hello {\n  Array[Int] x = "y"\n}\n' });
    git
      .create("private")
      .commit({ "main.wdl": hello("private"), "inputs.json": '{"hello.list":"list.txt"}', "list.txt": "of mine" });
    git.passwords.set("private", "reader:let-me-in");
    git.create("linked").commit({ "main.wdl": hello("linked"), "inputs.json": '{"hello.list":"list.txt"}' });
  }, 60_000);
  afterAll(async () => {
    await gateway.stop();
    await removeFolder(gateway.dataFolder);
    await Promise.all([git.close(), web.close()]);
  });

  test("runs a folder of a repository at a branch, a tag and a commit, and records the commit", async () => {
    const repository = git.create("good");
    const files = (word: string) => ({
      "flows/hello/main.wdl": hello(word),
      "flows/hello/main.inputs.json": '{"hello.list":"data/list.txt"}',
      "flows/hello/data/list.txt": "from the source",
      "flows/other/other.wdl": hello("other"),
    });
    const first = repository.commit(files("first"));
    repository.git("tag", "v1");
    const second = repository.commit(files("second"));
    for (const [ref, commit, word] of [
      ["main", second, "second"],
      ["v1", first, "first"],
      [first, first, "first"],
      [undefined, second, "second"],
    ] as const) {
      const fields = { workflow_repo: repo("good"), path: "flows/hello", ...(ref === undefined ? {} : { ref }) };
      expect(await submit("good", fields, "")).toMatchObject({ http: 200, phase: "scheduled" });
      expect(await gateway.ended("alice", "good")).toMatchObject({
        phase: "succeeded",
        source: { kind: "git", repo: repo("good"), ref: ref ?? null, commit, path: "flows/hello" },
        outputs: { "hello.said": `${word}\nfrom the source` },
      });
    }
  });

  test.for<[string, Record<string, unknown>, RegExp]>([
    ["does not exist", { workflow_repo: "absent" }, /absent|not found|no repository/i],
    ["has no WDL", { workflow_repo: "empty" }, /wdl/i],
    ["has two workflows", { workflow_repo: "two" }, /a\.wdl[^]*b\.wdl/],
    ["has WDL that does not type-check", { workflow_repo: "broken" }, /Array/],
    ["lacks the ref", { workflow_repo: "two", ref: "no-such-branch", path: "a.wdl" }, /no-such-branch/],
    ["lacks the path", { workflow_repo: "two", path: "no/such/folder" }, /no\/such\/folder/],
    ["lacks a file that the inputs name", { workflow_repo: "linked" }, /list\.txt/],
    ["wants a password", { workflow_repo: "private" }, /credential|private|password|sign in/i],
  ])("says at once that a repository %s", async ([, fields, words]) => {
    const answer = await submit("bad", { ...fields, workflow_repo: repo(String(fields["workflow_repo"])) });
    expect(answer.http, JSON.stringify(answer)).toBe(400);
    expect(answer.code).toMatch(/^invalid_/);
    expect(`${answer.message}\n${JSON.stringify(answer.errors)}`).toMatch(words);
    expect(JSON.stringify(answer)).not.toContain(gateway.dataFolder);
  });

  test("reads a private repository with the caller's own credential only", async () => {
    const put = await gateway.as("alice", `/awe/v1/credentials/${encodeURIComponent(git.host)}`, {
      method: "PUT",
      body: '{"userName":"reader","password":"let-me-in"}',
    });
    expect([put.status, await put.text()]).toEqual([200, expect.not.stringContaining("let-me-in")]);
    expect((await submit("private", { workflow_repo: repo("private") })).http).toBe(200);
    expect(await gateway.ended("alice", "private")).toMatchObject({ outputs: { "hello.said": "private\nof mine" } });
    expect(await (await gateway.as("alice", "/awe/v1/credentials")).json()).toMatchObject({
      items: [{ host: git.host, userName: "reader" }],
    });
    expect(await (await gateway.as("bob", "/awe/v1/credentials")).json()).toEqual({ items: [] });
    const bobs = await gateway.as("bob", "/bob/private?wait=check", {
      method: "POST",
      body: JSON.stringify({ workflow_repo: repo("private") }),
      headers: { "content-type": "application/json" },
    });
    expect(bobs.status).toBe(400);
    const gone = await gateway.as("alice", `/awe/v1/credentials/${encodeURIComponent(git.host)}`, { method: "DELETE" });
    expect(gone.status).toBe(204);
    expect((await submit("private", { workflow_repo: repo("private") })).http).toBe(400);
  });

  test.for([
    "http://127.0.0.1:1/r",
    "http://localhost/r",
    "http://[::1]/r",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.1/r",
    "http://2130706433/r",
    "file:///etc/passwd",
    "/etc",
    "ssh://git@example.org/r",
    "git@example.org:r",
    "https://user:secret@example.org/r",
    "javascript:alert(1)",
  ])("does not fetch from %s", async (address) => {
    for (const field of ["workflow_repo", "workflowUrl"]) {
      const answer = await submit("foreign", { [field]: address });
      expect(answer.http, `${field} ${JSON.stringify(answer)}`).toBe(400);
      expect(JSON.stringify(answer)).not.toContain("secret");
    }
  });

  test("runs plain addresses with all their documents", async () => {
    const main = `version 1.0
import "part.wdl" as part
workflow hello { input { String a  String b  String c } call part.say { input: word = a + b + c } output { String said = say.said } }
`;
    const part = `version 1.0
task say { input { String word } command { echo ~{word} } output { String said = read_string(stdout()) } }
`;
    const documents = {
      "main.wdl": main,
      "1.json": '{"hello.a":"1","hello.b":"1","hello.c":"1"}',
      "2.json": '{"hello.b":"2","hello.c":"2"}',
      "5.json": '{"hello.c":"5"}',
      "options.json": '{"workflow_failure_mode":"NoNewCalls"}',
      "labels.json": '{"from":"address"}',
      "dependencies.zip": await packBundle(new Map([["part.wdl", Buffer.from(part)]])),
    };
    for (const [name, content] of Object.entries(documents)) web.answers.set(`/${name}`, content);
    const fields = {
      workflowUrl: `${web.url}/main.wdl`,
      workflowInputsUrl: `${web.url}/1.json`,
      workflowInputs_2Url: `${web.url}/2.json`,
      workflowInputs_5Url: `${web.url}/5.json`,
      workflowOptionsUrl: `${web.url}/options.json`,
      labelsUrl: `${web.url}/labels.json`,
      workflowDependenciesUrl: `${web.url}/dependencies.zip`,
    };
    expect((await submit("addresses", fields)).http).toBe(200);
    expect(await gateway.ended("alice", "addresses")).toMatchObject({
      phase: "succeeded",
      source: { kind: "url", repo: fields.workflowUrl },
      labels: { from: "address" },
      outputs: { "hello.said": "125" },
    });
    const lacking = await submit("lacking", { ...fields, workflowInputs_2Url: `${web.url}/none.json` });
    expect(lacking).toMatchObject({ http: 400, message: expect.stringContaining("none.json") });
  });

  test("leaves a run that failed with its findings, where it was accepted before they were known", async () => {
    const answer = await submit("later", { workflow_repo: repo("broken") }, "");
    expect(answer.http).toBe(200);
    const run = await gateway.ended("alice", "later");
    expect(run).toMatchObject({
      phase: "failed",
      status: "Failed",
      calls: [],
      failures: [{ causedBy: [{ file: "main.wdl", line: 3 }] }],
    });
    const metadata = await gateway.as("alice", "/alice/later/api/workflows/v1/later/metadata");
    expect(await metadata.json()).toMatchObject({
      status: "Failed",
      failures: [{ message: "Workflow input processing failed" }],
    });
  });
});
