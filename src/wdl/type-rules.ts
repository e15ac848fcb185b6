import type { TypeNode, WdlVersion } from "./ast.ts";
import type { Type } from "./types.ts";

/** A struct's type, by the name that it has in one document. */
export type StructTypes = ReadonlyMap<string, Type & { kind: "struct" }>;

/** The type of whatever cannot or need not be known before the run. */
export const ANY: Type = { kind: "any" };

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
      return PRIMITIVES[node.name];
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

/**
 * Whether Cromwell would take a value of type `from` where `to` is declared, as far as types can tell.
 *
 * `false` is a promise that Cromwell refuses the document; whatever depends on the value (the length of an array, the
 * text of a String) is `true` here and checked when the run comes to it.
 */
export function coercible(from: Type, to: Type, version: WdlVersion): boolean {
  if (from.kind === "any" || to.kind === "any" || from.kind === "none") return true;
  if (to.kind === "optional") return coercible(requiredOf(from), to.inner, version);
  return from.kind === to.kind;
}
