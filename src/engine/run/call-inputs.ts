import type { CallNode, Declaration } from "../../wdl/ast.ts";
import { coerce } from "../../wdl/coerce.ts";
import { fromJson } from "../../wdl/json.ts";
import type { Callee, Unit } from "../../wdl/program.ts";
import type { Value } from "../../wdl/values.ts";
import { absoluteFiles } from "./paths.ts";
import { typeIn } from "./plan.ts";
import type { Scope } from "./scope.ts";

/** The entries below `name`, with names relative to it. */
export function below(overrides: ReadonlyMap<string, unknown>, name: string): ReadonlyMap<string, unknown> {
  if (overrides.size === 0) return overrides;
  const prefix = `${name}.`;
  return new Map(
    [...overrides].flatMap(([key, json]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), json] as const] : [],
    ),
  );
}

/** What a call gives to its task or workflow: its expressions, and the JSON inputs for what it leaves open. */
export async function callInputs(
  scope: Scope,
  call: CallNode,
  callee: Callee,
  overrides: ReadonlyMap<string, unknown>,
  fqn: string,
): Promise<ReadonlyMap<string, Value>> {
  const declarations = callee.kind === "task" ? callee.task.inputs : callee.workflow.inputs;
  const inputs = jsonInputs(scope.site.frame.run.deps.root, declarations, callee.unit, overrides, fqn);
  for (const { name, value } of call.inputs) {
    const declaration = declarations.find((declaration) => declaration.name.text === name.text);
    if (!declaration) continue;
    const type = typeIn(callee.unit, declaration.type);
    const usesDefault = declaration.value !== undefined && type.kind !== "optional";
    const given = await scope.evaluate(value, `${call.name.text}.${name.text}`, (value) =>
      value.kind === "none" && usesDefault ? value : coerce(value, type),
    );
    if (given.kind !== "none" || !usesDefault) inputs.set(name.text, given);
  }
  return inputs;
}

/** The values that inputs JSON gives to declarations; `null` leaves a default in force. */
export function jsonInputs(
  root: string,
  declarations: readonly Declaration[],
  unit: Unit,
  json: ReadonlyMap<string, unknown>,
  path: string,
): Map<string, Value> {
  const inputs = new Map<string, Value>();
  for (const declaration of declarations) {
    const name = declaration.name.text;
    const given = json.get(name);
    const type = typeIn(unit, declaration.type);
    if (given === undefined || (given === null && declaration.value && type.kind !== "optional")) continue;
    inputs.set(name, absoluteFiles(fromJson(given, type, `${path}.${name}`), root));
  }
  return inputs;
}
