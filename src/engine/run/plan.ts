import type { BodyNode, CallNode, TypeNode } from "../../wdl/ast.ts";
import type { Callee, Unit } from "../../wdl/program.ts";
import { resolveCallee } from "../../wdl/program.ts";
import { resolveType } from "../../wdl/type-rules.ts";
import type { Type } from "../../wdl/types.ts";

/** A body with the names that it defines, made once for all shards that run it. */
export interface BodyPlan {
  readonly nodes: readonly BodyNode[];
  /**
   * By name, the nodes that define it, seen from this body: a scatter defines what its own body does.
   *
   * More than one where sibling conditionals declare the same name, which Cromwell lets pass.
   */
  readonly homes: ReadonlyMap<string, readonly number[]>;
}

const plans = new WeakMap<readonly BodyNode[], BodyPlan>();

/** The plan of a body. */
export function planBody(nodes: readonly BodyNode[]): BodyPlan {
  let plan = plans.get(nodes);
  if (!plan) {
    const homes = new Map<string, number[]>();
    nodes.forEach((node, index) => {
      for (const name of new Set(definedNames(node))) homes.set(name, [...(homes.get(name) ?? []), index]);
    });
    plan = { nodes, homes };
    plans.set(nodes, plan);
  }
  return plan;
}

function definedNames(node: BodyNode): readonly string[] {
  switch (node.kind) {
    case "declaration":
    case "call":
      return [node.name.text];
    case "scatter":
    case "conditional":
      return node.body.flatMap(definedNames);
  }
}

/** All calls in a body, at any depth, in the order written. */
export function callsIn(nodes: readonly BodyNode[]): readonly CallNode[] {
  return nodes.flatMap((node) => {
    if (node.kind === "call") return [node];
    return node.kind === "declaration" ? [] : callsIn(node.body);
  });
}

/** Names of a call's outputs. A workflow without an output section gives all that its calls give. */
export function outputNames(callee: Callee): readonly string[] {
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
