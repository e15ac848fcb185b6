import { parse as parseYaml } from "yaml";
import { refusal } from "./refusal.ts";
import type { Json, JsonObject } from "./run.ts";

/** Deeper than any real inputs; shallow enough for every recursive walk over them. */
const MAX_DEPTH = 64;

/**
 * Reads a JSON object out of a document of a source (YAML where the name ends so, as Cromwell takes it).
 *
 * Refused are things that would change on the way: whole numbers that no double holds, and nesting beyond 64.
 *
 * @throws {AweError} `invalid_source` with file, line and column.
 */
export function parseObject(text: string, file: string): JsonObject {
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
    if (thrown instanceof SyntaxError) throw syntaxError(thrown, plain, file);
    throw thrown;
  }
}

function syntaxError(thrown: SyntaxError, text: string, file: string): Error {
  const position = /position (\d+)/.exec(thrown.message)?.[1];
  const before = text.slice(0, position === undefined ? text.length : Number(position)).split("\n");
  const what = thrown.message.replace(/(,? ?"?\.{3}.*| in JSON at position .*| at position .*)$/s, "");
  const place = `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
  return refusal(`${file} is not JSON: ${what} (${place}).`, "Check it with a JSON editor.", file, thrown);
}

function readYaml(text: string, file: string): Json {
  try {
    const value: unknown = parseYaml(text, { maxAliasCount: 100, schema: "core" });
    // Through JSON, so that what YAML has and JSON has not is gone.
    return readJson(JSON.stringify(value ?? {}), file);
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== "YAMLParseError") throw thrown;
    throw refusal(`${file} is not YAML: ${thrown.message.split("\n")[0]}`, undefined, file, thrown);
  }
}

/** Counts brackets outside of strings; cheaper than parsing and never recursive. */
function refuseDepth(text: string, file: string): void {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth > MAX_DEPTH) throw refusal(`${file} is nested deeper than ${MAX_DEPTH} levels.`, "Flatten it.", file);
  }
}
