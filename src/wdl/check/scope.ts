import type { BodyNode, CallNode, ConditionalNode, Declaration, ScatterNode } from "../ast.ts";
import { callableOutputs } from "../callables.ts";
import { resolveCallee, type Unit } from "../program.ts";
import { arrayOf, optionalOf, resolveType } from "../type-rules.ts";
import type { Type } from "../types.ts";

/** The outputs of a call by name; `undefined` where the callee is not known or has none to refer to. */
export type CallOutputs = Pick<ReadonlyMap<string, Type>, "get" | "has" | "keys" | "size"> | undefined;

/**
 * The names of a task, a workflow or one block of a workflow.
 *
 * Values and calls have names of their own, as in Cromwell: `call bam` and `File bam = bam.bam` may stand side by side.
 */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly values: Map<string, Type>;
  readonly calls: Map<string, CallOutputs>;
  /** The scopes of the scatters and conditionals that stand directly in this one. */
  readonly blocks: Map<ScatterNode | ConditionalNode, Scope>;
}

/** A scope without names. */
export function emptyScope(parent?: Scope): Scope {
  return { parent, values: new Map(), calls: new Map(), blocks: new Map() };
}

/** Adds declarations; a name that is there already stays what it was. */
export function declare(scope: Scope, declarations: readonly Declaration[], unit: Unit): void {
  for (const { name, type } of declarations) {
    if (!scope.values.has(name.text)) scope.values.set(name.text, resolveType(type, unit.structs));
  }
}

/**
 * Adds what a body declares and calls, and what its blocks do, the way it looks from outside of them: an Array for a
 * scatter, an optional for a conditional.
 */
export function declareBody(scope: Scope, body: readonly BodyNode[], unit: Unit): void {
  const blocks: (ScatterNode | ConditionalNode)[] = [];
  for (const node of body) {
    if (node.kind === "declaration") declare(scope, [node], unit);
    else if (node.kind === "call") declareCall(scope, node, unit);
    else blocks.push(node);
  }
  for (const block of blocks) {
    const inner = emptyScope(scope);
    declareBody(inner, block.body, unit);
    scope.blocks.set(block, inner);
    const seen = block.kind === "scatter" ? arrayOf : optionalOf;
    for (const [name, type] of inner.values) if (!scope.values.has(name)) scope.values.set(name, seen(type));
    for (const [name, outputs] of inner.calls) {
      if (!scope.calls.has(name)) scope.calls.set(name, outputs && seenOutputs(outputs, seen));
    }
  }
}

/** Outputs as they look from outside of a block. Nothing is copied: many calls may have the many outputs of one task. */
function seenOutputs(outputs: NonNullable<CallOutputs>, seen: (type: Type) => Type): NonNullable<CallOutputs> {
  return {
    size: outputs.size,
    has: (name) => outputs.has(name),
    keys: () => outputs.keys(),
    get: (name) => {
      const type = outputs.get(name);
      return type && seen(type);
    },
  };
}

function declareCall(scope: Scope, call: CallNode, unit: Unit): void {
  if (scope.calls.has(call.name.text)) return;
  const callee = resolveCallee(unit, call);
  const unknown = !callee || (callee.kind === "workflow" && callee.workflow.outputs === undefined);
  scope.calls.set(call.name.text, unknown ? undefined : callableOutputs(callee));
}

/** The type of a value that can be seen from `scope`. */
export function findValue(scope: Scope, name: string): Type | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const type = at.values.get(name);
    if (type) return type;
  }
  return undefined;
}

/** A call that can be seen from `scope`; its outputs are `undefined` where they are not known. */
export function findCall(scope: Scope, name: string): { readonly outputs: CallOutputs } | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    if (at.calls.has(name)) return { outputs: at.calls.get(name) };
  }
  return undefined;
}

/** All names of values and calls that can be seen from `scope`, for hints. */
export function* visibleNames(scope: Scope): Generator<string> {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    yield* at.values.keys();
    yield* at.calls.keys();
  }
}
