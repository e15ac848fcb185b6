import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";

import { authenticateTokens, keysInProcess } from "#src/auth/authenticate.ts";
import { fetchKeys } from "#src/auth/fetch-keys.ts";
import { systemClock } from "#src/clock.ts";
import { parseAdmins } from "#src/identity-settings.ts";
import { randomIds } from "#src/ids.ts";
import { issueToken, openLocalIssuer, type LocalIssuer } from "#src/local/issuer.ts";
import { silentLog } from "#src/log.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "awe-issuer-"))));
afterEach(() => rm(folder, { recursive: true }));

const keyFile = () => join(folder, "data", "keys", "signing-key.json");
const nameFile = () => join(folder, "data", "keys", "issuer-name");
const open = () => openLocalIssuer(join(folder, "data"));
const deps = (issuer: LocalIssuer) => ({ issuer, clock: systemClock, ids: randomIds });

function authenticateBy(issuer: LocalIssuer) {
  return authenticateTokens({
    issuers: [issuer.settings],
    admins: parseAdmins(""),
    fetchKeys: keysInProcess({ address: issuer.settings.jwksUri, jwks: issuer.jwks }, fetchKeys),
    clock: systemClock,
    log: silentLog,
  });
}

test("keeps its key and name from one opening to the next, in files of its own account alone", async () => {
  const first = await open();
  const second = await open();
  expect(second).toEqual(first);
  for (const file of [keyFile(), nameFile()]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, "data", "keys"))).mode & 0o777).toBe(0o700);
  expect(await readdir(join(folder, "data", "keys"))).toEqual(["issuer-name", "signing-key.json"]);
});

test("has a name that no other installation has, and shows no private part", async () => {
  const issuer = await open();
  const other = await openLocalIssuer(join(folder, "other"));
  expect(issuer.issuer).toMatch(/^urn:awe:[0-9a-f-]{36}$/);
  expect(other.issuer).not.toBe(issuer.issuer);
  expect(issuer.jwks.keys.map((key) => Object.keys(key).toSorted())).toEqual([
    ["alg", "crv", "kid", "kty", "use", "x", "y"],
  ]);
});

test("keeps its mode whatever the umask is", async () => {
  const before = process.umask(0o777);
  try {
    await open();
  } finally {
    process.umask(before);
  }
  expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
});

test("issues tokens that the verifier takes, with user, lab and administration", async () => {
  const issuer = await open();
  const authenticate = authenticateBy(issuer);
  const plain = await issueToken(deps(issuer), { user: "alice" });
  expect(await authenticate(`Bearer ${plain}`)).toEqual({
    issuer: issuer.issuer,
    subject: "alice",
    userName: "alice",
    lab: null,
    admin: false,
  });
  const full = await issueToken(deps(issuer), { user: "bob", lab: "genomics", admin: true });
  expect(await authenticate(`Bearer ${full}`)).toMatchObject({ userName: "bob", lab: "genomics", admin: true });
  expect(decodeProtectedHeader(plain)).toEqual({ alg: "ES256", kid: issuer.jwks.keys[0]?.["kid"], typ: "JWT" });
});

test("issues tokens for eight hours, or for as long as asked", async () => {
  const issuer = await open();
  const { iat = 0, nbf, exp = 0, aud, jti } = decodeJwt(await issueToken(deps(issuer), { user: "alice" }));
  expect(exp - iat).toBe(8 * 3600);
  expect(nbf).toBe(iat);
  expect(aud).toBe("awe");
  expect(jti).toMatch(/^[0-9a-f-]{36}$/);
  const short = decodeJwt(await issueToken(deps(issuer), { user: "alice", ttlMs: 90_000 }));
  expect((short.exp ?? 0) - (short.iat ?? 0)).toBe(90);
});

test.each([
  [{ user: "Alice" }, "user"],
  [{ user: "" }, "user"],
  [{ user: "awe" }, "user"],
  [{ user: "alice", lab: "a/b" }, "lab"],
  [{ user: "alice", lab: "" }, "lab"],
  [{ user: "alice", ttlMs: 999 }, "31d"],
  [{ user: "alice", ttlMs: 32 * 24 * 3_600_000 }, "31d"],
  [{ user: "alice", ttlMs: NaN }, "31d"],
])("refuses to issue %j", async (request, word) => {
  await expect(issueToken(deps(await open()), request)).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining(word) as string,
  });
});

test("refuses tokens of another installation", async () => {
  const other = await openLocalIssuer(join(folder, "other"));
  const token = await issueToken(deps(other), { user: "alice" });
  await expect(authenticateBy(await open())(`Bearer ${token}`)).rejects.toMatchObject({ code: "unauthenticated" });
});

test("refuses tokens of a key that was removed, and makes another under the same name", async () => {
  const old = await open();
  const token = await issueToken(deps(old), { user: "alice" });
  await rm(keyFile());
  const issuer = await open();
  expect(issuer.issuer).toBe(old.issuer);
  await expect(authenticateBy(issuer)(`Bearer ${token}`)).rejects.toThrow(/kid/);
  const renewed = await issueToken(deps(issuer), { user: "alice" });
  expect(await authenticateBy(issuer)(`Bearer ${renewed}`)).toMatchObject({ issuer: old.issuer, subject: "alice" });
});

test.each(["", "urn:awe:", "https://evil.test", "urn:awe:../x"])("refuses the damaged name %j", async (text) => {
  await open();
  await writeFile(nameFile(), text);
  await expect(open()).rejects.toThrow(/issuer-name is damaged/);
});

test.each([0o644, 0o640, 0o606])("refuses a key file of mode %o, and says what to do", async (mode) => {
  await open();
  await chmod(keyFile(), mode);
  await expect(open()).rejects.toThrow(/signing-key\.json is open to other accounts.*chmod 600/);
});

test("refuses a link in the place of the key", async () => {
  await open();
  await rename(keyFile(), `${keyFile()}.moved`);
  await symlink(`${keyFile()}.moved`, keyFile());
  await expect(open()).rejects.toThrow(/symbolic link/);
});

test.each(["", "{", "{}", "half"])(
  "refuses the damaged key %j without repeating it, and leaves it alone",
  async (text) => {
    await open();
    const whole = await readFile(keyFile(), "utf8");
    const damaged = text === "half" ? whole.slice(0, whole.length / 2) : text;
    await writeFile(keyFile(), damaged);
    const secret = (JSON.parse(whole) as { d: string }).d;
    await expect(open()).rejects.toThrow(/signing-key\.json is damaged; remove it/);
    await open().catch((thrown: Error) => expect(String(thrown.stack) + String(thrown.cause)).not.toContain(secret));
    expect(await readFile(keyFile(), "utf8")).toBe(damaged);
  },
);

test("gives one key to processes that make it at once", async () => {
  const module = fileURLToPath(new URL("../../src/local/issuer.ts", import.meta.url));
  const program = `
    const { openLocalIssuer } = await import(${JSON.stringify(module)});
    process.stdout.write("ready\\n");
    process.stdin.once("data", async () => {
      const { issuer, jwks } = await openLocalIssuer(${JSON.stringify(join(folder, "data"))});
      process.stdout.write(JSON.stringify({ issuer, jwks }), () => process.exit(0));
    });`;
  const children = [1, 2, 3, 4].map(() =>
    spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  await Promise.all(children.map((child) => once(child.stdout, "data")));
  const answers = children.map(async (child) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => void (text += chunk.toString()));
    await once(child, "close");
    return text;
  });
  for (const child of children) child.stdin.write("go\n");
  const texts = await Promise.all(answers);
  expect(texts[0]).toContain("urn:awe:");
  expect(new Set(texts).size).toBe(1);
  expect(await readdir(join(folder, "data", "keys"))).toEqual(["issuer-name", "signing-key.json"]);
});
