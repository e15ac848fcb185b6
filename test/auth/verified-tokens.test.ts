import { expect, test } from "vitest";

import { verifiedTokens } from "#src/auth/verified-tokens.ts";

const principal = { issuer: "i", subject: "s", userName: "alice", lab: null, admin: false };

function atTime(startMs: number) {
  let nowMs = startMs;
  const tokens = verifiedTokens({ now: () => new Date(nowMs) });
  return { tokens, setTime: (ms: number) => void (nowMs = ms) };
}

test("remembers a token for a minute and no longer", () => {
  const { tokens, setTime } = atTime(0);
  tokens.add("t", principal, 10_000_000);
  setTime(59_999);
  expect(tokens.find("t")).toBe(principal);
  setTime(60_000);
  expect(tokens.find("t")).toBeUndefined();
});

test("never remembers a token past its expiry", () => {
  const { tokens, setTime } = atTime(0);
  tokens.add("t", principal, 5000);
  setTime(4999);
  expect(tokens.find("t")).toBe(principal);
  setTime(5000);
  expect(tokens.find("t")).toBeUndefined();
  tokens.add("old", principal, 4000);
  expect(tokens.find("old")).toBeUndefined();
});

test("forgets the oldest when there are ten thousand", () => {
  const { tokens } = atTime(0);
  for (let index = 0; index <= 10_000; index++) tokens.add(`t${index}`, principal, 1000);
  expect(tokens.find("t0")).toBeUndefined();
  expect(tokens.find("t1")).toBe(principal);
  expect(tokens.find("t10000")).toBe(principal);
});
