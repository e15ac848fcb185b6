import { parse } from "yaml";
import { errorText } from "#src/errors.ts";
import { jsonFault } from "./json-fault.ts";
import { refusal } from "./refusal.ts";
import type { Json, JsonObject } from "./run.ts";

/** Deeper than any real inputs; shallow enough for every recursive walk over them. */
const MAX_DEPTH = 64;
/** In UTF-16 units; inputs of 10,000 samples have some 2 million. */
const MAX_JSON_LENGTH = 8 * 1024 * 1024;
/** YAML is read a hundred times slower than JSON: this takes about half a second. */
const MAX_YAML_LENGTH = 512 * 1024;

/**
 * Reads a JSON object out of a document of a source (YAML where the name ends so, as Cromwell takes it).
 *
 * Refused are things that would change on the way: whole numbers that no double holds, and nesting beyond 64.
 *
 * @throws {AweError} `invalid_source` with file, line and column.
 */
export function parseObject(text: string, file: string): JsonObject {
  if (text.length > MAX_JSON_LENGTH)
    throw refusal(`${file} is too large to be read as JSON.`, "Put lists into files.", file);
  const value = /\.ya?ml$/i.test(file) ? readYaml(text, file) : readJson(text, file);
  if (!isObject(value)) throw refusal(`${file} is not a JSON object.`, 'Write { "workflow.input": value, … }.', file);
  return value;
}

/** The text of a document of a source. @throws {AweError} `invalid_source` when it is not UTF-8. */
export function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refusal(`${file} is not UTF-8 text.`, "Save it as UTF-8.", file, cause);
  }
}

/** Whether a JSON value is an object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readJson(text: string, file: string): Json {
  const plain = text.replace(/^\uFEFF/, "");
  refuseDepth(plain, file);
  try {
    return JSON.parse(plain, (key: string, value: unknown, context?: { source?: string }) => {
      if (typeof value === "number" && /^-?\d+$/.test(context?.source ?? "") && !Number.isSafeInteger(value)) {
        throw refusal(`${file} gives ${JSON.stringify(key)} a whole number beyond 2^53.`, "Put it in quotes.", file);
      }
      return value;
    }) as Json;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) throw syntaxError(plain, file);
    throw thrown;
  }
}

function syntaxError(text: string, file: string): Error {
  const position = jsonFault(text);
  const before = text.slice(0, position).split("\n");
  const what = position >= text.length ? "it ends too early" : `unexpected ${JSON.stringify(text[position])}`;
  const place = `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
  return refusal(`${file} is not JSON: ${what} (${place}).`, "Check it with a JSON editor.", file);
}

function readYaml(text: string, file: string): Json {
  // Through JSON, so that what YAML has and JSON has not is gone.
  return readJson(JSON.stringify(parseYaml(text, file) ?? {}), file);
}

/**
 * Reads YAML that a source holds; aliases are bounded.
 *
 * @throws {AweError} `invalid_source` for a broken or endless document.
 */
export function parseYaml(text: string, file: string): unknown {
  if (text.length > MAX_YAML_LENGTH) throw refusal(`${file} is too large to be read as YAML.`, undefined, file);
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch (thrown) {
    const [what] = errorText(thrown).split("\n");
    throw refusal(`${file} is not YAML: ${what}`, "Check it with a YAML editor.", file, thrown);
  }
}

/** Counts brackets outside of strings: never recursive, and done before anything is built. */
function refuseDepth(text: string, file: string): void {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (isString) {
      if (char === "\\") at++;
      else if (char === '"') isString = false;
    } else if (char === '"') isString = true;
    else if (char === "[" || char === "{") depth++;
    else if (char === "]" || char === "}") depth--;
    if (depth > MAX_DEPTH) throw tooDeep(file, file);
  }
}

/**
 * Sees that a JSON value which came another way is no deeper than what `parseObject` reads.
 *
 * @throws {AweError} `invalid_source` naming `what`.
 */
export function assertDepth(value: Json, what: string): void {
  let level: readonly Json[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw tooDeep(what);
    level = level.flatMap((json) => (typeof json === "object" && json !== null ? Object.values<Json>(json) : []));
  }
}

function tooDeep(what: string, file?: string): Error {
  return refusal(`${what} is nested deeper than ${MAX_DEPTH} levels.`, "Flatten it.", file);
}
