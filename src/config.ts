import ipaddr from "ipaddr.js";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";

import { AweError, errorText, type Finding } from "./errors.ts";
import { parseAdmins, parseIssuers } from "./identity-settings.ts";
import { isLoopbackHost } from "./loopback.ts";
import { nearestWord } from "./nearest.ts";
import { parseDurationMs, parseSizeBytes } from "./quantities.ts";

/** What a setting is when it is not set, as one would write it. What is not here is then absent. */
export const DEFAULTS = {
  AWE_HOST: "127.0.0.1",
  AWE_PORT: "8080",
  AWE_DATA: "./.awe",
  AWE_AUTH: "token",
  AWE_ADMINS: "",
  AWE_ISSUERS: "[]",
  AWE_BEHIND_PROXY: "0",
  AWE_URL_PREFIX: "",
  AWE_WORKERS: "1",
  AWE_SOURCE_ALLOW: "",
  AWE_ENGINE_IDLE: "15m",
  AWE_ISOLATION: "account",
  // Between the UIDs that systemd gives out (up to 65,519) and the first of /etc/subuid (100,000).
  AWE_UID_BASE: "70000",
  AWE_JAVA: "java",
  AWE_MAX_BODY: "20M",
  AWE_MAX_UPLOAD: "5G",
  AWE_LOG: "info",
} as const;

/** Variables of AWE's that are no settings of the gateway: the command line's and the tests'. */
const OTHERS = ["AWE_URL", "AWE_TOKEN", "AWE_TEST_REQUIRE"];

const text = z.string();

/** Text through a function that throws an `Error` or answers `undefined` when the text is wrong. */
function parsed<T>(parse: (value: string) => T | undefined, expected: string) {
  return text.transform((value, context): T => {
    try {
      const result = parse(value);
      if (result !== undefined) return result;
      context.addIssue({ code: "custom", message: expected });
    } catch (thrown) {
      context.addIssue({ code: "custom", message: errorText(thrown) });
    }
    return z.NEVER;
  });
}

const wholeNumber = (min: number, max: number) =>
  parsed(
    (value) => (/^\d{1,15}$/.test(value) && +value >= min && +value <= max ? +value : undefined),
    `must be a whole number from ${min} to ${max}`,
  );

const size = parsed((value) => parseSizeBytes(value) || undefined, "must be a size such as 20M or 1.5G");

const flag = parsed(
  (value) => (/^(1|true)$/i.test(value) ? true : /^(0|false)$/i.test(value) ? false : undefined),
  "must be 1 or 0",
);

const file = parsed(
  (path) => (statSync(path, { throwIfNoEntry: false })?.isFile() === true ? resolve(path) : undefined),
  "names a file that is not there",
);

const schema = z.object({
  AWE_HOST: parsed(
    (value) => (/^[A-Za-z0-9.:_-]{1,253}$/.test(value) ? value : undefined),
    "must be a host name or an address, without port",
  ),
  // 0 lets the system choose a free one.
  AWE_PORT: wholeNumber(0, 65_535),
  AWE_DATA: parsed((value) => resolve(value), "must be a folder"),
  AWE_DATABASE_URL: parsed(
    (value) => (isDatabase(value) ? value : undefined),
    "must be of the form mysql://user:password@host:port/database (it is not repeated here, as it may hold a password)",
  ).optional(),
  AWE_AUTH: z.enum(["token", "none"], "must be token or none"),
  AWE_ADMINS: parsed(parseAdmins, "must be user names, * or claim:NAME=VALUE"),
  AWE_ISSUERS: parsed(
    (value) => parseIssuers(value.startsWith("[") ? value : readFileSync(value, "utf8")),
    "must be a JSON list, or the path of a file with one",
  ),
  AWE_TLS_CERT: file.optional(),
  AWE_TLS_KEY: file.optional(),
  AWE_BEHIND_PROXY: flag,
  AWE_URL_PREFIX: parsed(urlPrefix, "must be a path such as /awe, of letters, digits and . _ ~ -"),
  AWE_WORKERS: wholeNumber(1, 64),
  AWE_SOURCE_ALLOW: parsed(
    sourceAllow,
    "must be hosts, host:port pairs or networks such as 10.0.0.0/8, parted by commas",
  ),
  AWE_ENGINE_IDLE: parsed((value) => parseDurationMs(value), "must be a duration such as 90s, 15m or 8h"),
  AWE_ISOLATION: z.enum(["account", "none"], "must be account or none"),
  // 2^32 - 1 means "no account" to the kernel; what lies below 1,000 is the system's.
  AWE_UID_BASE: wholeNumber(1000, 4_294_000_000),
  CROMWELL_JAR: file.optional(),
  AWE_JAVA: text,
  AWE_MAX_BODY: size,
  AWE_MAX_UPLOAD: size,
  AWE_ENGINE_CORES: wholeNumber(1, 4096).optional(),
  AWE_ENGINE_MEMORY: size.optional(),
  AWE_LOG: z.enum(["info", "warn", "error", "off"], "must be info, warn, error or off"),
});

/** Where the certificate comes from; `off` is plain HTTP. */
export type TlsSetting =
  | { readonly kind: "off" }
  | { readonly kind: "files"; readonly certFile: string; readonly keyFile: string }
  /** Made at start and kept below the state folder. */
  | { readonly kind: "self-signed" };

/** Every name that is read, so that a caller that sets them is checked by the compiler. */
type Settings = Partial<Record<keyof z.input<typeof schema>, string>>;

/** Names of all settings, in the order of the documentation. */
export const SETTING_NAMES = Object.keys(schema.shape);

/** All settings, checked. Paths are absolute. See docs/configuration.md. */
export type Config = ReturnType<typeof configOf>;

/**
 * Reads the settings once, at start.
 *
 * Unknown `AWE_*` variables are no fault but a sentence in `warnings`. A variable that is set to nothing counts as unset.
 *
 * @throws {AweError} `invalid_request` with one finding for each fault, so that a bad start is repaired in one go.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  );
  const settings: Settings = { ...DEFAULTS, ...set };
  const outcome = schema.safeParse(settings);
  const wrong = outcome.error?.issues.map(({ path, message }) => ({ message: `${String(path[0])} ${message}` })) ?? [];
  const faults = [...wrong, ...contradictions(settings)];
  if (!outcome.success || faults.length > 0) throw faulty(faults);
  return configOf(outcome.data, unknownNames(Object.keys(set)));
}

function faulty(findings: readonly Finding[]): AweError {
  const lines = findings.map(({ message, hint }) => `\n  ${message}${hint === undefined ? "" : ` (${hint})`}`);
  return new AweError("invalid_request", `The settings cannot be used:${lines.join("")}`, { findings });
}

/** What no setting says wrongly by itself, only together with another. Looks at the texts, which may be wrong as well. */
function contradictions(settings: Settings): readonly Finding[] {
  const { AWE_AUTH: auth, AWE_HOST: host = "", AWE_TLS_CERT: cert, AWE_TLS_KEY: key } = settings;
  const faults: Finding[] = [];
  if ((cert === undefined) !== (key === undefined)) {
    faults.push({
      message: `AWE_TLS_CERT and AWE_TLS_KEY need each other: ${cert === undefined ? "AWE_TLS_CERT" : "AWE_TLS_KEY"} is not set`,
      hint: "set both, or neither and AWE makes a self-signed pair when it needs one",
    });
  }
  if (auth === "none" && !isLoopbackHost(host)) {
    faults.push({
      message: `AWE_AUTH=none makes every caller an administrator, and AWE_HOST=${host} lets other machines call`,
      hint: "use AWE_HOST=127.0.0.1, or AWE_AUTH=token",
    });
  }
  if (auth === "none" && flag.safeParse(settings.AWE_BEHIND_PROXY).data === true) {
    faults.push({
      message: "AWE_AUTH=none makes every caller an administrator, and AWE_BEHIND_PROXY=1 lets other machines call",
      hint: "use AWE_AUTH=token behind a proxy",
    });
  }
  return faults;
}

type Values = z.output<typeof schema>;

function configOf(values: Values, warnings: readonly string[]) {
  return {
    host: values.AWE_HOST,
    port: values.AWE_PORT,
    dataFolder: values.AWE_DATA,
    /** `null`: a SQLite file in the state folder. */
    databaseUrl: values.AWE_DATABASE_URL ?? null,
    auth: values.AWE_AUTH,
    admins: values.AWE_ADMINS,
    issuers: values.AWE_ISSUERS,
    tls: tlsOf(values),
    behindProxy: values.AWE_BEHIND_PROXY,
    /** Empty, or starts with a slash and ends without one. */
    urlPrefix: values.AWE_URL_PREFIX,
    workers: values.AWE_WORKERS,
    /** Private hosts, `host:port` pairs and networks that sources may come from, as they were written. */
    sourceAllow: values.AWE_SOURCE_ALLOW,
    engineIdleMs: values.AWE_ENGINE_IDLE,
    isolation: values.AWE_ISOLATION,
    uidBase: values.AWE_UID_BASE,
    /** `null`: the embedded engine. */
    cromwellJar: values.CROMWELL_JAR ?? null,
    java: values.AWE_JAVA,
    maxBodyBytes: values.AWE_MAX_BODY,
    maxUploadBytes: values.AWE_MAX_UPLOAD,
    /** `null`: all that the machine has. */
    engineCores: values.AWE_ENGINE_CORES ?? null,
    /** `null`: all that the machine has. */
    engineMemoryBytes: values.AWE_ENGINE_MEMORY ?? null,
    logLevel: values.AWE_LOG,
    /** Whole sentences, to be shown at start. */
    warnings,
  };
}

/** A pair that was given is always used; without one, only other machines' connections make TLS necessary. */
function tlsOf(values: Values): TlsSetting {
  const { AWE_TLS_CERT: certFile, AWE_TLS_KEY: keyFile } = values;
  if (certFile !== undefined && keyFile !== undefined) return { kind: "files", certFile, keyFile };
  return { kind: isLoopbackHost(values.AWE_HOST) || values.AWE_BEHIND_PROXY ? "off" : "self-signed" };
}

function isDatabase(value: string): boolean {
  const url = URL.parse(value);
  return value.startsWith("mysql://") && url !== null && url.hostname !== "" && url.pathname.length > 1;
}

function urlPrefix(value: string): string | undefined {
  const segments = value.split("/").filter((segment) => segment !== "");
  const fits = segments.every((segment) => /^[A-Za-z0-9._~-]+$/.test(segment) && !/^\.{1,2}$/.test(segment));
  return fits ? segments.map((segment) => `/${segment}`).join("") : undefined;
}

/** Looks at the form only; `src/sources` reads the parts. */
function sourceAllow(value: string): string | undefined {
  const fits = (part: string) =>
    part.includes("/") ? ipaddr.isValidCIDR(part) : /^[A-Za-z0-9[\]:._-]+$/.test(part) || part === "";
  return value.split(/[\s,]+/).every(fits) ? value : undefined;
}

function unknownNames(names: readonly string[]): readonly string[] {
  const known = [...SETTING_NAMES, ...OTHERS];
  return names
    .filter((name) => name.startsWith("AWE_") && !known.includes(name))
    .map((name) => {
      const nearest = nearestWord(name, known, 4);
      return `${name} is no setting of AWE and changes nothing${nearest ? `; did you mean ${nearest}?` : ""}`;
    });
}
