import { resolve } from "node:path";

import { mapFiles } from "../../wdl/values.ts";
import type { Value } from "../../wdl/values.ts";

/** Relative paths in inputs are relative to the engine's root, where the engine runs. */
export function absoluteFiles(value: Value, root: string): Value {
  return mapFiles(value, (path) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(path) ? path : resolve(root, path)));
}
