import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { AweError } from "#src/errors.ts";
import type { Account } from "#src/model/account.ts";
import { fileObjects } from "#src/objects/files.ts";
import type { Objects } from "#src/objects/objects.ts";
import { describeObjects, type ObjectsUnderTest } from "../contract/objects.contract.ts";
import { isRoot, lane, onPath } from "../support/require.ts";

const ACCOUNTS: Readonly<Record<string, Account>> = {
  alice: { uid: 70_901, gid: 70_901, name: null },
  bob: { uid: 70_902, gid: 70_902, name: null },
};

/** Objects in a temporary folder; with `kept`, each user's part belongs to an account of its own. */
function objectsIn(
  root: string,
  kept: boolean,
): { objects: Objects; part: (userName: string) => string; data: string } {
  const data = join(root, "state");
  const usersFolder = join(data, "users");
  mkdirSync(usersFolder, { recursive: true });
  for (const folder of [root, data, usersFolder]) chmodSync(folder, 0o711);
  const accountOf = async (userName: string) => (kept ? (ACCOUNTS[userName] ?? null) : null);
  const part = (userName: string) => join(usersFolder, userName);
  const userFolder = async (userName: string) => {
    mkdirSync(part(userName), { recursive: true, mode: 0o700 });
    const account = await accountOf(userName);
    if (account) chownSync(part(userName), account.uid, account.gid);
    return part(userName);
  };
  return { objects: fileObjects({ dataFolder: data, usersFolder, accountOf, userFolder }), part, data };
}

async function underTest(kept: boolean): Promise<ObjectsUnderTest> {
  const root = mkdtempSync(join(tmpdir(), "awe-objects-"));
  const { objects, part } = objectsIn(root, kept);
  return {
    objects,
    users: ["alice", "bob"],
    async place(userName, name, bytes) {
      const path = join(part(userName), "made", name);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, bytes);
      const account = kept ? ACCOUNTS[userName] : undefined;
      for (const each of [part(userName), join(path, ".."), path])
        if (account) chownSync(each, account.uid, account.gid);
      return path;
    },
    async files(userName) {
      return readdirSync(part(userName), { recursive: true })
        .map(String)
        .filter((path) => !statSync(join(part(userName), path)).isDirectory());
    },
    async close() {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

describeObjects("objects in folders of one account", () => underTest(false));

describe.runIf(lane("root", isRoot()))("with an account per user", () => {
  describeObjects("objects in folders", () => underTest(true));

  let root: string;
  let made: ReturnType<typeof objectsIn>;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "awe-objects-"));
    made = objectsIn(root, true);
    for (const user of ["alice", "bob"])
      await made.objects.stage(user, "first", [{ path: "a", bytes: Buffer.from(user) }]);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("reads with the rights of the user and no others", async () => {
    await made.objects.put("alice", "closures/x", Buffer.from("x"));
    writeFileSync(join(made.data, "key"), "secret", { mode: 0o600 });
    const link = join(made.part("alice"), "link");
    for (const target of [
      join(made.part("bob"), "staged", "first", "a"),
      join(made.data, "key"),
      join(made.data, "objects", "alice", "closures", "x"),
      "/etc/shadow",
      `/proc/${process.pid}/environ`,
    ]) {
      expect(await made.objects.open("alice", target), target).toBeUndefined();
      rmSync(link, { force: true });
      symlinkSync(target, link);
      expect(await made.objects.open("alice", link), target).toBeUndefined();
      expect(await made.objects.size("alice", link), target).toBeUndefined();
    }
    expect(await made.objects.size("bob", join(made.part("bob"), "staged", "first", "a"))).toBe(3);
  });

  test("writes as the user, whatever lies in the place of the user's folders", async () => {
    const file = join(made.part("alice"), "staged", "first", "a");
    expect([statSync(file).uid, statSync(file).mode & 0o077]).toEqual([ACCOUNTS["alice"]?.uid, 0]);
    expect(statSync(join(made.data, "objects", "alice")).mode & 0o077).toBe(0);
    rmSync(join(made.part("alice"), "staged"), { recursive: true });
    symlinkSync(join(made.part("bob"), "staged"), join(made.part("alice"), "staged"));
    const failed = await made.objects
      .stage("alice", "second", [{ path: "a", bytes: Buffer.from("x") }])
      .catch((thrown: unknown) => thrown);
    expect(failed).toBeInstanceOf(Error);
    expect(readdirSync(join(made.part("bob"), "staged"))).toEqual(["first"]);
  });

  test("does not wait for a pipe that is put in a file's place", async () => {
    execFileSync("mkfifo", [join(made.part("bob"), "pipe")]);
    expect(await made.objects.open("bob", join(made.part("bob"), "pipe"))).toBeUndefined();
  });
});

/** Whether a file system of this test's own can be mounted here. */
function canMount(): boolean {
  if (!isRoot() || !onPath("mount")) return false;
  const folder = mkdtempSync(join(tmpdir(), "awe-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "awe-test", folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.runIf(lane("mount", canMount()))("on a disk that is full", () => {
  let root: string;
  let made: ReturnType<typeof objectsIn>;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "awe-full-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "awe-test", root]);
    made = objectsIn(root, true);
  });
  afterAll(() => {
    execFileSync("umount", [root]);
    rmSync(root, { recursive: true, force: true });
  });

  const below = () =>
    readdirSync(made.data, { recursive: true })
      .map(String)
      .filter((path) => statSync(join(made.data, path)).isFile());
  const failure = async (promise: Promise<unknown>) =>
    (await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )) as AweError | undefined;
  const large = Buffer.alloc(1024 * 1024, 1);

  test("keeps the object that was there, and nothing of the one that did not fit", async () => {
    await made.objects.put("alice", "closures/kept", Buffer.from("kept"));
    expect(await failure(made.objects.put("alice", "closures/kept", large))).toBeInstanceOf(Error);
    expect(Buffer.from((await made.objects.get("alice", "closures/kept")) ?? []).toString()).toBe("kept");
    expect(below()).toEqual(["objects/alice/closures/kept"]);
  });

  test("keeps nothing of uploads and staged files that did not fit, and says why", async () => {
    const before = below();
    const body = async function* () {
      yield large;
    };
    const received = await failure(made.objects.receive("alice", "up", "large", body(), large.length));
    expect(received?.message).toMatch(/No space left/);
    expect(below()).toEqual(before);
    const staged = await failure(made.objects.stage("alice", "run", [{ path: "large", bytes: large }]));
    expect(staged?.message).toMatch(/No space left/);
    expect(below()).toEqual(before);
    await made.objects.put("alice", "closures/later", Buffer.from("fits again"));
  });
});
