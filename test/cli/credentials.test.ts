import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";

import { lane, onPath } from "../support/require.ts";
import { fakeServer } from "./fake-server.ts";
import { awe, PROJECT } from "./run-cli.ts";

const PASSWORD = "hunter2-and-more";
const stored = { "PUT /awe/v1/credentials/git.example.org": { body: { host: "git.example.org", userName: "alice" } } };
const put = ["credentials", "put", "git.example.org", "--user", "alice"];

test("stores a password from the standard input, and shows it nowhere", async () => {
  let listing = "";
  await using server = await fakeServer({
    "PUT /awe/v1/credentials/git.example.org": () => {
      listing = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" }).stdout;
      return { body: { host: "git.example.org", userName: "alice" } };
    },
  });
  const { exit, stdout, stderr } = await awe([...put, "--json"], { env: server.env, stdin: `${PASSWORD}\n` });
  expect([exit, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toEqual({ host: "git.example.org", userName: "alice" });
  expect(JSON.parse(server.seen.at(-1)?.body.toString() ?? "")).toEqual({ userName: "alice", password: PASSWORD });
  expect(listing).toContain("credentials put git.example.org");
  expect(listing).not.toContain(PASSWORD);
});

test("takes no password as an argument, and none that is empty", async () => {
  await using server = await fakeServer();
  const asOption = await awe([...put, "--password", PASSWORD], { env: server.env });
  expect([asOption.exit, asOption.stderr]).toEqual([2, expect.stringContaining("has no option --password")]);
  const empty = await awe(put, { env: server.env, stdin: "\n" });
  expect([empty.exit, empty.stderr]).toEqual([2, expect.stringContaining("The password is empty.")]);
  expect(server.seen).toEqual([]);
});

test("lists hosts and user names, and forgets one", async () => {
  const items = [{ host: "git.example.org", userName: "alice", createdAt: "2026-01-02T03:04:05.000Z" }];
  await using server = await fakeServer({
    "GET /awe/v1/credentials": { body: { items } },
    "DELETE /awe/v1/credentials/git.example.org%3A8443": { status: 204 },
  });
  const listed = await awe(["credentials", "list"], { env: server.env });
  expect(listed.stdout).toBe("git.example.org\talice\t2026-01-02T03:04:05.000Z\n");
  const deleted = await awe(["credentials", "delete", "git.example.org:8443"], { env: server.env });
  expect(deleted).toEqual({ exit: 0, stdout: "", stderr: "" });
});

/** Gives a command a terminal; part of util-linux. */
const RECORDER = "script";

describe.runIf(lane(RECORDER, onPath(RECORDER)))("on a terminal", () => {
  test("asks for the password and does not show what is typed", async () => {
    await using server = await fakeServer(stored);
    const command = [process.execPath, join(PROJECT, "bin/awe.js"), ...put].join(" ");
    const child = spawn(RECORDER, ["-qec", command, "/dev/null"], {
      env: { PATH: process.env["PATH"], HOME: "/nonexistent", TERM: "xterm", ...server.env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    // Typed once it is asked for: what is typed before would be echoed by the terminal itself.
    let shown = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      if (!shown.includes("at git.example.org: ") && (shown + chunk).includes("at git.example.org: ")) {
        child.stdin.end(`wrong\u007F\u007F\u007F\u007F\u007F${PASSWORD}\r`);
      }
      shown += chunk;
    });
    await text(child.stdout).catch(() => "");
    expect(JSON.parse(server.seen.at(-1)?.body.toString() ?? "{}")).toEqual({ userName: "alice", password: PASSWORD });
    expect(shown).not.toContain(PASSWORD);
    expect(shown).not.toContain("wrong");
  });
});
