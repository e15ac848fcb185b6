import type { TypeNode } from "./ast.ts";
import type { Type } from "./types.ts";

/** A struct's type, by the name that it has in one document. */
export type StructTypes = ReadonlyMap<string, Type & { kind: "struct" }>;

/** The type of whatever cannot or need not be known before the run. */
export const ANY: Type = { kind: "any" };

/** An array type, not known to be filled. */
export function arrayOf(item: Type): Type & { kind: "array" } {
  return { kind: "array", item, nonEmpty: false };
}

/** Wraps `type` in an optional, unless it is one (or can stand for one) already. */
export function optionalOf(type: Type): Type {
  return isOptional(type) || type.kind === "any" ? type : { kind: "optional", inner: type };
}

/** The type without its `?`. */
export function requiredOf(type: Type): Type {
  return type.kind === "optional" ? type.inner : type;
}

/** Whether a value of this type may be absent: `X?` and the type of `None`. */
export function isOptional(type: Type): boolean {
  return type.kind === "optional" || type.kind === "none";
}

/**
 * The type that a document's type stands for.
 *
 * A struct that nobody declared becomes `any`, so that one mistake is reported once, by the check of names.
 */
export function resolveType(node: TypeNode, structs: StructTypes): Type {
  const type = resolveRequired(node, structs);
  return node.optional ? optionalOf(type) : type;
}

const PRIMITIVES = {
  Boolean: { kind: "boolean" },
  Int: { kind: "int" },
  Float: { kind: "float" },
  String: { kind: "string" },
  File: { kind: "file" },
  Directory: { kind: "directory" },
  Object: { kind: "object" },
} as const satisfies Record<string, Type>;

function resolveRequired(node: TypeNode, structs: StructTypes): Type {
  switch (node.kind) {
    case "primitive":
      // `Object` and `Directory` may be names of structs in the versions that lack the type (Cromwell has tests for both).
      return structs.get(node.name) ?? PRIMITIVES[node.name];
    case "array":
      return { kind: "array", item: resolveType(node.item, structs), nonEmpty: node.nonEmpty };
    case "map":
      return { kind: "map", key: resolveType(node.key, structs), value: resolveType(node.value, structs) };
    case "pair":
      return { kind: "pair", left: resolveType(node.left, structs), right: resolveType(node.right, structs) };
    case "struct":
      return structs.get(node.name) ?? ANY;
  }
}

/** The type as WDL source text, such as `Array[Int]+` or `Map[String, Bird?]`. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case "boolean":
      return "Boolean";
    case "int":
      return "Int";
    case "float":
      return "Float";
    case "string":
      return "String";
    case "file":
      return "File";
    case "directory":
      return "Directory";
    case "object":
      return "Object";
    case "any":
      return "Any";
    case "none":
      return "None";
    case "array":
      return `Array[${typeText(type.item)}]${type.nonEmpty ? "+" : ""}`;
    case "map":
      return `Map[${typeText(type.key)}, ${typeText(type.value)}]`;
    case "pair":
      return `Pair[${typeText(type.left)}, ${typeText(type.right)}]`;
    case "struct":
      return type.name;
    case "optional":
      return `${typeText(type.inner)}?`;
    case "call":
      return "call";
  }
}

/** What a primitive may become; the same pairs as in Cromwell's `WomPrimitiveType`. */
const PRIMITIVE_TARGETS: Readonly<Partial<Record<Type["kind"], readonly Type["kind"][]>>> = {
  string: ["string", "int", "float", "file", "directory", "boolean"],
  file: ["file", "string"],
  directory: ["directory", "string"],
  int: ["int", "float", "string"],
  float: ["float", "string"],
  boolean: ["boolean", "string"],
};

/** Whether the type is one of Boolean, Int, Float, String, File and Directory. */
export function isPrimitive(type: Type): boolean {
  return type.kind in PRIMITIVE_TARGETS;
}

/**
 * Whether Cromwell would take a value of type `from` where `to` is declared, as far as types can tell.
 *
 * `false` is a promise that Cromwell refuses it; whatever depends on the value (the length of an array, the text of a
 * String) is `true` here and checked when the run comes to it. An optional never becomes a required type.
 */
export function coercible(from: Type, to: Type): boolean {
  if (from === to || from.kind === "any" || to.kind === "any") return true;
  if (from.kind === "none") return to.kind === "optional" || to.kind === "none";
  switch (to.kind) {
    case "optional":
      return coercible(requiredOf(from), to.inner);
    case "array":
      if (from.kind === "array") return coercible(from.item, to.item);
      return from.kind === "map" && coercible(entryOf(from), to.item);
    case "map":
      if (from.kind === "map") return coercible(from.key, to.key) && coercible(from.value, to.value);
      return (
        (from.kind === "struct" || from.kind === "object") && coercible(STRING, to.key) && coercible(STRING, to.value)
      );
    case "pair":
      return from.kind === "pair" && coercible(from.left, to.left) && coercible(from.right, to.right);
    case "struct":
      if (from.kind === "object") return true;
      if (from.kind === "map") return coercible(from.key, STRING);
      return from.kind === "struct" && membersAgree(from, to, COERCIBLE_STRUCTS, coercible);
    case "object":
      if (from.kind === "map") return coercible(from.key, STRING) && coercible(from.value, STRING);
      return from.kind === "object" || from.kind === "struct";
    case "none":
    case "call":
      return false;
    case "boolean":
    case "int":
    case "float":
    case "string":
    case "file":
    case "directory":
      return PRIMITIVE_TARGETS[from.kind]?.includes(to.kind) ?? false;
  }
}

const STRING: Type = { kind: "string" };

/** The type of a map's entry, when the map is read as an array. */
export function entryOf(map: Type & { kind: "map" }): Type {
  return { kind: "pair", left: map.key, right: map.value };
}

type StructType = Type & { kind: "struct" };

/** Answers about pairs of structs. Without them structs that hold each other twice, 30 deep, would never end. */
type StructPairs = WeakMap<StructType, WeakMap<StructType, boolean>>;
const COERCIBLE_STRUCTS: StructPairs = new WeakMap();
const SAME_STRUCTS: StructPairs = new WeakMap();

function membersAgree(
  left: StructType,
  right: StructType,
  known: StructPairs,
  agree: (left: Type, right: Type) => boolean,
): boolean {
  const ofLeft = known.get(left) ?? new WeakMap<StructType, boolean>();
  known.set(left, ofLeft);
  const answer =
    ofLeft.get(right) ??
    (left.members.size === right.members.size &&
      left.members.entries().every(([name, type]) => {
        const other = right.members.get(name);
        return other !== undefined && agree(type, other);
      }));
  ofLeft.set(right, answer);
  return answer;
}

/** The type of what stands at `key` in a JSON value for `type`: an index of an array, a name of an object. `undefined`: nothing is. */
export function typeWithin(type: Type, key: number | string): Type | undefined {
  switch (type.kind) {
    case "array":
      return typeof key === "number" ? type.item : undefined;
    case "pair":
      // Written as an array of two, or as an object with left and right.
      return (typeof key === "number" ? key === 0 : key.toLowerCase() === "left") ? type.left : type.right;
    case "struct":
      return typeof key === "string" ? type.members.get(key) : undefined;
    case "map":
      return typeof key === "string" ? type.value : undefined;
    case "optional":
      return typeWithin(type.inner, key);
    case "any":
      return ANY;
    case "object":
      return typeof key === "string" ? ANY : undefined;
    default:
      return undefined;
  }
}

/** Where values of several primitive types meet, the first of these that all can become is taken, as in Cromwell. */
const MEETING_ORDER: readonly Type[] = [
  STRING,
  { kind: "file" },
  { kind: "directory" },
  { kind: "float" },
  { kind: "int" },
  { kind: "boolean" },
];

/**
 * The one type for the items of an array literal, or for the two branches of an `if`.
 *
 * `any` where there is none: Cromwell refuses such a mixture only when it is used.
 */
export function unify(types: readonly Type[]): Type {
  const known = types.filter((type) => type.kind !== "any");
  const [first, ...rest] = known;
  if (!first || known.length < types.length) return first && isOptional(first) ? optionalOf(ANY) : ANY;
  if (rest.every((type) => type === first)) return first;
  if (known.some(isOptional)) {
    const inner = known.filter((type) => type.kind !== "none").map(requiredOf);
    return optionalOf(unify(inner));
  }
  return unifyRequired(known);
}

function unifyRequired(types: readonly Type[]): Type {
  if (types.every(isPrimitive)) {
    const fits = (to: Type): boolean => types.every((type) => coercible(type, to));
    const supplied = MEETING_ORDER.find((to) => types.some((type) => type.kind === to.kind) && fits(to));
    return supplied ?? MEETING_ORDER.find(fits) ?? ANY;
  }
  if (allOf(types, "pair")) {
    return { kind: "pair", left: unify(types.map((type) => type.left)), right: unify(types.map((type) => type.right)) };
  }
  if (allOf(types, "map")) {
    return { kind: "map", key: unify(types.map((type) => type.key)), value: unify(types.map((type) => type.value)) };
  }
  if (allOf(types, "array")) {
    const filled = types.filter((type) => type.item.kind !== "any");
    return {
      kind: "array",
      item: unify((filled.length > 0 ? filled : types).map((type) => type.item)),
      nonEmpty: types.every((type) => type.nonEmpty),
    };
  }
  const [first = ANY, ...rest] = types;
  if (first.kind === "struct" && rest.every((type) => sameType(type, first))) return first;
  return types.every((type) => type.kind === "struct" || type.kind === "object") ? { kind: "object" } : ANY;
}

function allOf<K extends Type["kind"]>(types: readonly Type[], kind: K): types is (Type & { kind: K })[] {
  return types.every((type) => type.kind === kind);
}

/** Whether both are the same type; `Array[X]+` and `Array[X]` count as the same, and `any` is the same as everything. */
export function sameType(left: Type, right: Type): boolean {
  if (left === right || left.kind === "any" || right.kind === "any") return true;
  if (left.kind === "array" && right.kind === "array") return sameType(left.item, right.item);
  if (left.kind === "map" && right.kind === "map") {
    return sameType(left.key, right.key) && sameType(left.value, right.value);
  }
  if (left.kind === "pair" && right.kind === "pair") {
    return sameType(left.left, right.left) && sameType(left.right, right.right);
  }
  if (left.kind === "optional" && right.kind === "optional") return sameType(left.inner, right.inner);
  if (left.kind === "struct" && right.kind === "struct") return membersAgree(left, right, SAME_STRUCTS, sameType);
  return left.kind === right.kind && left.kind !== "call";
}
