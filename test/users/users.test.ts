import { expect, test } from "vitest";

import { parseAdmins } from "#src/identity-settings.ts";
import { silentLog } from "#src/log.ts";
import type { Principal } from "#src/model/principal.ts";
import { callerOf, ownerFor } from "#src/users/authorize.ts";
import { recentUsers } from "#src/users/recent-users.ts";
import { userOf } from "#src/users/user-of.ts";

import { usersInMemory } from "./users-in-memory.ts";

const someone = (userName: string, more: Partial<Principal> = {}): Principal => ({
  issuer: "https://i.test",
  subject: `subject of ${userName}`,
  userName,
  lab: null,
  admin: false,
  ...more,
});

function setUp(admins = "") {
  let nowMs = 1_000_000;
  const clock = { now: () => new Date(nowMs) };
  const users = usersInMemory();
  const deps = { users, clock, log: silentLog, recent: recentUsers(clock), admins: parseAdmins(admins) };
  return { deps, users, forward: (ms: number) => void (nowMs += ms) };
}

test("binds a name at the first sight, with the token's lab or the default one", async () => {
  const { deps } = setUp();
  expect(await userOf(deps, someone("alice", { lab: "genomics" }))).toMatchObject({ name: "alice", lab: "genomics" });
  expect(await userOf(deps, someone("bob"))).toEqual({
    name: "bob",
    lab: "default",
    issuer: "https://i.test",
    subject: "subject of bob",
    createdAt: new Date(1_000_000),
  });
});

test("keeps name and lab of the first sight when later tokens tell others", async () => {
  const { deps, forward } = setUp();
  const alice = someone("alice", { lab: "genomics" });
  await userOf(deps, alice);
  forward(60_000);
  expect(await userOf(deps, { ...alice, userName: "mallory", lab: "rich" })).toMatchObject({
    name: "alice",
    lab: "genomics",
  });
});

test.each(["", "A", "Alice", "a", "alice-", "-alice", "1alice", "al_ice", "al/ice", "awe", "api", "metrics", "ålice"])(
  "refuses the name %j and makes nobody",
  async (name) => {
    const { deps, users } = setUp();
    await expect(userOf(deps, someone(name))).rejects.toMatchObject({ code: "forbidden" });
    expect(users.asked.some((each) => each.startsWith("add"))).toBe(false);
  },
);

test("refuses a name that belongs to another identity, at every issuer", async () => {
  const { deps } = setUp();
  await userOf(deps, someone("alice"));
  for (const other of [
    someone("alice", { subject: "another" }),
    someone("alice", { issuer: "https://other.test" }),
    someone("alice", { subject: "SUBJECT OF ALICE" }),
  ]) {
    await expect(userOf(deps, other)).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("belongs to somebody else") as string,
    });
  }
});

test("does not trust a database that takes one subject for another", async () => {
  const { deps, users } = setUp();
  const alice = await userOf(deps, someone("alice"));
  users.findBySubject = async () => alice;
  await expect(userOf(deps, someone("alice", { subject: "SUBJECT OF ALICE" }))).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("makes one user of two first requests at once", async () => {
  const { deps } = setUp();
  const both = await Promise.all([userOf(deps, someone("alice")), userOf(deps, someone("alice"))]);
  expect(both.map(({ name }) => name)).toEqual(["alice", "alice"]);
});

test("asks the store once in ten seconds for a caller who comes often", async () => {
  const { deps, users, forward } = setUp();
  await userOf(deps, someone("alice"));
  users.asked.length = 0;
  for (let index = 0; index < 50; index++) await userOf(deps, someone("alice"));
  expect(users.asked).toEqual([]);
  forward(10_000);
  await userOf(deps, someone("alice"));
  expect(users.asked).toEqual(["findBySubject https://i.test subject of alice"]);
});

test("counts names in AWE_ADMINS for the bound name, not for the one in the token", async () => {
  const { deps } = setUp("alice");
  expect((await callerOf(deps, someone("alice"))).admin).toBe(true);
  const mallory = someone("mallory");
  await userOf(deps, mallory);
  expect(await callerOf(deps, { ...mallory, userName: "alice" })).toMatchObject({ admin: false });
  const impostor = someone("alice", { issuer: "https://other.test" });
  await expect(callerOf(deps, impostor)).rejects.toMatchObject({ code: "forbidden" });
});

test("gives callers their own things, and administrators those of whoever exists", async () => {
  const { deps } = setUp("root");
  const [alice, root] = [someone("alice"), someone("root")];
  expect((await ownerFor(deps, alice, "alice")).name).toBe("alice");
  expect((await ownerFor(deps, root, "alice")).name).toBe("alice");
  expect((await ownerFor(deps, root, "root")).name).toBe("root");
  await expect(ownerFor(deps, root, "nobody")).rejects.toMatchObject({ code: "not_found" });
  await expect(ownerFor(deps, root, "../alice")).rejects.toMatchObject({ code: "not_found" });
});

test("answers the same, with the same work, for another's name, an unknown one and an impossible one", async () => {
  const { deps, users } = setUp();
  await userOf(deps, someone("bob"));
  await userOf(deps, someone("alice"));
  const seen = [];
  for (const name of ["bob", "carol", "Bob", "bob ", "", "%62ob", "b\0b", "..", "constructor", "x".repeat(10_000)]) {
    users.asked.length = 0;
    const { code, message, findings } = await ownerFor(deps, someone("alice"), name).then(
      () => expect.fail("was let in"),
      (thrown: { code: string; message: string; findings: unknown }) => thrown,
    );
    seen.push(JSON.stringify({ code, message, findings, asked: users.asked }));
  }
  expect(new Set(seen).size).toBe(1);
  expect(seen[0]).toContain("not_found");
});
