import type { Environment } from "../environment.ts";
import type { Value } from "../values.ts";
import { textArgument } from "./arguments.ts";

/**
 * How many bytes a file may have for the functions that read it whole: 512 MB, the limit of Cromwell's configuration.
 *
 * The three functions that read one small value have limits of their own.
 */
const WHOLE_FILE = 512_000_000;

/** The text of the file that an argument names. */
export function readText(env: Environment, path: Value | undefined, maxBytes = WHOLE_FILE): Promise<string> {
  return env.io.readText(textArgument(path), maxBytes);
}

/** The parts between separators, without empty ones at the end: how Java splits, and so how Cromwell reads lines and cells. */
export function javaSplit(text: string, separator: string | RegExp): readonly string[] {
  const parts = text.split(separator);
  return text === "" ? parts : parts.slice(0, parts.findLastIndex((part) => part !== "") + 1);
}
