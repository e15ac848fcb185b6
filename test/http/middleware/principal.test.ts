import { expect, test } from "vitest";

import { AweError } from "#src/errors.ts";
import { principal } from "#src/http/middleware/principal.ts";
import { parseAdmins } from "#src/identity-settings.ts";
import { silentLog } from "#src/log.ts";
import { recentUsers } from "#src/users/recent-users.ts";

import { usersInMemory } from "../../users/users-in-memory.ts";
import { applicationBehind } from "./application.ts";

const clock = { now: () => new Date(0) };

function setUp() {
  const deps = {
    users: usersInMemory(),
    recent: recentUsers(clock),
    clock,
    log: silentLog,
    admins: parseAdmins("root"),
  };
  const authenticate = async (header: string | undefined) => {
    if (header === undefined) throw new AweError("unauthenticated", "Sign in.");
    return { issuer: "i", subject: header, userName: header, lab: "genomics", admin: false };
  };
  const { app } = applicationBehind(principal(authenticate, deps));
  return (authorization?: string) => app.request("/who", authorization ? { headers: { authorization } } : {});
}

test("tells the routes who is calling, administrators by name included", async () => {
  const who = setUp();
  expect(await (await who("alice")).json()).toMatchObject({ userName: "alice", lab: "genomics", admin: false });
  expect(await (await who("root")).json()).toMatchObject({ userName: "root", admin: true });
});

test("answers 401 with both challenges when nobody is signed in", async () => {
  const response = await setUp()();
  expect(response.status).toBe(401);
  const challenge = response.headers.get("www-authenticate") ?? "";
  expect(challenge).toContain("Bearer");
  expect(challenge).toContain('Basic realm="awe"');
  expect(await response.json()).toEqual({ status: "fail", code: "unauthenticated", message: "Sign in.", errors: [] });
});

test("answers 403 when the name cannot be a user's, without a challenge", async () => {
  const response = await setUp()("Not A Name");
  expect(response.status).toBe(403);
  expect(response.headers.get("www-authenticate")).toBeNull();
});
