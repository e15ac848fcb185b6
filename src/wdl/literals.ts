import { primitiveText } from "./text.ts";
import { floatValue, stringValue } from "./values.ts";
import type { Value } from "./values.ts";

/**
 * The items of an Array or Map literal, brought to one type where they are written in several.
 *
 * `[1, 2.5]` holds two Floats and `[1, "a"]` two Strings, as the literal's type in Cromwell is the nearest that fits all.
 */
export function alike(items: readonly Value[]): readonly Value[] {
  const kinds = new Set(items.map((item) => item.kind));
  kinds.delete("none");
  if (kinds.size < 2) return items;
  if (kinds.has("string") && [...kinds].every((kind) => MIXES_WITH_TEXT.has(kind))) return items.map(asText);
  if (kinds.size === 2 && kinds.has("int") && kinds.has("float")) {
    return items.map((item) => (item.kind === "int" ? floatValue(item.value) : item));
  }
  return items;
}

const MIXES_WITH_TEXT: ReadonlySet<Value["kind"]> = new Set(["string", "int", "float", "boolean"]);

function asText(item: Value): Value {
  return item.kind === "none" ? item : stringValue(primitiveText(item) ?? "");
}
