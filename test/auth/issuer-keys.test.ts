import { expect, test } from "vitest";

import { keyServer, showing } from "./key-server.ts";
import { authenticateFor, goodClaims, sign, signingKey } from "./signer.ts";

const ISSUER = "https://login.test/keys";
const first = signingKey("ES256", "first");
const second = signingKey("ES256", "second");

const settingsFor = (jwksUri: string) => [{ issuer: ISSUER, audience: "awe-test", jwksUri }];

/** A clock that a test moves. Tokens are checked against the machine's own time, so it starts there. */
function movableClock() {
  let at = Date.now();
  return { now: () => new Date(at), forward: (ms: number) => void (at += ms) };
}

test("takes a key that its issuer has just begun to use, and asks for keys only then", async () => {
  await using server = await keyServer(first);
  const { authenticate } = authenticateFor(settingsFor(server.address));
  for (const sub of ["a", "b", "c"]) await authenticate(`Bearer ${await sign(first, goodClaims(ISSUER, { sub }))}`);
  expect(server.requests).toBe(1);
  server.answer = showing(first, second);
  expect((await authenticate(`Bearer ${await sign(second, goodClaims(ISSUER))}`)).userName).toBe("alice");
  expect(server.requests).toBe(2);
});

test("refuses a withdrawn key within eleven minutes, also for tokens seen a moment ago", async () => {
  await using server = await keyServer(first);
  const clock = movableClock();
  const { authenticate } = authenticateFor(settingsFor(server.address), { clock });
  const token = `Bearer ${await sign(first, goodClaims(ISSUER))}`;
  await authenticate(token);
  server.answer = showing(second);
  clock.forward(10 * 60_000);
  // Still answered with the keys at hand, while they are fetched anew.
  await authenticate(token);
  await expect.poll(() => server.requests).toBe(2);
  clock.forward(61_000);
  await expect.poll(() => authenticate(token).catch((thrown: Error) => thrown.message)).toMatch(/no key of the id/);
});

test("believes a new key under an old id, once it has fetched it", async () => {
  await using server = await keyServer(first);
  const clock = movableClock();
  const { authenticate } = authenticateFor(settingsFor(server.address), { clock });
  await authenticate(`Bearer ${await sign(first, goodClaims(ISSUER))}`);
  const again = signingKey("ES256", "first");
  server.answer = showing(again);
  clock.forward(10 * 60_000);
  const token = `Bearer ${await sign(again, goodClaims(ISSUER))}`;
  await authenticate(token).catch(() => {});
  await expect.poll(() => authenticate(token).catch(() => undefined)).toMatchObject({ userName: "alice" });
  const old = `Bearer ${await sign(first, goodClaims(ISSUER, { sub: "old" }))}`;
  await expect(authenticate(old)).rejects.toThrow(/signature is wrong/);
});

test("asks an issuer once in ten seconds for keys that do not exist, however many tokens name them", async () => {
  await using server = await keyServer(first);
  const clock = movableClock();
  const { authenticate } = authenticateFor(settingsFor(server.address), { clock });
  const junk = await Promise.all(
    Array.from({ length: 20 }, (_, index) => sign(second, goodClaims(ISSUER), { kid: `junk-${index}` })),
  );
  const outcomes = await Promise.allSettled(junk.map((token) => authenticate(`Bearer ${token}`)));
  expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
  for (const token of junk) await expect(authenticate(`Bearer ${token}`)).rejects.toThrow(/kid/);
  expect(server.requests).toBe(1);
  // Known keys work all the while.
  await authenticate(`Bearer ${await sign(first, goodClaims(ISSUER))}`);
  server.answer = showing(first, second);
  clock.forward(10_001);
  await authenticate(`Bearer ${await sign(second, goodClaims(ISSUER))}`);
  expect(server.requests).toBe(2);
});

test("goes on with the keys at hand for a day while the issuer is down", async () => {
  await using server = await keyServer(first);
  const clock = movableClock();
  const { authenticate, lines } = authenticateFor(settingsFor(server.address), { clock });
  const token = `Bearer ${await sign(first, goodClaims(ISSUER))}`;
  await authenticate(token);
  server.answer = (response) => void response.writeHead(500).end();
  clock.forward(10 * 60_000);
  await authenticate(token);
  await expect.poll(() => lines.join("")).toContain("keys.fetchFailed");
  clock.forward(61_000);
  await authenticate(token);
  clock.forward(24 * 3_600_000);
  await expect(authenticate(token)).rejects.toThrow(/expired|out of reach/);
});

test.each([
  ["a server error", (r) => void r.writeHead(500).end("oops"), "status 500"],
  ["not found", (r) => void r.writeHead(404).end(), "status 404"],
  ["garbage", (r) => void r.end("<html>"), "not JSON"],
  ["another shape", (r) => void r.end("[1]"), "JWKS"],
  ["keys that are none", (r) => void r.end('{"keys":[null]}'), "JWK"],
  ["a redirect", (r) => void r.writeHead(302, { location: "/elsewhere" }).end(), "redirect"],
  ["a cut answer", (r) => (r.writeHead(200, { "content-length": "99" }).write("{"), void r.destroy()), ""],
  ["an endless answer", (r) => endless(r), "longer than 524288 bytes"],
] satisfies [string, (response: import("node:http").ServerResponse) => void, string][])(
  "refuses when the issuer answers with %s, and logs why",
  async (_what, answer, reason) => {
    await using server = await keyServer(first);
    server.answer = answer;
    const { authenticate, lines } = authenticateFor(settingsFor(server.address));
    const token = `Bearer ${await sign(first, goodClaims(ISSUER))}`;
    await expect(authenticate(token)).rejects.toMatchObject({
      code: "unauthenticated",
      message: expect.stringContaining("out of reach") as string,
    });
    expect(lines.join("")).toContain("keys.fetchFailed");
    expect(lines.join("")).toContain(reason);
    const asked = server.requests;
    await expect(authenticate(token)).rejects.toThrow(/out of reach/);
    expect(server.requests).toBe(asked);
  },
);

test("gives a silent issuer three seconds, and all who wait share one request", async () => {
  await using server = await keyServer(first);
  server.answer = (response) => void response.writeHead(200).write("{");
  const { authenticate, lines } = authenticateFor(settingsFor(server.address));
  const startedAt = performance.now();
  const tokens = await Promise.all(["a", "b", "c"].map((sub) => sign(first, goodClaims(ISSUER, { sub }))));
  const outcomes = await Promise.allSettled(tokens.map((token) => authenticate(`Bearer ${token}`)));
  expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(server.requests).toBe(1);
  expect(lines.join("")).toContain("no answer within 3000 ms");
});

test("refuses when nobody listens", async () => {
  const server = await keyServer(first);
  await server[Symbol.asyncDispose]();
  const { authenticate, lines } = authenticateFor(settingsFor(server.address));
  await expect(authenticate(`Bearer ${await sign(first, goodClaims(ISSUER))}`)).rejects.toThrow(/out of reach/);
  expect(lines.join("")).toContain("ECONNREFUSED");
});

test("does not let one issuer's keys sign for another", async () => {
  await using one = await keyServer(first);
  await using two = await keyServer(second);
  const other = "https://login.test/other";
  const { authenticate } = authenticateFor([
    ...settingsFor(one.address),
    { issuer: other, audience: "awe-test", jwksUri: two.address },
  ]);
  expect((await authenticate(`Bearer ${await sign(second, goodClaims(other))}`)).issuer).toBe(other);
  await expect(authenticate(`Bearer ${await sign(second, goodClaims(ISSUER))}`)).rejects.toThrow(/kid/);
});

function endless(response: import("node:http").ServerResponse): void {
  const chunk = Buffer.alloc(65_536, "[");
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
}
