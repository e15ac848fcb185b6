import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { coerce, WdlError } from "../../wdl/coerce.ts";
import { compute } from "../../wdl/evaluate.ts";
import { inDependencyOrder } from "../../wdl/scope-order.ts";
import { resolveType } from "../../wdl/type-rules.ts";
import type { Type } from "../../wdl/types.ts";
import { arrayValue, mapValue, NONE, objectValue, pairValue } from "../../wdl/values.ts";
import type { Value } from "../../wdl/values.ts";
import type { AttemptFolder } from "./attempt-folder.ts";
import { scope } from "./declarations.ts";
import { collectGlob } from "./globs.ts";
import { outputIo } from "./io.ts";
import type { Job } from "./job.ts";

/**
 * Evaluates the outputs of a task whose command has ended well.
 *
 * A relative File is inside the execution folder. A File that is not there is a failure, an optional one is `None`.
 */
export async function evaluateOutputs(
  job: Job,
  folder: AttemptFolder,
  lookup: (name: string) => Value | undefined,
): Promise<ReadonlyMap<string, Value>> {
  const { environment } = job;
  const locale = environment["LC_ALL"] ?? environment["LC_COLLATE"] ?? environment["LANG"];
  const io = outputIo(folder, (pattern) => collectGlob(folder, pattern, locale));
  const outputs = new Map<string, Value>();
  const env = scope(job, io, (name) => outputs.get(name) ?? lookup(name));
  for (const { name, type: node, value } of inDependencyOrder(job.task.outputs)) {
    try {
      if (!value) throw new WdlError("it has no expression");
      const type = resolveType(node, job.unit.structs);
      outputs.set(name.text, settleFiles(coerce(await compute(value, env), type), type, folder.execution));
    } catch (error) {
      throw error instanceof WdlError ? error.within(`Bad output '${job.callName}.${name.text}'`) : error;
    }
  }
  return new Map(job.task.outputs.map(({ name }) => [name.text, outputs.get(name.text) ?? NONE]));
}

/** The value with absolute paths; throws for a required file that is missing, and has `None` for an optional one. */
function settleFiles(value: Value, type: Type, execution: string): Value {
  const settle = (item: Value, itemType: Type) => settleFiles(item, itemType, execution);
  switch (value.kind) {
    case "file":
    case "directory": {
      const path = isAbsolute(value.path) ? value.path : join(execution, value.path);
      if (existsSync(path)) return { kind: value.kind, path };
      if (type.kind === "optional") return NONE;
      throw new WdlError(`Could not process output, file not found: ${path}`);
    }
    case "array": {
      const item = memberType(type, "array")?.item ?? ANY_TYPE;
      return holdsFiles(item) ? arrayValue(value.items.map((one) => settle(one, item))) : value;
    }
    case "map": {
      const { key, value: item } = memberType(type, "map") ?? { key: ANY_TYPE, value: ANY_TYPE };
      if (!holdsFiles(key) && !holdsFiles(item)) return value;
      return mapValue(value.entries.map(([k, v]) => [settle(k, key), settle(v, item)] as const));
    }
    case "pair": {
      const { left, right } = memberType(type, "pair") ?? { left: ANY_TYPE, right: ANY_TYPE };
      return pairValue(settle(value.left, left), settle(value.right, right));
    }
    case "object": {
      const members = memberType(type, "struct")?.members;
      return objectValue(
        new Map([...value.members].map(([name, item]) => [name, settle(item, members?.get(name) ?? ANY_TYPE)])),
        value.struct,
      );
    }
    default:
      return value;
  }
}

const ANY_TYPE: Type = { kind: "any" };

function memberType<K extends Type["kind"]>(type: Type, kind: K): (Type & { kind: K }) | undefined {
  const required = type.kind === "optional" ? type.inner : type;
  return required.kind === kind ? (required as Type & { kind: K }) : undefined;
}

/** Whether values of the type can hold files; large arrays of numbers are not walked through. */
function holdsFiles(type: Type): boolean {
  return !["boolean", "int", "float", "string", "none"].includes(
    type.kind === "optional" ? type.inner.kind : type.kind,
  );
}
