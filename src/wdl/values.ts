/**
 * A WDL value at run time.
 *
 * Immutable. An Int is a safe integer; a Map keeps the order of its entries and has each key once; an optional that has
 * a value is that value. `object` stands for Object, struct values (then `struct` names it) and the outputs of a call.
 */
export type Value =
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "none" }
  | { readonly kind: "array"; readonly items: readonly Value[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Value, Value])[] }
  | { readonly kind: "pair"; readonly left: Value; readonly right: Value }
  | { readonly kind: "object"; readonly members: ReadonlyMap<string, Value>; readonly struct?: string };

/** A value of one kind, such as `Of<"array">`. */
export type Of<Kind extends Value["kind"]> = Value & { readonly kind: Kind };

/** `None`, and an optional without a value. */
export const NONE: Of<"none"> = { kind: "none" };

const TRUE: Of<"boolean"> = { kind: "boolean", value: true };
const FALSE: Of<"boolean"> = { kind: "boolean", value: false };

/** A Boolean. */
export function booleanValue(value: boolean): Of<"boolean"> {
  return value ? TRUE : FALSE;
}

/** A Float. */
export function floatValue(value: number): Of<"float"> {
  return { kind: "float", value };
}

/** A String. */
export function stringValue(value: string): Of<"string"> {
  return { kind: "string", value };
}

/** A File; the path is not looked at. */
export function fileValue(path: string): Of<"file"> {
  return { kind: "file", path };
}

/** An Array. */
export function arrayValue(items: readonly Value[]): Of<"array"> {
  return { kind: "array", items };
}

/** A Pair. */
export function pairValue(left: Value, right: Value): Of<"pair"> {
  return { kind: "pair", left, right };
}

/** An Object, or a struct's value where `struct` names one. */
export function objectValue(members: ReadonlyMap<string, Value>, struct?: string): Of<"object"> {
  return struct === undefined ? { kind: "object", members } : { kind: "object", members, struct };
}

/** A Map; of entries with an equal key the last one counts, at the place of the first. */
export function mapValue(entries: readonly (readonly [Value, Value])[]): Of<"map"> {
  const byKey = new Map<string, readonly [Value, Value]>();
  for (const entry of entries) byKey.set(identity(entry[0]), entry);
  return { kind: "map", entries: byKey.size === entries.length ? entries : [...byKey.values()] };
}

/**
 * Text that two values share exactly if WDL's `==` holds between them.
 *
 * So an Int equals a Float of the same number, a File a String of the same text, and a struct an Object with the same members.
 */
export function identity(value: Value): string {
  switch (value.kind) {
    case "boolean":
      return value.value ? "b1" : "b0";
    case "int":
    case "float":
      return `n${value.value === 0 ? 0 : value.value}`;
    case "string":
      return `s${value.value.length}:${value.value}`;
    case "file":
    case "directory":
      return `s${value.path.length}:${value.path}`;
    case "none":
      return "-";
    case "array":
      return `[${value.items.map(identity).join()}]`;
    case "map":
      return `{${value.entries
        .map(([key, item]) => `${identity(key)}=${identity(item)}`)
        .sort()
        .join()}}`;
    case "pair":
      return `(${identity(value.left)},${identity(value.right)})`;
    case "object":
      return `o{${[...value.members]
        .map(([name, item]) => `${name.length}:${name}=${identity(item)}`)
        .sort()
        .join()}}`;
  }
}

/** Whether WDL's `==` holds. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.kind === "string" && b.kind === "string") return a.value === b.value;
  if (a.kind === "int" && b.kind === "int") return a.value === b.value;
  return identity(a) === identity(b);
}

const indexes = new WeakMap<Of<"map">, ReadonlyMap<string, Value>>();

/** The value of a key in a Map. Cheap also for large maps that are asked often: an index is made at the first use. */
export function lookUp(map: Of<"map">, key: Value): Value | undefined {
  let index = indexes.get(map);
  if (!index) {
    index = new Map(map.entries.map(([key, item]) => [identity(key), item]));
    indexes.set(map, index);
  }
  return index.get(identity(key));
}

/** The same value with every File's and Directory's path replaced, at any depth; for localising and for outputs. */
export function mapFiles(value: Value, path: (path: string, kind: "file" | "directory") => string): Value {
  switch (value.kind) {
    case "file":
    case "directory":
      return { kind: value.kind, path: path(value.path, value.kind) };
    case "array":
      return holdsFiles(value) ? arrayValue(value.items.map((item) => mapFiles(item, path))) : value;
    case "map":
      return holdsFiles(value)
        ? mapValue(value.entries.map(([key, item]) => [mapFiles(key, path), mapFiles(item, path)] as const))
        : value;
    case "pair":
      return pairValue(mapFiles(value.left, path), mapFiles(value.right, path));
    case "object": {
      const members = new Map([...value.members].map(([name, item]) => [name, mapFiles(item, path)]));
      return objectValue(members, value.struct);
    }
    default:
      return value;
  }
}

/** The paths of all Files and Directories in a value, in order, with repetitions. */
export function filePaths(value: Value): readonly string[] {
  const paths: string[] = [];
  mapFiles(value, (path) => {
    paths.push(path);
    return path;
  });
  return paths;
}

function holdsFiles(value: Value): boolean {
  switch (value.kind) {
    case "file":
    case "directory":
      return true;
    case "array":
      return value.items.some(holdsFiles);
    case "map":
      return value.entries.some(([key, item]) => holdsFiles(key) || holdsFiles(item));
    case "pair":
      return holdsFiles(value.left) || holdsFiles(value.right);
    case "object":
      return [...value.members.values()].some(holdsFiles);
    default:
      return false;
  }
}
