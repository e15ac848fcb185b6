import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { fileSecrets } from "#src/secrets/files.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "awe-secrets-"))));
afterEach(() => rm(folder, { recursive: true }));

const secrets = () => fileSecrets(join(folder, "secrets"));

test("gives back what was put, also to the next process", async () => {
  await secrets().put("git/alice/github.com:443", "pässword\n\0");
  expect(await secrets().get("git/alice/github.com:443")).toBe("pässword\n\0");
  await secrets().put("git/alice/github.com:443", "");
  expect(await secrets().get("git/alice/github.com:443")).toBe("");
});

test("knows nothing of what was never put or was deleted, and deletes twice", async () => {
  expect(await secrets().get("a")).toBeUndefined();
  await secrets().delete("a");
  await secrets().put("a", "1");
  await secrets().delete("a");
  await secrets().delete("a");
  expect(await secrets().get("a")).toBeUndefined();
});

test("keeps names apart that begin alike", async () => {
  for (const name of ["a", "a/b", "a/b/c", "a:b", "a.b", "a-b"]) await secrets().put(name, name);
  for (const name of ["a", "a/b", "a/b/c", "a:b", "a.b", "a-b"]) expect(await secrets().get(name)).toBe(name);
});

test("writes files of mode 600 in a folder of mode 700, and leaves no others", async () => {
  await Promise.all(Array.from({ length: 10 }, (_, index) => secrets().put("a/b", `value ${index}`)));
  expect(await readdir(join(folder, "secrets"))).toEqual(["a%2Fb"]);
  expect((await stat(join(folder, "secrets"))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, "secrets", "a%2Fb"))).mode & 0o777).toBe(0o600);
  expect(await secrets().get("a/b")).toMatch(/^value \d$/);
});

test.each(["", "/a", "a/", "a//b", "..", "../a", "a/../b", "a/.b", "A", "a b", "a\0", "a%2fb", "ä", "x".repeat(250)])(
  "refuses the name %j",
  async (name) => {
    for (const call of [secrets().put(name, "v"), secrets().get(name), secrets().delete(name)]) {
      await expect(call).rejects.toMatchObject({ code: "invalid_request" });
    }
    expect(await readdir(folder)).toEqual([]);
  },
);
