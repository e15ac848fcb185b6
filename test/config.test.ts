import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { DEFAULTS, readConfig, SETTING_NAMES } from "#src/config.ts";
import type { AweError } from "#src/errors.ts";
import { isLoopbackHost } from "#src/loopback.ts";
import { parseDurationMs, parseSizeBytes } from "#src/quantities.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "awe-config-"))));
afterEach(() => rm(folder, { recursive: true }));

type Env = Record<string, string>;

function faultsOf(env: Env): readonly string[] {
  try {
    readConfig(env);
  } catch (thrown) {
    const { code, findings } = thrown as AweError;
    expect(code).toBe("invalid_request");
    return findings.map(({ message }) => message);
  }
  return [];
}

test("has a default for everything", () => {
  expect(readConfig({})).toMatchObject({
    host: "127.0.0.1",
    port: 8080,
    dataFolder: resolve(".awe"),
    databaseUrl: null,
    auth: "token",
    tls: { kind: "off" },
    workers: 1,
    engineIdleMs: 900_000,
    isolation: "account",
    cromwellJar: null,
    warnings: [],
  });
});

test("takes a variable that is set to nothing for one that is not set", () => {
  expect(readConfig(Object.fromEntries(SETTING_NAMES.map((name) => [name, " "])))).toEqual(readConfig({}));
});

test("tells all faults at once, each with its setting", () => {
  const faults = faultsOf({
    AWE_PORT: "eighty",
    AWE_AUTH: "none",
    AWE_HOST: "0.0.0.0",
    AWE_ENGINE_IDLE: "15",
    AWE_TLS_CERT: "/nowhere/cert.pem",
    AWE_WORKERS: "0",
    AWE_MAX_BODY: "0",
    AWE_LOG: "loud",
  });
  for (const name of ["PORT", "AUTH", "ENGINE_IDLE", "TLS_CERT", "TLS_KEY", "WORKERS", "MAX_BODY", "LOG"]) {
    expect(faults.join("\n")).toContain(`AWE_${name}`);
  }
});

test.each([
  ["AWE_HOST", ["a b", "http://x", "x/y", "x".repeat(254)]],
  ["AWE_PORT", ["-1", "65536", "80.5", "0x50", "1e3", "constructor"]],
  ["AWE_DATABASE_URL", ["postgres://h/d", "mariadb://h/d", "mysql:h/d", "mysql://", "h:3306", "/var/db"]],
  ["AWE_AUTH", ["None", "yes"]],
  ["AWE_ADMINS", ["Alice", "a b", "claim:x", "claim:=y", "claim:x="]],
  ["AWE_BEHIND_PROXY", ["yes", "2", "constructor"]],
  ["AWE_URL_PREFIX", ["/a/../b", "/a b", "/a?b", "http://x/y", "/%61"]],
  ["AWE_WORKERS", ["0", "65", "two"]],
  ["AWE_SOURCE_ALLOW", ["http://host/x", "a$b", "10.0.0.0/99"]],
  ["AWE_ENGINE_IDLE", ["15", "15 min", "-1s", "m"]],
  ["AWE_ISOLATION", ["docker"]],
  ["AWE_UID_BASE", ["0", "999", "4294967295"]],
  ["CROMWELL_JAR", ["/nowhere/cromwell.jar", "/"]],
  ["AWE_MAX_BODY", ["0", "x", "-1", "1P"]],
  ["AWE_MAX_UPLOAD", ["0K"]],
  ["AWE_ENGINE_CORES", ["0", "1.5"]],
  ["AWE_ENGINE_MEMORY", ["lots"]],
  ["AWE_LOG", ["debug"]],
])("refuses wrong values of %s", (name, values) => {
  for (const value of values) {
    expect(faultsOf({ [name]: value }).join("\n"), value).toContain(name);
  }
});

test("never repeats the address of a database, which may hold a password", () => {
  const faults = faultsOf({ AWE_DATABASE_URL: "postgres://awe:s3cret@h/d" });
  expect(faults).toHaveLength(1);
  expect(faults.join()).not.toContain("s3cret");
});

test("reads administrators of all three kinds", () => {
  const { admins } = readConfig({ AWE_ADMINS: "alice, bob,claim:roles=awe admin=1" });
  expect(admins).toEqual({
    everyone: false,
    names: new Set(["alice", "bob"]),
    claims: [{ claim: "roles", value: "awe admin=1" }],
  });
  expect(readConfig({ AWE_ADMINS: "*" }).admins.everyone).toBe(true);
});

const entra = {
  issuer: "https://login.microsoftonline.com/t1/v2.0",
  audience: "client-1",
  jwksUri: "https://login.microsoftonline.com/t1/discovery/v2.0/keys",
};

test("reads issuers from the variable and from a file alike", async () => {
  const file = join(folder, "issuers.json");
  await writeFile(file, JSON.stringify([entra]));
  const fromText = readConfig({ AWE_ISSUERS: JSON.stringify([entra]) }).issuers;
  expect(readConfig({ AWE_ISSUERS: file }).issuers).toEqual(fromText);
  expect(fromText).toEqual([
    {
      ...entra,
      audience: ["client-1"],
      userClaim: "preferred_username",
      labClaim: "lab",
      adminRule: null,
      bindTo: ["sub"],
      directory: entra.issuer,
    },
  ]);
});

test.each([
  ["not JSON", "[{"],
  ["a file that is not there", "/nowhere/issuers.json"],
  ["a missing audience", JSON.stringify([{ ...entra, audience: undefined }])],
  ["an empty audience", JSON.stringify([{ ...entra, audience: [] }])],
  ["keys over plain http", JSON.stringify([{ ...entra, jwksUri: "http://login.test/keys" }])],
  [
    "keys over http of a host that only looks local",
    JSON.stringify([{ ...entra, jwksUri: "http://127.0.0.1.test/k" }]),
  ],
  ["keys with a password", JSON.stringify([{ ...entra, jwksUri: "https://u:p@login.test/keys" }])],
  ["keys in a file", JSON.stringify([{ ...entra, jwksUri: "file:///etc/passwd" }])],
  [
    "the issuer of all tenants",
    JSON.stringify([{ ...entra, issuer: "https://login.microsoftonline.com/common/v2.0" }]),
  ],
  [
    "a tenant's placeholder",
    JSON.stringify([{ ...entra, issuer: "https://login.microsoftonline.com/{tenantid}/v2.0" }]),
  ],
  ["the name of a local issuer", JSON.stringify([{ ...entra, issuer: "urn:awe:1" }])],
  ["an unknown key", JSON.stringify([{ ...entra, jwks_uri: "x" }])],
  ["half an admin rule", JSON.stringify([{ ...entra, adminClaim: "roles" }])],
  ["an issuer twice", JSON.stringify([entra, entra])],
])("refuses issuers with %s", (_what, value) => {
  expect(faultsOf({ AWE_ISSUERS: value }).join("\n")).toMatch(/^AWE_ISSUERS /);
});

test("uses TLS where other machines connect, unless a proxy does it, and wherever a pair is given", async () => {
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await Promise.all([writeFile(cert, ""), writeFile(key, "")]);
  const tlsOf = (env: Env) => readConfig(env).tls;
  expect(tlsOf({ AWE_HOST: "::1" })).toEqual({ kind: "off" });
  expect(tlsOf({ AWE_HOST: "0.0.0.0" })).toEqual({ kind: "self-signed" });
  expect(tlsOf({ AWE_HOST: "awe.test" })).toEqual({ kind: "self-signed" });
  expect(tlsOf({ AWE_HOST: "0.0.0.0", AWE_BEHIND_PROXY: "1" })).toEqual({ kind: "off" });
  const files = { kind: "files", certFile: cert, keyFile: key };
  expect(tlsOf({ AWE_TLS_CERT: cert, AWE_TLS_KEY: key })).toEqual(files);
  expect(tlsOf({ AWE_HOST: "::", AWE_TLS_CERT: cert, AWE_TLS_KEY: key, AWE_BEHIND_PROXY: "true" })).toEqual(files);
});

test.each([
  [{ AWE_AUTH: "none", AWE_HOST: "0.0.0.0" }, "AWE_HOST"],
  [{ AWE_AUTH: "none", AWE_HOST: "awe.test" }, "AWE_HOST"],
  [{ AWE_AUTH: "none", AWE_BEHIND_PROXY: "1" }, "AWE_BEHIND_PROXY"],
  [{ AWE_AUTH: "none", AWE_BEHIND_PROXY: "TRUE" }, "AWE_BEHIND_PROXY"],
] as [Env, string][])("refuses to start without sign-in where others can call: %j", (env, word) => {
  expect(faultsOf(env).join()).toContain(word);
  expect(faultsOf({ ...env, AWE_AUTH: "token" })).toEqual([]);
});

test("brings a prefix into one form", () => {
  for (const prefix of ["/lab/awe", "lab/awe", "/lab/awe/", "//lab//awe//"]) {
    expect(readConfig({ AWE_URL_PREFIX: prefix }).urlPrefix).toBe("/lab/awe");
  }
  expect(readConfig({ AWE_URL_PREFIX: "/" }).urlPrefix).toBe("");
});

test("warns about variables that change nothing, with the name that was probably meant", () => {
  const { warnings } = readConfig({ AWE_PROT: "1", AWE_FROBNICATE: "1", AWE_URL: "x", AWE_TOKEN: "x", PATH: "/bin" });
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toContain("did you mean AWE_PORT?");
  expect(warnings[1]).toMatch(/^AWE_FROBNICATE .*nothing$/);
});

test.each([
  ["localhost", true],
  ["LocalHost", true],
  ["127.0.0.1", true],
  ["127.255.0.3", true],
  ["::1", true],
  ["[::1]", true],
  ["", false],
  ["127.0.0.1.test", false],
  ["127.1", false],
  ["0.0.0.0", false],
  ["::", false],
  ["::ffff:127.0.0.1", false],
  ["localhost.test", false],
  ["localhost:80", false],
])("knows whether %j can only mean this machine", (host, loopback) => {
  expect(isLoopbackHost(host)).toBe(loopback);
});

test("reads durations and sizes", () => {
  expect(["90s", "15m", "8h", "7d", "250ms", "1.5h"].map(parseDurationMs)).toEqual([
    90_000, 900_000, 28_800_000, 604_800_000, 250, 5_400_000,
  ]);
  expect(["", "8", "h", "8 h", "-8h", "8H", "1e3s"].map(parseDurationMs)).toEqual(Array(7).fill(undefined));
  expect(["4096", "20M", "1.5G", "2GiB", "8KB", "1T"].map(parseSizeBytes)).toEqual([
    4096,
    20 * 1024 ** 2,
    1.5 * 1024 ** 3,
    2 * 1024 ** 3,
    8192,
    1024 ** 4,
  ]);
  expect(["", "M", "20m", "-1", "99999999T"].map(parseSizeBytes)).toEqual(Array(5).fill(undefined));
});

test("is described setting by setting, with its default, in docs/configuration.md", async () => {
  const text = await readFile(new URL("../docs/configuration.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` +\| (?:`([^`]*)`|–) +\| \S/gm)];
  const described = Object.fromEntries(rows.map(([, name = "", value]) => [name, value]));
  expect(Object.keys(described).toSorted()).toEqual(SETTING_NAMES.toSorted());
  const defaults: Env = DEFAULTS;
  for (const name of SETTING_NAMES) expect(described[name] ?? "", name).toBe(defaults[name] ?? "");
});
