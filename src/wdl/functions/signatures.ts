import type { WdlVersion } from "../ast.ts";
import { ANY, arrayOf, coercible, entryOf, isPrimitive, optionalOf, requiredOf, typeText } from "../type-rules.ts";
import type { Type } from "../types.ts";

/** An argument of a type that the function does not take. */
interface Mismatch {
  readonly kind: "mismatch";
  /** Counted from 0. */
  readonly argument: number;
  /** What the function takes there, as WDL text. */
  readonly expected: string;
}

/** How a function of the standard library is called, and what it gives. */
export interface Signature {
  /** The versions in which Cromwell knows it. */
  readonly versions: readonly WdlVersion[];
  readonly minArguments: number;
  readonly maxArguments: number;
  /** Whether it means something only in a task's outputs. */
  readonly outputsOnly: boolean;
  /** The type of the result. Called only with a right number of arguments. */
  result(this: void, types: readonly Type[]): Type | Mismatch;
}

const BOTH: readonly WdlVersion[] = ["1.0", "1.1"];
const ONLY_1_0: readonly WdlVersion[] = ["1.0"];
const SINCE_1_1: readonly WdlVersion[] = ["1.1"];

const BOOLEAN: Type = { kind: "boolean" };
const INT: Type = { kind: "int" };
const FLOAT: Type = { kind: "float" };
const STRING: Type = { kind: "string" };
const FILE: Type = { kind: "file" };
const OBJECT: Type = { kind: "object" };
const ANY_MAP: Type = { kind: "map", key: ANY, value: ANY };
const STRINGS = arrayOf(STRING);

function mismatch(argument: number, expected: string): Mismatch {
  return { kind: "mismatch", argument, expected };
}

/** A type as WDL text, in which X stands for every type. */
function openText(type: Type): string {
  return typeText(type).replaceAll("Any", "X");
}

/** A function whose parameters and result have fixed types; those after `required` may be left out. */
function fixed(
  versions: readonly WdlVersion[],
  parameters: readonly Type[],
  result: Type,
  required?: number,
): Signature {
  return {
    versions,
    minArguments: required ?? parameters.length,
    maxArguments: parameters.length,
    outputsOnly: false,
    result: (types) => {
      const wrong = types.findIndex((type, index) => !coercible(type, parameters[index] ?? ANY));
      return wrong < 0 ? result : mismatch(wrong, openText(parameters[wrong] ?? ANY));
    },
  };
}

/** A function whose result depends on the types of its arguments. */
function computed(
  versions: readonly WdlVersion[],
  count: number,
  result: (first: Type, second: Type) => Type | Mismatch,
): Signature {
  return {
    versions,
    minArguments: count,
    maxArguments: count,
    outputsOnly: false,
    result: ([first = ANY, second = ANY]) => result(first, second),
  };
}

function inOutputs(signature: Signature): Signature {
  return { ...signature, outputsOnly: true };
}

/** The items of an array, or of a map read as an array of pairs; `undefined` for what is neither. */
function itemOf(type: Type): Type | undefined {
  if (type.kind === "any") return ANY;
  if (type.kind === "array") return type.item;
  return type.kind === "map" ? entryOf(type) : undefined;
}

function pairOfItems(left: Type, right: Type): Type | Mismatch {
  const leftItem = itemOf(left);
  const rightItem = itemOf(right);
  if (!leftItem) return mismatch(0, "Array[X]");
  return rightItem ? arrayOf({ kind: "pair", left: leftItem, right: rightItem }) : mismatch(1, "Array[Y]");
}

/** Cromwell looks only at the first argument of `min` and `max`. Where the second is wider, the type is left open. */
function smallerOrLarger(first: Type, second: Type): Type | Mismatch {
  if (first.kind === "any" || second.kind === "any") return ANY;
  if (first.kind !== "int" && first.kind !== "float") return mismatch(0, "Int or Float");
  if (first.kind === "float") return FLOAT;
  return second.kind === "int" ? INT : ANY;
}

function selectFirst(array: Type): Type | Mismatch {
  const item = itemOf(array);
  if (!item) return mismatch(0, "Array[X?]");
  return item.kind === "none" ? ANY : requiredOf(item);
}

function flattened(nested: Type): Type | Mismatch {
  const inner = itemOf(nested);
  const item = inner && itemOf(inner);
  return item ? arrayOf(item) : mismatch(0, "Array[Array[X]]");
}

function transposed(nested: Type): Type | Mismatch {
  const item = flattened(nested);
  return item.kind === "mismatch" ? item : arrayOf(item);
}

function isMeasurable(type: Type): boolean {
  if (type.kind === "optional") return isMeasurable(type.inner);
  const item = type.kind === "any" ? undefined : itemOf(type);
  return item ? isMeasurable(item) : type.kind === "none" || coercible(type, FILE);
}

const SIZE: Signature = {
  versions: BOTH,
  minArguments: 1,
  maxArguments: 2,
  outputsOnly: false,
  result: ([of = ANY, unit = STRING]) => {
    if (!isMeasurable(of)) return mismatch(0, "File, File? or an Array of them");
    return coercible(unit, STRING) ? FLOAT : mismatch(1, "String");
  },
};

/** `write_json` takes everything but an optional. */
function writeJson(type: Type): Type | Mismatch {
  return type.kind === "optional" || type.kind === "none" ? mismatch(0, `a value that is there`) : FILE;
}

function quoted(array: Type): Type | Mismatch {
  const item = itemOf(array);
  return item && (item.kind === "any" || isPrimitive(item)) ? STRINGS : mismatch(0, "Array of a primitive type");
}

function joined(separator: Type, array: Type): Type | Mismatch {
  const item = itemOf(array);
  if (!item || (item.kind !== "any" && itemOf(item))) return mismatch(1, "Array[String]");
  return coercible(separator, STRING) || separator.kind === "optional" ? STRING : mismatch(0, "String");
}

function pairOf(array: Type): (Type & { kind: "pair" }) | undefined {
  const item = itemOf(array);
  if (item?.kind === "any") return { kind: "pair", left: ANY, right: ANY };
  return item?.kind === "pair" ? item : undefined;
}

function unzipped(array: Type): Type | Mismatch {
  const pair = pairOf(array);
  if (!pair) return mismatch(0, "Array[Pair[X, Y]]");
  return { kind: "pair", left: arrayOf(pair.left), right: arrayOf(pair.right) };
}

function mapOf(array: Type, valueOf: (right: Type) => Type): Type | Mismatch {
  const pair = pairOf(array);
  if (!pair || (pair.left.kind !== "any" && !isPrimitive(pair.left))) return mismatch(0, "Array[Pair[P, Y]]");
  return { kind: "map", key: pair.left, value: valueOf(pair.right) };
}

function keys(map: Type): Type | Mismatch {
  if (map.kind === "any") return arrayOf(ANY);
  return map.kind === "map" ? arrayOf(map.key) : mismatch(0, "Map[P, Y]");
}

function asPairs(map: Type): Type | Mismatch {
  if (map.kind === "any") return arrayOf({ kind: "pair", left: ANY, right: ANY });
  return map.kind === "map" ? arrayOf(entryOf(map)) : mismatch(0, "Map[P, Y]");
}

function selectAll(array: Type): Type | Mismatch {
  const item = itemOf(array);
  return item ? arrayOf(item.kind === "none" ? ANY : requiredOf(item)) : mismatch(0, "Array[X?]");
}

/**
 * The standard library, by name.
 *
 * Sources: the WDL 1.0 and 1.1 specifications, and Cromwell 92 for what they leave open: it has no `read_object`,
 * `read_objects`, `write_object` and `write_objects` in 1.1, and takes a String wherever a File is asked for.
 */
export const SIGNATURES: ReadonlyMap<string, Signature> = new Map(
  Object.entries({
    stdout: inOutputs(fixed(BOTH, [], FILE)),
    stderr: inOutputs(fixed(BOTH, [], FILE)),
    glob: inOutputs(fixed(BOTH, [STRING], arrayOf(FILE))),
    read_lines: fixed(BOTH, [FILE], STRINGS),
    read_tsv: fixed(BOTH, [FILE], arrayOf(STRINGS)),
    read_map: fixed(BOTH, [FILE], { kind: "map", key: STRING, value: STRING }),
    read_object: fixed(ONLY_1_0, [FILE], OBJECT),
    read_objects: fixed(ONLY_1_0, [FILE], arrayOf(OBJECT)),
    read_json: fixed(BOTH, [FILE], ANY),
    read_int: fixed(BOTH, [FILE], INT),
    read_string: fixed(BOTH, [FILE], STRING),
    read_float: fixed(BOTH, [FILE], FLOAT),
    read_boolean: fixed(BOTH, [FILE], BOOLEAN),
    write_lines: fixed(BOTH, [STRINGS], FILE),
    write_tsv: fixed(BOTH, [arrayOf(STRINGS)], FILE),
    write_map: fixed(BOTH, [ANY_MAP], FILE),
    write_object: fixed(ONLY_1_0, [OBJECT], FILE),
    write_objects: fixed(ONLY_1_0, [arrayOf(OBJECT)], FILE),
    write_json: computed(BOTH, 1, writeJson),
    size: SIZE,
    sub: fixed(BOTH, [FILE, FILE, FILE], STRING),
    range: fixed(BOTH, [INT], arrayOf(INT)),
    transpose: computed(BOTH, 1, transposed),
    zip: computed(BOTH, 2, pairOfItems),
    cross: computed(BOTH, 2, pairOfItems),
    length: fixed(BOTH, [arrayOf(ANY)], INT),
    flatten: computed(BOTH, 1, flattened),
    prefix: fixed(BOTH, [STRING, STRINGS], STRINGS),
    select_first: computed(BOTH, 1, selectFirst),
    select_all: computed(BOTH, 1, selectAll),
    defined: fixed(BOTH, [optionalOf({ kind: "any" })], BOOLEAN),
    basename: fixed(BOTH, [FILE, STRING], STRING, 1),
    floor: fixed(BOTH, [FLOAT], INT),
    ceil: fixed(BOTH, [FLOAT], INT),
    round: fixed(BOTH, [FLOAT], INT),
    min: computed(SINCE_1_1, 2, smallerOrLarger),
    max: computed(SINCE_1_1, 2, smallerOrLarger),
    suffix: fixed(SINCE_1_1, [STRING, STRINGS], STRINGS),
    quote: computed(SINCE_1_1, 1, quoted),
    squote: computed(SINCE_1_1, 1, quoted),
    sep: computed(SINCE_1_1, 2, joined),
    unzip: computed(SINCE_1_1, 1, unzipped),
    as_pairs: computed(SINCE_1_1, 1, asPairs),
    as_map: computed(SINCE_1_1, 1, (array) => mapOf(array, (right) => right)),
    keys: computed(SINCE_1_1, 1, keys),
    collect_by_key: computed(SINCE_1_1, 1, (array) => mapOf(array, arrayOf)),
  }),
);

/** Functions of WDL 1.2, which Cromwell does not run; known so that a message can say so. */
export const LATER_FUNCTIONS: ReadonlySet<string> = new Set([
  "find",
  "matches",
  "chunk",
  "join_paths",
  "contains",
  "contains_key",
  "values",
]);
