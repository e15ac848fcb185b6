import { coerce, WdlError } from "../coerce.ts";
import { ANY } from "../type-rules.ts";
import type { Type } from "../types.ts";
import type { Of, Value } from "../values.ts";

/**
 * The arguments of a call as their functions take them: coerced, or refused with a WdlError.
 *
 * The static check sees most mistakes first; what reaches this are values whose type was not known, such as those of `read_json`.
 */
function argument(value: Value | undefined, type: Type): Value {
  if (!value) throw new WdlError("an argument is missing");
  return coerce(value, type);
}

/** An Int argument. */
export function intArgument(value: Value | undefined): number {
  const coerced = argument(value, { kind: "int" });
  return coerced.kind === "int" ? coerced.value : 0;
}

/** A Float argument; Ints will do. */
export function floatArgument(value: Value | undefined): number {
  const coerced = argument(value, { kind: "float" });
  return coerced.kind === "float" ? coerced.value : 0;
}

/** A String argument; any primitive will do. */
export function textArgument(value: Value | undefined): string {
  const coerced = argument(value, { kind: "string" });
  return coerced.kind === "string" ? coerced.value : "";
}

/** The items of an Array argument, of any type unless one is given. */
export function arrayArgument(value: Value | undefined, item: Type = ANY): readonly Value[] {
  const coerced = argument(value, { kind: "array", item, nonEmpty: false });
  return coerced.kind === "array" ? coerced.items : [];
}

/** The items of an argument that is an Array of Arrays. */
export function tableArgument(value: Value | undefined, item: Type = ANY): readonly (readonly Value[])[] {
  return arrayArgument(value, { kind: "array", item, nonEmpty: false }).map((row) => arrayArgument(row));
}

/** The Pairs of an argument that is an Array of Pairs. */
export function pairsArgument(value: Value | undefined): readonly Of<"pair">[] {
  const pairs = arrayArgument(value, { kind: "pair", left: ANY, right: ANY });
  return pairs.filter((pair) => pair.kind === "pair");
}

/** A Map argument; an Object will do. */
export function mapArgument(value: Value | undefined, key: Type = ANY, item: Type = ANY): Of<"map">["entries"] {
  const coerced = argument(value, { kind: "map", key, value: item });
  return coerced.kind === "map" ? coerced.entries : [];
}

/** The members of an Object or struct argument; a Map will do. */
export function objectArgument(value: Value | undefined): ReadonlyMap<string, Value> {
  const coerced = argument(value, { kind: "object" });
  return coerced.kind === "object" ? coerced.members : new Map<string, Value>();
}
