import { createHmac, createPublicKey } from "node:crypto";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { AweError } from "#src/errors.ts";

import { keyServer, type KeyServer } from "./key-server.ts";
import { authenticateFor, goodClaims, nowSeconds, sign, signAsIs, signingKey } from "./signer.ts";

const ISSUER = "https://login.test/tenant-1/v2.0";
const rsa = signingKey("RS256");
const ec = signingKey("ES256");
const ed = signingKey("EdDSA");
const short = signingKey("RS256", "short", 1024);
const stranger = signingKey("RS256");

let server: KeyServer;
let gate: ReturnType<typeof authenticateFor>;

beforeAll(async () => {
  server = await keyServer(rsa, ec, ed, short);
  gate = authenticateFor([{ issuer: ISSUER, audience: ["awe-test", "api://awe"], jwksUri: server.address }]);
});
afterAll(() => server[Symbol.asyncDispose]());

const bearer = (token: string) => gate.authenticate(`Bearer ${token}`);

/** The text of a refusal; fails when the token was taken or something else was thrown. */
async function refusal(header: string | undefined): Promise<string> {
  try {
    await gate.authenticate(header);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AweError);
    expect((thrown as AweError).code).toBe("unauthenticated");
    return (thrown as AweError).message;
  }
  throw new Error("the token was taken");
}

const claims = (more: Record<string, unknown> = {}) => goodClaims(ISSUER, more);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

test.each([rsa, ec])("takes a token signed with $alg and says who it is", async (key) => {
  expect(await bearer(await sign(key, claims()))).toEqual({
    issuer: ISSUER,
    subject: "subject-1",
    userName: "alice",
    lab: null,
    admin: false,
  });
});

test("takes an audience that is one of several, on both sides", async () => {
  const token = await sign(rsa, claims({ aud: ["another", "api://awe"] }));
  expect((await bearer(token)).subject).toBe("subject-1");
});

test("takes the token as Basic password of any user name, and schemes in any case", async () => {
  const token = await sign(rsa, claims());
  for (const name of ["", "alice", "x@y"]) {
    const pair = Buffer.from(`${name}:${token}`).toString("base64");
    expect((await gate.authenticate(`Basic ${pair}`)).userName).toBe("alice");
    expect((await gate.authenticate(`BASIC ${pair}`)).userName).toBe("alice");
  }
  expect((await gate.authenticate(`bEARER ${token}`)).userName).toBe("alice");
});

test.each([
  ["no header", undefined],
  ["an empty header", ""],
  ["a scheme alone", "Bearer"],
  ["a scheme and blanks", "Bearer   "],
  ["another scheme", "Digest abc"],
  ["two tokens", "Bearer a.b.c d.e.f"],
  ["Basic without password", `Basic ${btoa("alice:")}`],
  ["Basic without colon", `Basic ${btoa("alice")}`],
  ["Basic that is no base64", "Basic ***"],
])("refuses %s with advice", async (_what, header) => {
  expect(await refusal(header)).toMatch(/^Sign in/);
});

test("refuses what is no token, without repeating it", async () => {
  const secret = "s3cret";
  const junk = [
    secret,
    `${secret}.`,
    "a.b",
    "a.b.c.d",
    "...",
    `${part(secret)}.${part(secret)}.${secret}`,
    `${part({ alg: "RS256", kid: 1 })}.${part({})}.AAAA`,
    `${part({ alg: "RS256", kid: rsa.kid })}.${Buffer.from(`{"${secret}`).toString("base64url")}.AAAA`,
    `${part({ alg: "RS256", kid: rsa.kid })}.${part(null)}.AAAA`,
    `${Buffer.from("[".repeat(5000)).toString("base64url")}.e30.AAAA`,
    `${Buffer.from("[".repeat(2500) + "]".repeat(2500)).toString("base64url")}.e30.AAAA`,
    "é.é.é",
  ];
  for (const token of junk) {
    const message = await refusal(`Bearer ${token}`);
    expect(message).not.toContain(secret);
  }
  expect(gate.lines.join("")).not.toContain(secret);
});

test("refuses an expired token, and takes one that ended within the grace of ten seconds", async () => {
  expect(await refusal(`Bearer ${await sign(rsa, claims({ exp: nowSeconds() - 30 }))}`)).toMatch(/expired/);
  expect((await bearer(await sign(rsa, claims({ exp: nowSeconds() - 3 })))).userName).toBe("alice");
});

test("refuses a token that is not valid yet, and takes one that begins within the grace", async () => {
  expect(await refusal(`Bearer ${await sign(rsa, claims({ nbf: nowSeconds() + 60 }))}`)).toMatch(/not valid yet/);
  expect((await bearer(await sign(rsa, claims({ nbf: nowSeconds() + 4 })))).userName).toBe("alice");
});

test("refuses a token that never expires", async () => {
  expect(await refusal(`Bearer ${await sign(rsa, claims({ exp: undefined }))}`)).toMatch(/never expires/);
});

test.each(['"2000000000"', "1e400", "null", "[1]", "{}"])("refuses the expiry %s", async (exp) => {
  const payload = JSON.stringify(claims({ exp: 0 })).replace('"exp":0', `"exp":${exp}`);
  expect(await refusal(`Bearer ${signAsIs(rsa, { alg: "RS256", kid: rsa.kid }, payload)}`)).not.toBe("");
});

test("takes what the raw signer makes, so that its other tokens are refused for what they say", async () => {
  const token = signAsIs(rsa, { alg: "RS256", kid: rsa.kid }, JSON.stringify(claims()));
  expect((await bearer(token)).userName).toBe("alice");
});

test("refuses another audience, none, and another issuer, none", async () => {
  expect(await refusal(`Bearer ${await sign(rsa, claims({ aud: "other" }))}`)).toMatch(/audience/);
  expect(await refusal(`Bearer ${await sign(rsa, claims({ aud: undefined }))}`)).toMatch(/audience/);
  expect(await refusal(`Bearer ${await sign(rsa, claims({ iss: "https://evil.test" }))}`)).toMatch(/issuer/);
  expect(await refusal(`Bearer ${await sign(rsa, claims({ iss: `${ISSUER}/` }))}`)).toMatch(/issuer/);
  expect(await refusal(`Bearer ${await sign(rsa, claims({ iss: undefined }))}`)).toMatch(/issuer/);
});

test("refuses alg none, with and without a signature", async () => {
  for (const alg of ["none", "None", "NONE", ""]) {
    const input = `${part({ alg, kid: rsa.kid })}.${part(claims())}`;
    expect(await refusal(`Bearer ${input}.`)).not.toBe("");
    expect(await refusal(`Bearer ${input}.AAAA`)).toMatch(/algorithm|JSON Web Token/);
  }
});

test("refuses HS256 signed with the public key, in each of its spellings", async () => {
  const key = createPublicKey({ key: rsa.shown, format: "jwk" });
  const secrets = [
    key.export({ type: "spki", format: "pem" }),
    key.export({ type: "pkcs1", format: "pem" }),
    key.export({ type: "spki", format: "der" }),
    JSON.stringify(rsa.shown),
    String(rsa.shown["n"]),
  ];
  for (const secret of secrets) {
    const input = `${part({ alg: "HS256", kid: rsa.kid })}.${part(claims())}`;
    const signature = createHmac("sha256", secret).update(input).digest("base64url");
    expect(await refusal(`Bearer ${input}.${signature}`)).toMatch(/algorithm is not allowed/);
  }
});

test("refuses algorithms that are sound but not allowed, and names of others' kinds", async () => {
  expect(await refusal(`Bearer ${await sign(ed, claims())}`)).toMatch(/algorithm is not allowed/);
  const posing = signAsIs(rsa, { alg: "ES256", kid: rsa.kid }, JSON.stringify(claims()));
  expect(await refusal(`Bearer ${posing}`)).toMatch(/algorithm is not allowed/);
});

test("refuses a key of less than 2,048 bits", async () => {
  const token = signAsIs(short, { alg: "RS256", kid: short.kid }, JSON.stringify(claims()));
  expect(await refusal(`Bearer ${token}`)).toMatch(/cannot be used to check/);
});

test("refuses another's signature under a known kid, an unknown kid and no kid", async () => {
  expect(await refusal(`Bearer ${await sign(stranger, claims(), { kid: rsa.kid })}`)).toMatch(/signature is wrong/);
  expect(await refusal(`Bearer ${await sign(stranger, claims())}`)).toMatch(/kid/);
  expect(await refusal(`Bearer ${await sign(rsa, claims(), { kid: undefined })}`)).toMatch(/kid/);
});

test("refuses extensions that must be understood", async () => {
  const token = await sign(rsa, claims(), { crit: ["x-ours"], "x-ours": 1 });
  expect(await refusal(`Bearer ${token}`)).toMatch(/crit/);
});

test("never follows keys or addresses of keys that a token brings along", async () => {
  const before = server.requests;
  const token = await sign(stranger, claims(), { kid: rsa.kid, jwk: stranger.shown, jku: server.address });
  expect(await refusal(`Bearer ${token}`)).toMatch(/signature is wrong/);
  expect(server.requests).toBe(before);
});

test("refuses a token of 20 KB, before looking at it, and takes one just below the limit", async () => {
  const long = await sign(rsa, claims({ groups: "g".repeat(20_000) }));
  expect(await refusal(`Bearer ${long}`)).toMatch(/too long: \d+ characters, at most 8192/);
  const fits = await sign(rsa, claims({ groups: "g".repeat(5000) }));
  expect((await bearer(fits)).userName).toBe("alice");
});

test("refuses a token of which any one character was changed, left out or put in", async () => {
  const tokens = [await sign(rsa, claims()), await sign(ec, claims())];
  for (const token of tokens) await bearer(token);
  const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ".split("");
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...tokens),
      fc.nat(10_000),
      fc.constantFrom(...characters, ""),
      fc.boolean(),
      async (token, at, character, insert) => {
        const index = at % token.length;
        const changed = token.slice(0, index) + character + token.slice(insert ? index : index + 1);
        // A blank at either end belongs to the header and not to the token.
        fc.pre(changed.trim() !== token);
        await refusal(`Bearer ${changed}`);
      },
    ),
    { numRuns: 600 },
  );
});

test("refuses every other last character of a signature, whose last bits mean nothing", async () => {
  const token = await sign(ec, claims());
  for (const last of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
    if (token.endsWith(last)) continue;
    await refusal(`Bearer ${token.slice(0, -1)}${last}`);
  }
  await refusal(`Bearer ${token}==`);
});

test("refuses whatever else is sent, and nothing becomes a crash", async () => {
  const json = fc.json().map((text) => Buffer.from(text).toString("base64url"));
  const header = fc
    .record({ alg: fc.constantFrom("RS256", "ES256", "HS256", "none"), kid: fc.constantFrom(rsa.kid, ec.kid, "x") })
    .map(part);
  const junk = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.tuple(fc.oneof(header, json), json, fc.base64String()).map((parts) => `Bearer ${parts.join(".")}`),
    fc.base64String().map((text) => `Basic ${text}`),
  );
  await fc.assert(
    fc.asyncProperty(junk, async (text) => void (await refusal(text))),
    { numRuns: 1000 },
  );
});

test("makes a principal of any verified claims, or refuses them", async () => {
  const value = fc.oneof(fc.string(), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(
      fc.record({ sub: value, preferred_username: value, lab: value }, { requiredKeys: [] }),
      async (some) => {
        const token = await sign(ec, claims(some));
        const outcome = await bearer(token).catch((thrown: AweError) => thrown.code);
        if (typeof outcome === "string") expect(outcome).toBe("unauthenticated");
        else expect(outcome.subject).toBe(some.sub ?? "subject-1");
      },
    ),
    { numRuns: 200 },
  );
});

test("keeps Unicode of claims as it is", async () => {
  const token = await sign(rsa, claims({ sub: "sübject-日本-\u{1f9ec}", preferred_username: "ålice" }));
  expect(await bearer(token)).toMatchObject({ subject: "sübject-日本-\u{1f9ec}", userName: "ålice" });
});

test("writes no part of a token into the log", async () => {
  const token = await sign(rsa, claims({ exp: nowSeconds() - 30, sub: "hidden-subject" }));
  await refusal(`Bearer ${token}`);
  const text = gate.lines.join("");
  for (const each of [...token.split("."), "hidden-subject"]) expect(text).not.toContain(each);
  expect(text).toContain("token.refused");
});
