import { intValue, WdlError } from "./coerce.ts";
import { parseBooleanText, parseFloatText, parseIntText, valueText } from "./text.ts";
import { typeText } from "./type-rules.ts";
import type { Type } from "./types.ts";
import {
  arrayValue,
  booleanValue,
  fileValue,
  floatValue,
  mapValue,
  NONE,
  objectValue,
  pairValue,
  stringValue,
} from "./values.ts";
import type { Value } from "./values.ts";

/** How deep untyped JSON may nest. Enough for any document; far from what would overflow the stack. */
const MAX_DEPTH = 500;

/**
 * A JSON value, such as an input, as a value of a WDL type.
 *
 * Cromwell's rules: a number or truth value may be quoted, a String must be one, an object will do for an Array of Pairs,
 * and nothing is wrapped into an Array by itself. Throws a WdlError that names `path`, the place of the value.
 */
export function fromJson(json: unknown, type: Type, path: string): Value {
  const wrong = (): never => {
    const advice =
      type.kind === "string" && (typeof json === "number" || typeof json === "boolean") ? "; write it in quotes" : "";
    throw new WdlError(`${path}: expected ${typeText(type)}, found ${describeJson(json)}${advice}`);
  };
  switch (type.kind) {
    case "any":
    case "call":
      return natural(json, path, 0);
    case "none":
      return json === null ? NONE : wrong();
    case "optional":
      return json === null || json === undefined ? NONE : fromJson(json, type.inner, path);
    case "boolean": {
      const value = typeof json === "string" ? parseBooleanText(json) : json;
      return typeof value === "boolean" ? booleanValue(value) : wrong();
    }
    case "int": {
      const value = typeof json === "string" ? parseIntText(json) : json;
      return typeof value === "number" && Number.isInteger(value) ? intAt(value, path) : wrong();
    }
    case "float": {
      const value = typeof json === "string" ? parseFloatText(json) : json;
      return typeof value === "number" ? floatValue(value) : wrong();
    }
    case "string":
      return typeof json === "string" ? stringValue(json) : wrong();
    case "file":
      return typeof json === "string" ? fileValue(json) : wrong();
    case "directory":
      return typeof json === "string" ? { kind: "directory", path: json } : wrong();
    case "array":
      return arrayFromJson(json, type, path) ?? wrong();
    case "map":
      return isObject(json) ? mapFromJson(json, type, path) : wrong();
    case "pair":
      return (isObject(json) ? pairFromJson(json, type, path) : undefined) ?? wrong();
    case "object":
      return isObject(json) ? natural(json, path, 0) : wrong();
    case "struct":
      return isObject(json) ? structFromJson(json, type, path) : wrong();
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function arrayFromJson(json: unknown, type: Type & { kind: "array" }, path: string): Value | undefined {
  if (isObject(json) && type.item.kind === "pair") {
    const { left, right } = type.item;
    return arrayValue(
      mapFromJson(json, { kind: "map", key: left, value: right }, path).entries.map((e) => pairValue(...e)),
    );
  }
  if (!Array.isArray(json)) return undefined;
  if (type.nonEmpty && json.length === 0) {
    throw new WdlError(`${path}: expected ${typeText(type)}, which must have at least one item, found []`);
  }
  return arrayValue(json.map((item: unknown, index) => fromJson(item, type.item, `${path}[${index}]`)));
}

function mapFromJson(json: JsonObject, type: Type & { kind: "map" }, path: string): Value & { kind: "map" } {
  return mapValue(
    Object.entries(json).map(([key, item]) => {
      const place = `${path}[${JSON.stringify(key)}]`;
      return [fromJson(key, type.key, place), fromJson(item, type.value, place)] as const;
    }),
  );
}

/** The names of the sides may be written in any case, as in Cromwell. */
function pairFromJson(json: JsonObject, type: Type & { kind: "pair" }, path: string): Value | undefined {
  const sides = new Map(Object.entries(json).map(([name, side]) => [name.toLowerCase(), side]));
  if (!sides.has("left") || !sides.has("right")) return undefined;
  return pairValue(
    fromJson(sides.get("left"), type.left, `${path}.left`),
    fromJson(sides.get("right"), type.right, `${path}.right`),
  );
}

function structFromJson(json: JsonObject, type: Type & { kind: "struct" }, path: string): Value {
  const members = new Map<string, Value>();
  for (const [name, member] of type.members) {
    const given = Object.hasOwn(json, name);
    if (!given && member.kind !== "optional" && member.kind !== "any") {
      throw new WdlError(
        `${path}: struct ${type.name} needs the member ${name} (${typeText(member)}), which is missing`,
      );
    }
    members.set(name, given ? fromJson(json[name], member, `${path}.${name}`) : NONE);
  }
  return objectValue(members, type.name);
}

/** What JSON is without a type to say: whole numbers are Ints, objects are Objects. */
function natural(json: unknown, path: string, depth: number): Value {
  if (depth > MAX_DEPTH) throw new WdlError(`${path}: nested deeper than ${MAX_DEPTH} levels`);
  switch (typeof json) {
    case "boolean":
      return booleanValue(json);
    case "number":
      return Number.isSafeInteger(json) ? intValue(json) : floatValue(json);
    case "string":
      return stringValue(json);
    default:
  }
  if (Array.isArray(json)) {
    return arrayValue(json.map((item: unknown, index) => natural(item, `${path}[${index}]`, depth + 1)));
  }
  if (!isObject(json)) return NONE;
  return objectValue(
    new Map(Object.entries(json).map(([name, item]) => [name, natural(item, `${path}.${name}`, depth + 1)])),
  );
}

function intAt(value: number, path: string): Value {
  if (!Number.isSafeInteger(value)) throw new WdlError(`${path}: ${value} is out of range for an Int`);
  return intValue(value);
}

/** What JSON is, without what it says: inputs may be secret, and errors end up in logs. */
function describeJson(json: unknown): string {
  if (json === undefined) return "nothing";
  if (json === null) return "null";
  if (Array.isArray(json)) return `an array of ${json.length} items`;
  return isObject(json) ? "an object" : `a ${typeof json}`;
}

/** A value as Cromwell's outputs have it: a Pair as `{left, right}`, a Map as an object, a File as its path, `None` as null. */
export function toJson(value: Value): unknown {
  switch (value.kind) {
    case "boolean":
    case "int":
    case "float":
    case "string":
      return value.value;
    case "file":
    case "directory":
      return value.path;
    case "none":
      return null;
    case "array":
      return value.items.map(toJson);
    case "map":
      return Object.fromEntries(value.entries.map(([key, item]) => [valueText(key), toJson(item)]));
    case "pair":
      return { left: toJson(value.left), right: toJson(value.right) };
    case "object":
      return Object.fromEntries([...value.members].map(([name, item]) => [name, toJson(item)]));
  }
}

/** A value as compact JSON text. Unlike `toJson` it keeps Floats apart from Ints (`3.0`) and Maps in their order. */
export function jsonText(value: Value): string {
  switch (value.kind) {
    case "float": {
      const text = JSON.stringify(value.value);
      return Number.isInteger(value.value) && /^-?\d+$/.test(text) ? `${text}.0` : text;
    }
    case "array":
      return `[${value.items.map(jsonText).join()}]`;
    case "map":
      return members(value.entries.map(([key, item]) => [valueText(key), item] as const));
    case "pair":
      return `{"left":${jsonText(value.left)},"right":${jsonText(value.right)}}`;
    case "object":
      return members([...value.members]);
    default:
      return JSON.stringify(toJson(value));
  }
}

function members(entries: readonly (readonly [string, Value])[]): string {
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${jsonText(item)}`).join()}}`;
}
