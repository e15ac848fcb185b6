import { decodeJwt } from "jose";
import { chmod, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { awe, temporaryFolder } from "./run-cli.ts";

async function keyFiles(dataFolder: string): Promise<string[]> {
  const folder = join(dataFolder, "keys");
  return (await readdir(folder)).map((name) => join(folder, name));
}

test("prints a token and nothing else", async () => {
  await using folder = await temporaryFolder();
  const { exit, stdout, stderr } = await awe(["token", "--user", "alice"], { env: { AWE_DATA: folder.path } });
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const { sub, admin, lab, exp = 0, iat = 0 } = decodeJwt(stdout.trim());
  expect([sub, admin, lab, exp - iat]).toEqual(["alice", undefined, undefined, 8 * 3600]);
  for (const file of await keyFiles(folder.path)) expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("takes lab, administrator and duration, and the state folder of the current one", async () => {
  await using folder = await temporaryFolder();
  const args = ["token", "--user", "bob", "--lab", "genomics", "--admin", "--ttl", "30m"];
  const { stdout } = await awe(args, { cwd: folder.path });
  const { sub, admin, lab, exp = 0, iat = 0 } = decodeJwt(stdout.trim());
  expect([sub, admin, lab, exp - iat]).toEqual(["bob", true, "genomics", 1800]);
  expect(await keyFiles(join(folder.path, ".awe"))).not.toEqual([]);
});

test.each([
  [[], "awe token needs --user NAME."],
  [["--user", "Alice"], '"Alice" cannot be a user\'s name'],
  [["--user", "api"], '"api" cannot be a user\'s name'],
  [["--user", "alice", "--ttl", "8"], "--ttl must be a time such as 90m, 8h or 7d."],
  [["--user", "alice", "--ttl", "90d"], "a token lasts at least 1s and at most 31d"],
  [["--user", "alice", "--lab", "a b"], '"a b" cannot be a lab\'s name'],
])("refuses %j on the standard error alone", async (args, message) => {
  await using folder = await temporaryFolder();
  const { exit, stdout, stderr } = await awe(["token", ...args], { env: { AWE_DATA: folder.path } });
  expect([exit, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
});

test("refuses a key that others can read, and does not show it", async () => {
  await using folder = await temporaryFolder();
  const env = { AWE_DATA: folder.path };
  await awe(["token", "--user", "alice"], { env });
  const files = await keyFiles(folder.path);
  for (const file of files) await chmod(file, 0o644);
  const { exit, stdout, stderr } = await awe(["token", "--user", "alice"], { env });
  expect([exit, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("chmod 600");
  const secrets = await Promise.all(files.map((file) => readFile(file, "utf8")));
  for (const [, secret] of secrets.join("").matchAll(/"d": *"([^"]+)"/g)) expect(stderr).not.toContain(secret);
});
