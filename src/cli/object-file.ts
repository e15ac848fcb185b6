import { readFile } from "node:fs/promises";

import type { JsonObject } from "#src/model/run.ts";
import { decodeText, parseObject } from "#src/model/source-text.ts";
import { usage } from "./exit.ts";

/**
 * Reads a JSON or YAML file with an object, such as inputs or options.
 *
 * @throws {CliError} where there is no such file, {AweError} naming the place where it is malformed.
 */
export async function readObjectFile(file: string): Promise<JsonObject> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "ENOENT") throw usage(`There is no file ${file}.`, undefined, thrown);
    if (code === "EISDIR") throw usage(`${file} is a folder; name a file.`, undefined, thrown);
    throw thrown;
  }
  return parseObject(decodeText(bytes, file), file);
}
