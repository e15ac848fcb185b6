import type { Declaration, TaskNode, WorkflowNode } from "./ast.ts";
import { needs } from "./dependencies.ts";
import type { Callee, Unit } from "./program.ts";
import { isOptional, optionalOf, resolveType } from "./type-rules.ts";
import type { Type } from "./types.ts";

/** An input of a task or workflow, as its callers see it. */
export interface CallableInput {
  readonly name: string;
  /** As declared. */
  readonly type: Type;
  /** What a caller may give: with a default also nothing, since the default then stands in. */
  readonly accepts: Type;
  /** Whether a caller must give it. */
  readonly required: boolean;
  /** Whether the default needs other values, and so cannot be known from the document alone. */
  readonly dependent: boolean;
  readonly declaration: Declaration;
}

/** The inputs that a task or workflow declares, in the order written. */
export function callableInputs(callee: Callee): readonly CallableInput[] {
  return callableOf(callee).inputs;
}

/** The inputs that a task or workflow declares, by name; of two with one name the last. */
export function callableInputsByName(callee: Callee): ReadonlyMap<string, CallableInput> {
  return callableOf(callee).inputsByName;
}

interface Callable {
  readonly inputs: readonly CallableInput[];
  readonly inputsByName: ReadonlyMap<string, CallableInput>;
  readonly outputs: ReadonlyMap<string, Type>;
}

/** What was found before: one task may be called in thousands of places. Units never change, but may share their nodes. */
const CALLABLES = new WeakMap<Unit, Map<TaskNode | WorkflowNode, Callable>>();

function callableOf(callee: Callee): Callable {
  const ofUnit = CALLABLES.get(callee.unit) ?? new Map<TaskNode | WorkflowNode, Callable>();
  CALLABLES.set(callee.unit, ofUnit);
  const node = callee.kind === "task" ? callee.task : callee.workflow;
  const known = ofUnit.get(node);
  if (known) return known;
  const inputs = node.inputs.map((declaration) => callableInput(declaration, callee.unit));
  const inputsByName = new Map(inputs.map((input) => [input.name, input]));
  const callable = { inputs, inputsByName, outputs: outputsOf(node, callee.unit) };
  ofUnit.set(node, callable);
  return callable;
}

function callableInput(declaration: Declaration, unit: Unit): CallableInput {
  const type = resolveType(declaration.type, unit.structs);
  const hasDefault = declaration.value !== undefined;
  return {
    name: declaration.name.text,
    type,
    accepts: hasDefault ? optionalOf(type) : type,
    required: !hasDefault && !isOptional(type),
    dependent: declaration.value !== undefined && needs(declaration.value).length > 0,
    declaration,
  };
}

/** The types of a task's or workflow's declared outputs, by name. */
export function callableOutputs(callee: Callee): ReadonlyMap<string, Type> {
  return callableOf(callee).outputs;
}

function outputsOf(node: TaskNode | WorkflowNode, unit: Unit): ReadonlyMap<string, Type> {
  const outputs = new Map<string, Type>();
  for (const output of node.outputs ?? []) {
    outputs.set(output.name.text, resolveType(output.type, unit.structs));
  }
  return outputs;
}
