import type { BodyNode, CallNode, TypeNode } from "../../wdl/ast.ts";
import type { Callee, Unit } from "../../wdl/program.ts";
import { resolveCallee } from "../../wdl/program.ts";
import { resolveType } from "../../wdl/type-rules.ts";
import type { Type } from "../../wdl/types.ts";

/** Values and calls have names of their own, as in Cromwell: `call bam` and `File bam = bam.bam` may stand side by side. */
export type NameKind = "value" | "call";

/** A body with the names that it defines, made once for all shards that run it. */
export interface BodyPlan {
  readonly nodes: readonly BodyNode[];
  /**
   * By kind and name, the nodes that define it, seen from this body: a scatter defines what its own body does.
   *
   * More than one where sibling conditionals declare the same name, which Cromwell lets pass.
   */
  readonly homes: Readonly<Record<NameKind, ReadonlyMap<string, readonly number[]>>>;
}

const plans = new WeakMap<readonly BodyNode[], BodyPlan>();

/** The plan of a body. */
export function planBody(nodes: readonly BodyNode[]): BodyPlan {
  let plan = plans.get(nodes);
  if (!plan) {
    plan = { nodes, homes: { value: homesOf(nodes, declaredNames), call: homesOf(nodes, calledNames) } };
    plans.set(nodes, plan);
  }
  return plan;
}

function homesOf(
  nodes: readonly BodyNode[],
  namesIn: (node: BodyNode) => readonly string[],
): ReadonlyMap<string, readonly number[]> {
  const homes = new Map<string, number[]>();
  nodes.forEach((node, index) => {
    for (const name of new Set(namesIn(node))) homes.set(name, [...(homes.get(name) ?? []), index]);
  });
  return homes;
}

function declaredNames(node: BodyNode): readonly string[] {
  if (node.kind === "declaration") return [node.name.text];
  return node.kind === "call" ? [] : node.body.flatMap(declaredNames);
}

function calledNames(node: BodyNode): readonly string[] {
  return callsIn([node]).map(({ name }) => name.text);
}

/** All calls in a body, at any depth, in the order written. */
export function callsIn(nodes: readonly BodyNode[]): readonly CallNode[] {
  return nodes.flatMap((node) => {
    if (node.kind === "call") return [node];
    return node.kind === "declaration" ? [] : callsIn(node.body);
  });
}

/** Names of the outputs of the call `name`, which stands somewhere in a body of `unit`. */
export function callOutputs(unit: Unit, nodes: readonly BodyNode[], name: string): readonly string[] {
  const call = callsIn(nodes).find((call) => call.name.text === name);
  const callee = call && resolveCallee(unit, call);
  return callee ? outputNames(callee) : [];
}

/** Names of what a task or workflow puts out. A workflow without an output section gives all that its calls give. */
function outputNames(callee: Callee): readonly string[] {
  if (callee.kind === "task") return callee.task.outputs.map(({ name }) => name.text);
  const { outputs, body } = callee.workflow;
  if (outputs) return outputs.map(({ name }) => name.text);
  return callsIn(body).flatMap((call) => {
    const inner = resolveCallee(callee.unit, call);
    return inner ? outputNames(inner).map((output) => `${call.name.text}.${output}`) : [];
  });
}

const types = new WeakMap<Unit, WeakMap<TypeNode, Type>>();

/**
 * The type that a declaration in `unit` names.
 *
 * Remembered per unit: equal texts share one tree, but the same name may stand for another struct in another program.
 */
export function typeIn(unit: Unit, node: TypeNode): Type {
  let known = types.get(unit);
  if (!known) {
    known = new WeakMap();
    types.set(unit, known);
  }
  let type = known.get(node);
  if (!type) {
    type = resolveType(node, unit.structs);
    known.set(node, type);
  }
  return type;
}
