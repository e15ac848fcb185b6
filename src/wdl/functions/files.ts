import { intValue, WdlError } from "../coerce.ts";
import type { Environment } from "../environment.ts";
import { fromJson } from "../json.ts";
import { parseBooleanText, parseFloatText, parseIntText } from "../text.ts";
import { ANY } from "../type-rules.ts";
import { arrayValue, booleanValue, fileValue, floatValue, stringValue } from "../values.ts";
import type { Value } from "../values.ts";
import { textArgument } from "./arguments.ts";
import { READ_TABLES } from "./read-tables.ts";
import { javaSplit, readText } from "./reading.ts";
import { size } from "./size.ts";
import { WRITERS } from "./writers.ts";

type Values = readonly Value[];

/** The functions that look at files or make them. */
export const FILES = {
  ...READ_TABLES,
  ...WRITERS,
  size,
  stdout: (_: Values, env: Environment): Value => fileValue(env.io.stdout()),
  stderr: (_: Values, env: Environment): Value => fileValue(env.io.stderr()),
  glob: async ([pattern]: Values, env: Environment): Promise<Value> =>
    arrayValue((await env.io.glob(textArgument(pattern))).map(fileValue)),
  read_string: async ([path]: Values, env: Environment): Promise<Value> =>
    stringValue((await readText(env, path)).trim()),
  // Ends of lines are \n only, as in Cromwell, and an empty file has no lines.
  read_lines: async ([path]: Values, env: Environment): Promise<Value> => {
    const text = await readText(env, path);
    return arrayValue(text === "" ? [] : javaSplit(text, "\n").map(stringValue));
  },
  read_json: async ([path]: Values, env: Environment): Promise<Value> => {
    const text = await readText(env, path);
    return fromJson(parseJson(text), ANY, textArgument(path));
  },
  // The limits in bytes are those of Cromwell's setting system.input-read-limits.
  read_int: readSmall(19, "Int", (text) => {
    const number = parseIntText(text);
    return number === undefined ? undefined : intValue(number);
  }),
  read_float: readSmall(50, "Float", (text) => {
    const number = parseFloatText(text);
    return number === undefined ? undefined : floatValue(number);
  }),
  read_boolean: readSmall(7, "Boolean", (text) => {
    const flag = parseBooleanText(text);
    return flag === undefined ? undefined : booleanValue(flag);
  }),
};

function readSmall(maxBytes: number, type: string, parse: (text: string) => Value | undefined) {
  return async ([path]: Values, env: Environment): Promise<Value> => {
    const text = (await readText(env, path, maxBytes)).trim();
    const value = parse(text);
    if (!value) throw new WdlError(`${textArgument(path)} holds ${JSON.stringify(text)}, which is no ${type}`);
    return value;
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WdlError(`the file is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
