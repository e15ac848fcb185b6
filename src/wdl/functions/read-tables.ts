import { WdlError } from "../coerce.ts";
import type { Environment } from "../environment.ts";
import { arrayValue, mapValue, objectValue, stringValue } from "../values.ts";
import type { Value } from "../values.ts";
import { javaSplit, readText } from "./reading.ts";

/**
 * `read_tsv`, `read_map`, `read_object`, `read_objects`.
 *
 * As in Cromwell empty lines do not count, and empty cells at the end of a row are dropped.
 */
export const READ_TABLES = {
  read_tsv: async ([path]: readonly Value[], env: Environment): Promise<Value> =>
    arrayValue(tableOf(await readText(env, path)).map((row) => arrayValue(row.map(stringValue)))),

  read_map: async ([path]: readonly Value[], env: Environment): Promise<Value> => {
    const entries = new Map<string, string>();
    for (const [index, [key = "", value, ...more]] of (await rows(path, env)).entries()) {
      if (value === undefined || more.length > 0) {
        throw new WdlError(`row ${index + 1} has ${more.length > 0 ? more.length + 2 : 1} columns, but it must have 2`);
      }
      if (entries.has(key)) throw new WdlError(`met the key ${key} more than once`);
      entries.set(key, value);
    }
    return mapValue([...entries].map(([key, value]) => [stringValue(key), stringValue(value)] as const));
  },

  read_object: async ([path]: readonly Value[], env: Environment): Promise<Value> => {
    const objects = objectsOf(await rows(path, env));
    const [only] = objects;
    if (!only || objects.length > 1) {
      throw new WdlError(
        `a file of one Object has a row of names and one of values; this one has ${objects.length} of values`,
      );
    }
    return only;
  },

  read_objects: async ([path]: readonly Value[], env: Environment): Promise<Value> =>
    arrayValue(objectsOf(await rows(path, env))),
};

async function rows(path: Value | undefined, env: Environment): Promise<readonly (readonly string[])[]> {
  const text = (await readText(env, path)).trim();
  return text === "" ? [] : tableOf(text);
}

/** An empty text has one row of one empty cell. */
function tableOf(text: string): readonly (readonly string[])[] {
  return javaSplit(text, /[\r\n]+/).map((line) => javaSplit(line, "\t"));
}

function objectsOf([names = [], ...rows]: readonly (readonly string[])[]): readonly Value[] {
  if (rows.length === 0) throw new WdlError("the file needs a row of names and at least one row of values");
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new WdlError(`the first row has the name ${repeated} more than once`);
  return rows.map((row, index) => {
    if (row.length !== names.length) {
      throw new WdlError(`row ${index + 2} has ${row.length} columns, but the first row names ${names.length}`);
    }
    return objectValue(new Map(row.map((cell, column) => [names[column] ?? "", stringValue(cell)])));
  });
}
