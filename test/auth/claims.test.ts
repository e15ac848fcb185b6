import { expect, test } from "vitest";

import { principalOf } from "#src/auth/claims.ts";
import { userNameOf, everyoneIsOne } from "#src/auth/everyone-is-one.ts";
import { parseAdmins, parseIssuers, type IssuerSettings } from "#src/identity-settings.ts";
import { isUserName } from "#src/model/user.ts";

function settings(more: Record<string, unknown> = {}): IssuerSettings {
  const [issuer] = parseIssuers(
    JSON.stringify([{ issuer: "https://i.test", audience: "awe", jwksUri: "https://i.test/keys", ...more }]),
  );
  if (!issuer) throw new Error("no issuer");
  return issuer;
}

const nobody = parseAdmins("");

test("binds Entra's users to tenant and object, by either of the tenant's issuers alike", () => {
  const entra = { bindTo: ["tid", "oid"], directory: "entra:t1" };
  const claims = { tid: "t1", oid: "o1", sub: "per-app", preferred_username: "alice" };
  const v1 = principalOf(settings({ ...entra, issuer: "https://sts.windows.net/t1/" }), nobody, claims);
  const v2 = principalOf(settings({ ...entra, issuer: "https://login.microsoftonline.com/t1/v2.0" }), nobody, claims);
  expect(v1).toEqual(v2);
  expect(v1).toMatchObject({ issuer: "entra:t1", subject: "t1/o1" });
});

test("makes different subjects of different claims, whatever characters they hold", () => {
  const both = settings({ bindTo: ["a", "b"] });
  const subjects = [
    { a: "x/y", b: "z" },
    { a: "x", b: "y/z" },
    { a: "x%2Fy", b: "z" },
  ].map((claims) => principalOf(both, nobody, claims).subject);
  expect(new Set(subjects).size).toBe(3);
});

test.each([[{}], [{ sub: "" }], [{ sub: 7 }], [{ sub: ["a"] }], [{ sub: "s".repeat(256) }]])(
  "refuses a token whose subject is %j",
  (claims) => {
    expect(() => principalOf(settings(), nobody, claims)).toThrow(/subject|names nobody/);
  },
);

test("reads the configured claims for user and lab, and no inherited ones", () => {
  const renamed = settings({ userClaim: "account", labClaim: "toString" });
  expect(principalOf(renamed, nobody, { sub: "s", account: "alice" })).toMatchObject({ userName: "alice", lab: null });
  expect(principalOf(settings(), nobody, { sub: "s", lab: "genomics" }).lab).toBe("genomics");
  expect(principalOf(settings(), nobody, { sub: "s", preferred_username: ["alice"] }).userName).toBe("");
});

test.each(["", "../x", "a b", "x".repeat(64), 7, ["a"]])("refuses the lab %j", (lab) => {
  expect(() => principalOf(settings(), nobody, { sub: "s", lab })).toThrow(/claim "lab"/);
});

test("makes administrators by the issuer's rule, by AWE_ADMINS' claims and by *", () => {
  const ruled = settings({ adminClaim: "roles", adminValue: "awe-admin" });
  expect(principalOf(ruled, nobody, { sub: "s", roles: ["x", "awe-admin"] }).admin).toBe(true);
  expect(principalOf(ruled, nobody, { sub: "s", roles: "awe-admin" }).admin).toBe(true);
  expect(principalOf(ruled, nobody, { sub: "s", roles: ["awe-admins"] }).admin).toBe(false);
  expect(principalOf(ruled, nobody, { sub: "s", roles: [["awe-admin"]] }).admin).toBe(false);
  const flag = parseAdmins("claim:is_admin=true");
  expect(principalOf(settings(), flag, { sub: "s", is_admin: true }).admin).toBe(true);
  expect(principalOf(settings(), flag, { sub: "s", is_admin: "true" }).admin).toBe(true);
  expect(principalOf(settings(), flag, { sub: "s", is_admin: "yes" }).admin).toBe(false);
  expect(principalOf(settings(), flag, { sub: "s" }).admin).toBe(false);
  expect(principalOf(settings(), parseAdmins("*"), { sub: "s" }).admin).toBe(true);
});

test("makes no administrator of a name in a token, which people may choose themselves", () => {
  expect(principalOf(settings(), parseAdmins("alice"), { sub: "s", preferred_username: "alice" }).admin).toBe(false);
});

test("fails closed when Entra leaves out groups that are too many", () => {
  const ruled = settings({ adminClaim: "groups", adminValue: "g1" });
  const overage = { sub: "s", _claim_names: { groups: "src1" }, _claim_sources: { src1: {} } };
  expect(principalOf(ruled, nobody, overage).admin).toBe(false);
});

test.each([
  ["alice", "alice"],
  ["Alice.Smith", "alice-smith"],
  ["DOMAIN\\alice", "domain-alice"],
  ["1000", "local"],
  ["root", "root"],
  ["a", "local"],
  ["", "local"],
  ["_www-", "www"],
  ["docs", "local"],
  ["x".repeat(40), "x".repeat(31)],
  ["日本", "local"],
])("makes of the account %j the user %j", (account, user) => {
  expect(userNameOf(account)).toBe(user);
  expect(isUserName(userNameOf(account))).toBe(true);
});

test("without sign-in everybody is one administrator, with the identity of a local token", async () => {
  const authenticate = everyoneIsOne({ issuer: "urn:awe:1", accountName: "Alice" });
  expect(await authenticate("Bearer whatever")).toEqual({
    issuer: "urn:awe:1",
    subject: "alice",
    userName: "alice",
    lab: null,
    admin: true,
  });
});
