import { AweError } from "../errors.ts";
import { isObject } from "./json-object.ts";
import type { EngineSpec } from "./start.ts";

/** What is wrong with a value that stands at `path`. */
type Check = (value: unknown, path: string) => readonly string[];

/*
 * Checked by hand: a schema library has more modules than the rest of the engine, and a user's first workflow waits until
 * all of them are loaded.
 */
const word = must("a text that is not empty", (value) => typeof value === "string" && value !== "");
const id = must("a whole number above 0", (value) => Number.isSafeInteger(value) && Number(value) > 0);
const amount = must("a number above 0", (value) => typeof value === "number" && value > 0);
const port = must("a port", (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535);
const key = must("a text of 16 or more", (value) => typeof value === "string" && value.length >= 16);

const LISTEN: Readonly<Record<string, Check>> = {
  socket: object({ kind: word, path: word }),
  port: object({ kind: word, host: word, port }),
};

const SPEC = object(
  {
    root: word,
    listen: (value, path) => {
      const kind = isObject(value) ? value["kind"] : undefined;
      const check = typeof kind === "string" && Object.hasOwn(LISTEN, kind) ? LISTEN[kind] : undefined;
      return check ? check(value, path) : [`${path}.kind must be "socket" or "port"`];
    },
    environment: (value, path) =>
      isObject(value) && Object.values(value).every((one) => typeof one === "string")
        ? []
        : [`${path} must hold texts`],
  },
  {
    account: object({ uid: id, gid: id }, { name: word }),
    key,
    cores: amount,
    memoryBytes: amount,
    maxConcurrentRuns: id,
  },
);

/**
 * Reads a launch specification.
 *
 * @throws {AweError} `invalid_request`, naming what is wrong. The text itself is never repeated: it may hold secrets.
 */
export function readSpec(text: string): EngineSpec {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new AweError("invalid_request", "the engine's specification is no JSON");
  }
  const faults = SPEC(json, "");
  if (faults.length === 0) return json as EngineSpec;
  throw new AweError("invalid_request", `the engine's specification is wrong: ${faults.join("; ")}`);
}

function must(what: string, holds: (value: unknown) => boolean): Check {
  return (value, path) => (holds(value) ? [] : [`${path} must be ${what}`]);
}

function object(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  const known = { ...required, ...optional };
  return (value, path) => {
    if (!isObject(value)) return [`${path === "" ? "it" : path} must be an object`];
    const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
    const strange = Object.keys(value).filter((name) => !Object.hasOwn(known, name));
    const missing = Object.keys(required).filter((name) => !Object.hasOwn(value, name));
    return [
      ...strange.map((name) => `${at(name)} is not known`),
      ...missing.map((name) => `${at(name)} is missing`),
      ...Object.entries(known).flatMap(([name, check]) =>
        Object.hasOwn(value, name) ? check(value[name], at(name)) : [],
      ),
    ];
  };
}
