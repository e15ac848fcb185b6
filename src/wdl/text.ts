import type { Value } from "./values.ts";

/**
 * A Float as Java's `Double.toString` writes it, which is what Cromwell puts into commands: `3.0`, `1.0E10`, `5.0E-4`.
 *
 * Plain from 10^-3 up to, not including, 10^7, else with an exponent (java.lang.Double#toString).
 */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes(".") ? text : `${text}.0`;
  }
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  return `${digits.includes(".") ? digits : `${digits}.0`}E${exponent.replace("+", "")}`;
}

/** The Int that a text spells, `undefined` where it is none. The result may be unsafe: see `intValue`. */
export function parseIntText(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** The Float that a text spells in Java's notation, `undefined` where it is none. */
export function parseFloatText(text: string): number | undefined {
  const [, number] = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[dDfF]?\s*$/.exec(text) ?? [];
  if (number !== undefined) return Number(number);
  const [, special] = /^\s*(NaN|[+-]?Infinity)\s*$/.exec(text) ?? [];
  return special === undefined ? undefined : Number(special);
}

/** The Boolean that a text spells in any case, `undefined` where it is none. */
export function parseBooleanText(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : undefined;
}

/** The text of a primitive value; `undefined` for compound ones. `None` is the empty text. */
export function primitiveText(value: Value): string | undefined {
  switch (value.kind) {
    case "string":
      return value.value;
    case "file":
    case "directory":
      return value.path;
    case "int":
    case "boolean":
      return String(value.value);
    case "float":
      return floatText(value.value);
    case "none":
      return "";
    default:
      return undefined;
  }
}

/**
 * The text of any value in a string: primitives as they are, compound values as WDL source.
 *
 * Cromwell does the same for `"~{array}"`, where `sep` and the other options of a placeholder do not work.
 */
export function valueText(value: Value): string {
  return primitiveText(value) ?? literal(value);
}

function literal(value: Value): string {
  switch (value.kind) {
    case "array":
      return `[${value.items.map(literal).join(", ")}]`;
    case "map":
      return `{${value.entries.map(([key, item]) => `${literal(key)}: ${literal(item)}`).join(", ")}}`;
    case "pair":
      return `(${literal(value.left)}, ${literal(value.right)})`;
    case "object":
      return `${value.struct === undefined ? "" : "typed "}object {${[...value.members].map(([name, item]) => `${name}: ${literal(item)}`).join(", ")}}`;
    case "string":
      return JSON.stringify(value.value);
    case "file":
    case "directory":
      return JSON.stringify(value.path);
    case "none":
      return "null";
    default:
      return primitiveText(value) ?? "";
  }
}

/**
 * A value as an error names it: `the Int 5`, `a String`, `an Array of 3 items`.
 *
 * Never the text of a String nor what a compound value holds: inputs may be secret, and errors end up in logs.
 */
export function describe(value: Value): string {
  switch (value.kind) {
    case "none":
      return "no value (None)";
    case "boolean":
      return `the Boolean ${value.value}`;
    case "int":
      return `the Int ${value.value}`;
    case "float":
      return `the Float ${floatText(value.value)}`;
    case "string":
      return "a String";
    case "file":
      return "a File";
    case "directory":
      return "a Directory";
    case "array":
      return `an Array of ${value.items.length} ${value.items.length === 1 ? "item" : "items"}`;
    case "map":
      return `a Map of ${value.entries.length} ${value.entries.length === 1 ? "entry" : "entries"}`;
    case "pair":
      return "a Pair";
    case "object":
      return value.struct === undefined ? "an Object" : `a ${value.struct}`;
  }
}
