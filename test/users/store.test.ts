import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { systemClock } from "#src/clock.ts";
import { silentLog } from "#src/log.ts";
import type { Principal } from "#src/model/principal.ts";
import { openStore } from "#src/store/kysely/open.ts";
import type { Store } from "#src/store/store.ts";
import { recentUsers } from "#src/users/recent-users.ts";
import { userOf } from "#src/users/user-of.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "awe-users-"));
  store = await openStore(join(folder, "awe.sqlite"), { clock: systemClock });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const someone = (subject: string, userName: string): Principal => ({
  issuer: "https://i.test",
  subject,
  userName,
  lab: null,
  admin: false,
});

/** Each call as a process of its own would make it: nothing is remembered between them. */
const ask = (principal: Principal) =>
  userOf({ users: store.users, recent: recentUsers(systemClock), clock: systemClock, log: silentLog }, principal);

test("binds a name once in the real store, whatever comes at once", async () => {
  const outcomes = await Promise.allSettled([
    ...Array.from({ length: 8 }, () => ask(someone("subject-1", "alice"))),
    ...Array.from({ length: 8 }, () => ask(someone("SUBJECT-1", "alice"))),
  ]);
  const names = outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value.subject : "refused"));
  const [winner] = names.filter((name) => name !== "refused");
  expect(names.filter((name) => name === winner)).toHaveLength(8);
  expect(names.filter((name) => name === "refused")).toHaveLength(8);
  expect((await store.users.find("alice"))?.subject).toBe(winner);
});

test("finds the same user after a restart", async () => {
  const first = await ask(someone("subject-1", "alice"));
  await store.close();
  store = await openStore(join(folder, "awe.sqlite"), { clock: systemClock });
  expect(await ask(someone("subject-1", "renamed"))).toEqual(first);
});
