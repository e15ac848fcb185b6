import { createHmac, createPrivateKey, createPublicKey, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openLocalIssuer, type LocalIssuer } from "#src/local/issuer.ts";
import { nowSeconds, sign, signingKey, type SigningKey } from "../auth/signer.ts";
import { inlineForm, removeFolder, startGateway, stateFolder, type Gateway } from "../support/gateway.ts";
import { isRoot } from "../support/require.ts";

let gateway: Gateway;
let issuer: LocalIssuer;
let own: SigningKey;

beforeAll(async () => {
  gateway = await startGateway(await stateFolder(), { AWE_ISOLATION: isRoot() ? "account" : "none" });
  issuer = await openLocalIssuer(gateway.dataFolder);
  const { kid, alg } = issuer.privateKey;
  own = { kid: String(kid), alg: String(alg), secret: issuer.privateKey, shown: {} };
});
afterAll(async () => {
  await gateway.stop();
  await removeFolder(gateway.dataFolder);
});

const claims = (more: Record<string, unknown> = {}) => ({
  iss: issuer.issuer,
  aud: "awe",
  sub: "alice",
  exp: nowSeconds() + 600,
  ...more,
});
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const publicPem = () =>
  createPublicKey({ key: issuer.jwks.keys[0] ?? {}, format: "jwk" })
    .export({ type: "spki", format: "pem" })
    .toString();

/** Tokens of all the wrong kinds, each sent to a route of its own. */
const WRONG: readonly (readonly [string, string, string, () => Promise<string> | string])[] = [
  ["expired", "GET", "/awe/v1/me", () => sign(own, claims({ exp: nowSeconds() - 600 }))],
  ["not valid yet", "GET", "/awe/v1/runs", () => sign(own, claims({ nbf: nowSeconds() + 3_600 }))],
  ["without an end", "GET", "/awe/v1/credentials", () => sign(own, { ...claims(), exp: undefined })],
  ["for another audience", "GET", "/alice/hello", () => sign(own, claims({ aud: "another" }))],
  ["of another issuer", "POST", "/alice/hello", () => sign(own, claims({ iss: `urn:awe:${randomUUID()}` }))],
  ["of an issuer elsewhere", "DELETE", "/alice/hello", () => sign(own, claims({ iss: "https://login.example.org" }))],
  [
    "of nobody's key",
    "GET",
    "/alice/hello/api/workflows/v1/hello/status",
    () => sign({ ...signingKey("ES256"), kid: own.kid }, claims()),
  ],
  ["with an unknown kid", "POST", "/awe/v1/uploads?name=x", () => sign({ ...own, kid: "unknown" }, claims())],
  ["without a signature", "GET", "/openapi.json", () => `${part({ alg: "none", typ: "JWT" })}.${part(claims())}.`],
  ["with alg None", "GET", "/awe/v1/me", () => `${part({ alg: "None", kid: own.kid })}.${part(claims())}.`],
  [
    "signed with the public key as a secret",
    "POST",
    "/alice/hello",
    () => {
      const input = `${part({ alg: "HS256", kid: own.kid })}.${part(claims())}`;
      return `${input}.${createHmac("sha256", publicPem()).update(input).digest("base64url")}`;
    },
  ],
  [
    "that brings its own key",
    "GET",
    "/awe/v1/runs",
    async () => {
      const mine = signingKey("ES256", own.kid);
      return new SignJWT(claims())
        .setProtectedHeader({ alg: "ES256", kid: own.kid, jwk: mine.shown })
        .sign(createPrivateKey({ key: mine.secret, format: "jwk" }));
    },
  ],
  ["of 20 KB", "GET", "/awe/v1/me", () => sign(own, claims({ padding: "x".repeat(20_000) }))],
  ["that is none", "GET", "/awe/v1/me", () => "not.a.token"],
  ["that is empty", "GET", "/awe/v1/me", () => ""],
];

test.for(WRONG)("refuses a token $0 at $1 $2", async ([, method, path, make]) => {
  const token = await make();
  const schemes = [`Bearer ${token}`, `Basic ${Buffer.from(`alice:${token}`).toString("base64")}`];
  for (const authorization of token.length > 20_000 ? schemes.slice(0, 1) : schemes) {
    const init = method === "POST" ? { method, body: inlineForm("version 1.0\nworkflow w {}\n") } : { method };
    const answer = await fetch(gateway.url + path, { ...init, headers: { authorization } });
    const text = await answer.text();
    expect([answer.status, answer.headers.get("content-type")], text).toEqual([401, "application/json"]);
    expect(answer.headers.get("www-authenticate")).toMatch(/Bearer.*Basic/);
    expect(JSON.parse(text)).toMatchObject({ status: "fail", code: "unauthenticated", message: expect.any(String) });
    if (token.length > 20) expect(text).not.toContain(token.slice(0, 20));
  }
});

test("takes no token from a query, a cookie or another header", async () => {
  const token = await gateway.token({ user: "alice" });
  for (const [path, headers] of [
    [`/awe/v1/me?access_token=${token}`, {}],
    ["/awe/v1/me", { cookie: `token=${token}` }],
    ["/awe/v1/me", { "x-authorization": `Bearer ${token}` }],
    ["/awe/v1/me", { authorization: `Digest ${token}` }],
    ["/awe/v1/me", {}],
  ] as const) {
    expect((await fetch(gateway.url + path, { headers })).status).toBe(401);
  }
});

test.for(["awe", "api", "Alice", "a", "a-", "alice/bob", "..", "héllo", "x".repeat(32)])(
  "binds nobody to the name %j",
  async (sub) => {
    const answer = await fetch(`${gateway.url}/awe/v1/me`, {
      headers: { authorization: `Bearer ${await sign(own, claims({ sub }))}` },
    });
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: "forbidden" }]);
  },
);

test("answers healthz without a token, and nothing else", async () => {
  const answer = await fetch(`${gateway.url}/healthz`);
  expect([answer.status, await answer.json()]).toMatchObject([200, { status: "ok" }]);
  for (const path of ["/", "/healthz/x", "/metrics", "/docs", "/ui/", "/alice", "/openapi.json", "/nothing/at/all"]) {
    expect((await fetch(gateway.url + path)).status, path).toBe(401);
  }
});

test("logs no token", () => {
  expect(gateway.log()).not.toMatch(/eyJ/);
});
