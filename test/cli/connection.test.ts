import { spawnSync } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

import { fakeServer, TOKEN } from "./fake-server.ts";
import { awe, temporaryFolder } from "./run-cli.ts";

const BEARER = `Bearer ${TOKEN}`;

async function credentials(home: string, text: string, mode = 0o600): Promise<void> {
  const file = join(home, ".config/awe/credentials");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
}

test("takes server and token from the environment", async () => {
  await using server = await fakeServer();
  const { exit, stdout } = await awe(["me"], { env: server.env });
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^user +alice\nlab +genomics\nengine +asleep\n/);
  expect(server.seen[0]?.headers.authorization).toBe(BEARER);
});

test("takes server and token from options before all else, and prints JSON", async () => {
  await using server = await fakeServer();
  await using folder = await temporaryFolder();
  const file = join(folder.path, "token");
  await writeFile(file, `${TOKEN}\n`, { mode: 0o600 });
  const env = { AWE_URL: "http://127.0.0.1:1", AWE_TOKEN: "other" };
  const { exit, stdout } = await awe(["me", "--server", `${server.url}/`, "--token-file", file, "--json"], { env });
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ user: "alice", version: "9.9.9" });
  expect(server.seen[0]?.headers.authorization).toBe(BEARER);
});

test("takes server and token from the credentials file, and a path in the address", async () => {
  await using server = await fakeServer({ "GET /gate/awe/v1/me": { body: { user: "alice", engine: {} } } });
  await using home = await temporaryFolder();
  await credentials(home.path, `# mine\nAWE_URL=${server.url}/gate\nexport AWE_TOKEN="${TOKEN}"\n`);
  const { exit } = await awe(["me", "--json"], { env: { HOME: home.path } });
  expect(exit).toBe(0);
  expect(server.seen[0]).toMatchObject({ url: "/gate/awe/v1/me", headers: { authorization: BEARER } });
});

test("sends the token of a credentials file to no other server", async () => {
  await using server = await fakeServer();
  await using home = await temporaryFolder();
  await credentials(home.path, `AWE_URL=https://awe.example.org\nAWE_TOKEN=${TOKEN}\n`);
  await awe(["me"], { env: { HOME: home.path, AWE_URL: server.url } });
  expect(server.seen[0]?.headers.authorization).toBeUndefined();
  const file = join(home.path, ".config/awe/credentials");
  const { exit, stderr } = await awe(["me", "--server", server.url, "--token-file", file]);
  expect(exit).toBe(2);
  expect(stderr).toContain("is for another server");
  expect(stderr).not.toContain(TOKEN);
});

test.each([0o644, 0o640, 0o602])("refuses a credentials file of mode %o", async (mode) => {
  await using home = await temporaryFolder();
  await credentials(home.path, `AWE_TOKEN=${TOKEN}\n`, mode);
  const { exit, stdout, stderr } = await awe(["me"], { env: { HOME: home.path } });
  expect([exit, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/other accounts can read or change it \(mode 6\d\d\)\.\nchmod 600 /);
  expect(stderr).not.toContain(TOKEN);
});

test.each([
  ["--token-file", "/nonexistent/token", "There is no file /nonexistent/token."],
  ["--token-file", "/proc", "/proc is no file with a token."],
  ["--server", "example.org", "The server's address must be of the form http://host:port"],
  ["--server", "ftp://example.org", "The server's address must be of the form http://host:port"],
  ["--server", "http://u:geheim@127.0.0.1", "holds a user name or password"],
])("refuses %s %s", async (option, value, message) => {
  const { exit, stderr } = await awe(["me", option, value]);
  expect(exit).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("geheim");
});

test("does not repeat a line that it cannot read", async () => {
  await using home = await temporaryFolder();
  await credentials(home.path, "password: very secret\n");
  const { exit, stderr } = await awe(["me"], { env: { HOME: home.path } });
  expect(exit).toBe(2);
  expect(stderr).toContain("has a line that cannot be read");
  expect(stderr).not.toContain("secret");
});

test("says how to start a server where none is, and exits with 4", async () => {
  const server = await fakeServer();
  await server[Symbol.asyncDispose]();
  const { exit, stderr } = await awe(["me"], { env: server.env });
  expect(exit).toBe(4);
  expect(stderr).toContain(
    `No server can be reached at ${server.url} (nothing listens there).\nStart one with: npm start.`,
  );
});

test("says how to make a token where none was given, and exits with 3", async () => {
  const refusal = {
    status: 401,
    body: { status: "fail", code: "unauthenticated", message: "A token is needed.", errors: [] },
  };
  await using server = await fakeServer({ "GET /awe/v1/me": refusal });
  const none = await awe(["me"], { env: { AWE_URL: server.url } });
  expect([none.exit, none.stdout]).toEqual([3, ""]);
  expect(none.stderr).toBe(
    'awe: A token is needed.\nMake a token and try again:\n  export AWE_TOKEN="$(npx awe token --user NAME)"\n',
  );
  const stale = await awe(["me"], { env: server.env });
  expect(stale.exit).toBe(3);
  expect(stale.stderr).toContain("Make a new token, in the folder that the server was started in");
  expect(stale.stderr).not.toContain(TOKEN);
});

test("follows no redirect, which could carry the token elsewhere", async () => {
  await using elsewhere = await fakeServer();
  await using server = await fakeServer({
    "GET /awe/v1/me": { status: 302, headers: { location: `${elsewhere.url}/awe/v1/me` } },
  });
  const { exit, stderr } = await awe(["me"], { env: server.env });
  expect(exit).toBe(3);
  expect(stderr).toContain(`redirects to ${elsewhere.url}`);
  expect(elsewhere.seen).toEqual([]);
});

test("exits with 4 where the server fails, or is something else", async () => {
  await using broken = await fakeServer({ "GET /awe/v1/me": { status: 500, body: { message: "AWE failed." } } });
  expect(await awe(["me"], { env: broken.env })).toEqual({ exit: 4, stdout: "", stderr: "awe: AWE failed.\n" });
  await using other = await fakeServer({ "GET /awe/v1/me": { body: "<html>" } });
  const { exit, stderr } = await awe(["me"], { env: other.env });
  expect(exit).toBe(4);
  expect(stderr).toContain("is not AWE");
});

test("shows the token to nobody who lists processes", async () => {
  let listing = "";
  await using server = await fakeServer({
    "GET /awe/v1/me": () => {
      listing = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" }).stdout;
      return { body: { user: "alice", engine: {} } };
    },
  });
  await using home = await temporaryFolder();
  await credentials(home.path, `${TOKEN}\n`);
  await awe(["me"], { env: { HOME: home.path, AWE_URL: server.url } });
  expect(server.seen[0]?.headers.authorization).toBe(BEARER);
  expect(listing).toContain("awe.js me");
  expect(listing).not.toContain(TOKEN);
});
