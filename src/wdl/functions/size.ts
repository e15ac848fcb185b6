import { WdlError } from "../coerce.ts";
import type { Environment } from "../environment.ts";
import { describe } from "../text.ts";
import { floatValue } from "../values.ts";
import type { Value } from "../values.ts";
import { textArgument } from "./arguments.ts";

/** Powers of 1024 for each unit. Cromwell knows no decimal ones: `GB` is `GiB` (its MemoryUnit.java). */
const POWERS: ReadonlyMap<string, number> = new Map([
  ["B", 0],
  ...["K", "M", "G", "T"].flatMap((letter, index) =>
    ["", "B", "i", "iB"].map((rest) => [`${letter}${rest}`, index + 1] as const),
  ),
]);

/** How many files are looked at at a time: enough to hide the latency of a network file system. */
const AT_ONCE = 32;

/** `size`: the sum of the sizes of all Files in the argument, at any depth; what is absent has none. */
export async function size([files, unit]: readonly Value[], env: Environment): Promise<Value> {
  if (!files) throw new WdlError("an argument is missing");
  const name = unit === undefined || unit.kind === "none" ? "B" : textArgument(unit);
  const power = POWERS.get(name);
  if (power === undefined) throw new WdlError(`${name} is no unit; use one of ${[...POWERS.keys()].join(", ")}`);
  const paths = pathsIn(files);
  let bytes = 0;
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const sizes = await Promise.all(paths.slice(from, from + AT_ONCE).map((path) => env.io.sizeBytes(path)));
    for (const size of sizes) bytes += size;
  }
  return floatValue(bytes / 1024 ** power);
}

function pathsIn(value: Value): readonly string[] {
  switch (value.kind) {
    case "none":
      return [];
    case "string":
      return [value.value];
    case "file":
    case "directory":
      return [value.path];
    case "array":
      return value.items.flatMap(pathsIn);
    case "map":
      return value.entries.flatMap(([key, item]) => [...(key.kind === "file" ? [key.path] : []), ...fileIn(item)]);
    case "pair":
      return [...fileIn(value.left), ...fileIn(value.right)];
    case "object":
      return [...value.members.values()].flatMap(fileIn);
    default:
      throw new WdlError(`expected a File or an Array of Files, found ${describe(value)}`);
  }
}

/** In compound values only what is a File counts: a String beside it is no path. */
function fileIn(value: Value): readonly string[] {
  switch (value.kind) {
    case "string":
    case "int":
    case "float":
    case "boolean":
      return [];
    default:
      return pathsIn(value);
  }
}
