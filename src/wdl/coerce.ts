import type { Span } from "./ast.ts";
import { describe, parseBooleanText, parseFloatText, parseIntText, primitiveText, valueText } from "./text.ts";
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
import type { Of, Value } from "./values.ts";

/** An expression that cannot be evaluated, or a value that does not fit its type. The message is for the user. */
export class WdlError extends Error {
  /** The message without the position. */
  readonly reason: string;
  /** Where in the document it happened, if that is known. */
  readonly span: Span | undefined;

  constructor(reason: string, span?: Span) {
    super(span ? `${reason} (line ${span.line}, column ${span.column})` : reason);
    this.name = "WdlError";
    this.reason = reason;
    this.span = span;
  }

  /** The same error inside something bigger: `item 2: …`. */
  within(place: string): WdlError {
    return new WdlError(`${place}: ${this.reason}`, this.span);
  }
}

/** An Int. Numbers that JavaScript cannot hold exactly are refused, so that no result is silently wrong. */
export function intValue(value: number): Of<"int"> {
  if (!Number.isSafeInteger(value)) {
    throw new WdlError(
      `${value} is out of range for an Int (from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}); use a Float`,
    );
  }
  return { kind: "int", value: value + 0 };
}

/**
 * Turns a value into one of a type, or throws a WdlError.
 *
 * Wider than the specification where Cromwell is: a String that spells a number or truth value becomes one, an exact Float an
 * Int, a Map an Array of Pairs and back, and any primitive a String. Members that a struct does not have are dropped.
 */
export function coerce(value: Value, to: Type): Value {
  if (value.kind === "none" && to.kind !== "optional" && to.kind !== "none" && to.kind !== "any") {
    throw new WdlError(`expected ${typeText(to)}, but there is no value; give one, or use select_first with a default`);
  }
  switch (to.kind) {
    case "any":
    case "call":
      return value;
    case "none":
      return value.kind === "none" ? value : refuse(value, to);
    case "optional":
      return value.kind === "none" ? value : coerce(value, to.inner);
    case "boolean":
      return toBoolean(value) ?? refuse(value, to);
    case "int":
      return toInt(value) ?? refuse(value, to);
    case "float":
      return toFloat(value) ?? refuse(value, to);
    case "string":
      return toText(value) ?? refuse(value, to);
    case "file":
      return value.kind === "file" ? value : value.kind === "string" ? fileValue(value.value) : refuse(value, to);
    case "directory":
      if (value.kind === "directory") return value;
      return value.kind === "string" ? { kind: "directory", path: value.value } : refuse(value, to);
    case "array":
      return toArray(value, to);
    case "map":
      return toMap(value, to);
    case "pair":
      return toPair(value, to);
    case "object":
      return toObject(value) ?? refuse(value, to);
    case "struct":
      return toStruct(value, to);
  }
}

function refuse(value: Value, to: Type): never {
  throw new WdlError(`expected ${typeText(to)}, found ${describe(value)}`);
}

function toBoolean(value: Value): Value | undefined {
  if (value.kind === "boolean") return value;
  const parsed = value.kind === "string" ? parseBooleanText(value.value) : undefined;
  return parsed === undefined ? undefined : booleanValue(parsed);
}

function toInt(value: Value): Value | undefined {
  if (value.kind === "int") return value;
  if (value.kind === "float") return Number.isInteger(value.value) ? intValue(value.value) : undefined;
  const parsed = value.kind === "string" ? parseIntText(value.value) : undefined;
  return parsed === undefined ? undefined : intValue(parsed);
}

function toFloat(value: Value): Value | undefined {
  if (value.kind === "float") return value;
  if (value.kind === "int") return floatValue(value.value);
  const parsed = value.kind === "string" ? parseFloatText(value.value) : undefined;
  return parsed === undefined ? undefined : floatValue(parsed);
}

function toText(value: Value): Value | undefined {
  if (value.kind === "string") return value;
  const text = primitiveText(value);
  return text === undefined ? undefined : stringValue(text);
}

function toArray(value: Value, to: Type & { kind: "array" }): Value {
  if (value.kind === "map" || (value.kind === "object" && to.item.kind === "pair")) {
    const pairs = entriesOf(value).map(([key, item]) => pairValue(key, item));
    return toArray(arrayValue(pairs), to);
  }
  if (value.kind !== "array") return refuse(value, to);
  if (to.nonEmpty && value.items.length === 0) {
    throw new WdlError(`expected ${typeText(to)}, which must have at least one item, found an empty Array`);
  }
  const items = value.items.map((item, index) => inside(() => coerce(item, to.item), `item ${index} of the Array`));
  return items.every((item, index) => item === value.items[index]) ? value : arrayValue(items);
}

function toMap(value: Value, to: Type & { kind: "map" }): Value {
  const entries = value.kind === "array" ? pairEntries(value, to) : entriesOf(value);
  if (!entries) return refuse(value, to);
  let changed = value.kind !== "map";
  const coerced = entries.map(([key, item]) => {
    const place = (): string => `key ${valueText(key)}`;
    const newKey = inside(() => coerce(key, to.key), place);
    const newItem = inside(() => coerce(item, to.value), place);
    changed ||= newKey !== key || newItem !== item;
    return [newKey, newItem] as const;
  });
  if (!changed) return value;
  const map = mapValue(coerced);
  if (map.entries.length < coerced.length)
    throw new WdlError(`${typeText(to)} from ${describe(value)}: keys are repeated`);
  return map;
}

function pairEntries(value: Of<"array">, to: Type): (readonly [Value, Value])[] {
  return value.items.map((item) => (item.kind === "pair" ? ([item.left, item.right] as const) : refuse(value, to)));
}

function entriesOf(value: Of<"map" | "object">): readonly (readonly [Value, Value])[];
function entriesOf(value: Value): readonly (readonly [Value, Value])[] | undefined;
function entriesOf(value: Value): readonly (readonly [Value, Value])[] | undefined {
  if (value.kind === "map") return value.entries;
  if (value.kind !== "object") return undefined;
  return [...value.members].map(([name, item]) => [stringValue(name), item] as const);
}

function toPair(value: Value, to: Type & { kind: "pair" }): Value {
  const source = value.kind === "object" ? pairOfObject(value) : value;
  if (source?.kind !== "pair") return refuse(value, to);
  const left = inside(() => coerce(source.left, to.left), "left of the Pair");
  const right = inside(() => coerce(source.right, to.right), "right of the Pair");
  return left === source.left && right === source.right ? source : pairValue(left, right);
}

function pairOfObject(value: Of<"object">): Value | undefined {
  const left = value.members.get("left");
  const right = value.members.get("right");
  return left && right && value.members.size === 2 ? pairValue(left, right) : undefined;
}

function toObject(value: Value): Of<"object"> | undefined {
  if (value.kind === "object") return value.struct === undefined ? value : objectValue(value.members);
  return value.kind === "map" ? objectValue(membersOf(value)) : undefined;
}

function toStruct(value: Value, to: Type & { kind: "struct" }): Value {
  const source = value.kind === "object" ? value.members : value.kind === "map" ? membersOf(value) : refuse(value, to);
  const members = new Map<string, Value>();
  let changed = value.kind !== "object" || value.struct !== to.name || source.size !== to.members.size;
  for (const [name, type] of to.members) {
    const given = source.get(name);
    if (!given && type.kind !== "optional" && type.kind !== "any") {
      throw new WdlError(`struct ${to.name} needs the member ${name} (${typeText(type)}), which is not given`);
    }
    const member = given ? inside(() => coerce(given, type), `member ${name} of struct ${to.name}`) : NONE;
    changed ||= member !== given;
    members.set(name, member);
  }
  return changed ? objectValue(members, to.name) : value;
}

function membersOf(map: Of<"map">): ReadonlyMap<string, Value> {
  return new Map(
    map.entries.map(([key, item]) => {
      const name = primitiveText(key);
      if (name === undefined) throw new WdlError(`${describe(key)} cannot be the name of a member`);
      return [name, item] as const;
    }),
  );
}

function inside<T>(work: () => T, place: string | (() => string)): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof WdlError ? error.within(typeof place === "string" ? place : place()) : error;
  }
}
