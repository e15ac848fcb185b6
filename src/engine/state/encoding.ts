import type { Value } from "../../wdl/values.ts";

/** A value as it is kept: JSON that tells apart what WDL's own JSON form does not, such as File and String. */
type Kept =
  | null
  | boolean
  | string
  | Kept[]
  | { i: number }
  | { f: number | string }
  | { F: string }
  | { D: string }
  | { m: [Kept, Kept][] }
  | { p: [Kept, Kept] }
  | { o: [string, Kept][]; s?: string };

/** Named values as one line of text that `decodeValues` reads back without loss. */
export function encodeValues(values: ReadonlyMap<string, Value>): string {
  return JSON.stringify([...values].map(([name, value]) => [name, keep(value)]));
}

/** Reads what `encodeValues` wrote. */
export function decodeValues(text: string): ReadonlyMap<string, Value> {
  return new Map((JSON.parse(text) as [string, Kept][]).map(([name, kept]) => [name, restore(kept)]));
}

function keep(value: Value): Kept {
  switch (value.kind) {
    case "none":
      return null;
    case "boolean":
    case "string":
      return value.value;
    case "int":
      return { i: value.value };
    case "float":
      return { f: Number.isFinite(value.value) ? value.value : String(value.value) };
    case "file":
      return { F: value.path };
    case "directory":
      return { D: value.path };
    case "array":
      return value.items.map(keep);
    case "map":
      return { m: value.entries.map(([key, item]) => [keep(key), keep(item)]) };
    case "pair":
      return { p: [keep(value.left), keep(value.right)] };
    case "object":
      return {
        o: [...value.members].map(([name, member]) => [name, keep(member)]),
        ...(value.struct === undefined ? {} : { s: value.struct }),
      };
  }
}

function restore(kept: Kept): Value {
  if (kept === null) return { kind: "none" };
  if (typeof kept === "boolean") return { kind: "boolean", value: kept };
  if (typeof kept === "string") return { kind: "string", value: kept };
  if (Array.isArray(kept)) return { kind: "array", items: kept.map(restore) };
  if ("i" in kept) return { kind: "int", value: kept.i };
  if ("f" in kept) return { kind: "float", value: Number(kept.f) };
  if ("F" in kept) return { kind: "file", path: kept.F };
  if ("D" in kept) return { kind: "directory", path: kept.D };
  if ("m" in kept) return { kind: "map", entries: kept.m.map(([key, item]) => [restore(key), restore(item)]) };
  if ("p" in kept) return { kind: "pair", left: restore(kept.p[0]), right: restore(kept.p[1]) };
  const members = new Map(kept.o.map(([name, member]) => [name, restore(member)]));
  return kept.s === undefined ? { kind: "object", members } : { kind: "object", members, struct: kept.s };
}
