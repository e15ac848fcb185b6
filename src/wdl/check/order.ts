import type { BodyNode, CallNode, ConditionalNode, Declaration, ScatterNode, Span } from "../ast.ts";
import { needs, type Need } from "../dependencies.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { findCall, type Scope } from "./scope.ts";

/** A look-up or an `after`, as far as it decides what must come first. */
interface Want {
  readonly name: string;
  readonly member?: string;
  readonly after?: true;
}

/** One thing that is worked out as a whole: a declaration, a call, or a block with all that it holds. */
interface Step {
  readonly label: string;
  readonly span: Span;
  readonly values: readonly string[];
  readonly calls: readonly string[];
  readonly wants: readonly Want[];
}

/**
 * Reports circles among the declarations of a task.
 *
 * An output may have the name of an input: that name then means the input, also in the output's own value.
 */
export function checkTaskOrder(
  scope: Scope,
  declarations: readonly Declaration[],
  outputs: readonly Declaration[],
  diagnostics: Diagnostics,
): void {
  checkSteps(scope, [...declarations, ...outputs].map(declarationStep), diagnostics);
}

/**
 * Reports circles in a workflow, through names and through `after`.
 *
 * A block starts when everything is there that anything in it needs, so two blocks that need parts of each other make
 * a circle even where their parts do not.
 */
export function checkWorkflowOrder(
  scope: Scope,
  inputs: readonly Declaration[],
  body: readonly BodyNode[],
  outputs: readonly Declaration[],
  diagnostics: Diagnostics,
): void {
  const steps = [
    ...inputs.map(declarationStep),
    ...body.map((node) => bodyStep(scope, node, diagnostics)),
    ...outputs.map(declarationStep),
  ];
  checkSteps(scope, steps, diagnostics);
}

function declarationStep(declaration: Declaration): Step {
  return {
    label: `\`${declaration.name.text}\``,
    span: declaration.name.span,
    values: [declaration.name.text],
    calls: [],
    wants: declaration.value ? needs(declaration.value) : [],
  };
}

function bodyStep(scope: Scope, node: BodyNode, diagnostics: Diagnostics): Step {
  if (node.kind === "declaration") return declarationStep(node);
  if (node.kind === "call") return callStep(node);
  return blockStep(scope, node, diagnostics);
}

function callStep(call: CallNode): Step {
  return {
    label: `\`call ${call.name.text}\``,
    span: call.name.span,
    values: [],
    calls: [call.name.text],
    wants: [
      ...call.inputs.flatMap<Want>(({ value }) => needs(value)),
      ...call.after.map<Want>(({ text }) => ({ name: text, after: true })),
    ],
  };
}

function blockStep(scope: Scope, block: ScatterNode | ConditionalNode, diagnostics: Diagnostics): Step {
  const inner = scope.blocks.get(block);
  const steps = inner ? block.body.map((node) => bodyStep(inner, node, diagnostics)) : [];
  const open = inner ? checkSteps(inner, steps, diagnostics) : [];
  const own: readonly Need[] = needs(block.kind === "scatter" ? block.collection : block.condition);
  const variable = block.kind === "scatter" ? block.variable.text : undefined;
  return {
    label: block.kind === "scatter" ? `the scatter in line ${block.span.line}` : `the if in line ${block.span.line}`,
    span: block.span,
    values: steps.flatMap((step) => step.values),
    calls: steps.flatMap((step) => step.calls),
    wants: [...own, ...open.filter((want) => want.after || want.name !== variable)],
  };
}

/** Reports the circles among steps of one block, and gives back what they want from outside of it. */
function checkSteps(scope: Scope, steps: readonly Step[], diagnostics: Diagnostics): readonly Want[] {
  const byValue = new Map<string, number>();
  const byCall = new Map<string, number>();
  for (const [index, step] of steps.entries()) {
    for (const name of step.values) if (!byValue.has(name)) byValue.set(name, index);
    for (const name of step.calls) if (!byCall.has(name)) byCall.set(name, index);
  }
  const open = new Map<string, Want>();
  const edges = steps.map(({ wants }) => {
    const sources = new Set<number>();
    for (const want of wants) {
      const source = meansCall(scope, want, byValue) ? byCall.get(want.name) : byValue.get(want.name);
      if (source !== undefined) sources.add(source);
      else if (scope.parent) open.set(`${want.name}.${want.member ?? ""}.${want.after ?? ""}`, want);
    }
    return [...sources];
  });
  for (const circle of findCircles(edges))
    reportCircle(
      circle.map((index) => steps[index]),
      diagnostics,
    );
  return [...open.values()];
}

/** Whether a look-up means a call: where a call and a value have one name, the call wins if it has that output. */
function meansCall(scope: Scope, want: Want, byValue: ReadonlyMap<string, number>): boolean {
  if (want.after) return true;
  if (want.member === undefined) return false;
  const call = findCall(scope, want.name);
  return call !== undefined && (call.outputs?.has(want.member) === true || !byValue.has(want.name));
}

/** So many circles of one body are told, each with so many of its steps: the others are mostly parts of the same. */
const MAX_CIRCLES = 10;
const MAX_STEPS = 10;

/** Circles in a graph given as edges from each node; every node is walked once, and without recursion. */
function findCircles(edges: readonly (readonly number[])[]): number[][] {
  const state = new Uint8Array(edges.length);
  const circles: number[][] = [];
  for (let root = 0; root < edges.length && circles.length < MAX_CIRCLES; root++) {
    if (state[root] !== 0) continue;
    const path: { node: number; next: number }[] = [{ node: root, next: 0 }];
    state[root] = 1;
    for (let top = path.at(-1); top && circles.length < MAX_CIRCLES; top = path.at(-1)) {
      const target = edges[top.node]?.[top.next++];
      if (target === undefined) {
        state[top.node] = 2;
        path.pop();
      } else if (state[target] === 1) {
        circles.push(path.slice(path.findIndex(({ node }) => node === target)).map(({ node }) => node));
      } else if (state[target] === 0) {
        state[target] = 1;
        path.push({ node: target, next: 0 });
      }
    }
  }
  return circles;
}

function reportCircle(found: readonly (Step | undefined)[], diagnostics: Diagnostics): void {
  const steps = found.filter((step) => step !== undefined);
  const start = steps.reduce((first, step, index) => (offsetOf(step) < offsetOf(steps[first]) ? index : first), 0);
  const ordered = [...steps.slice(start), ...steps.slice(0, start)];
  const [first] = ordered;
  if (!first) return;
  const message =
    ordered.length === 1
      ? `${first.label} needs itself.`
      : `A circle: ${[...shownOf(ordered), first.label].join(" needs ")}.`;
  diagnostics.error("circular-reference", first.span, message);
}

function shownOf(steps: readonly Step[]): string[] {
  const labels = steps.slice(0, MAX_STEPS).map((step) => step.label);
  return steps.length > MAX_STEPS ? [...labels, `… (${steps.length - MAX_STEPS} more)`] : labels;
}

function offsetOf(step: Step | undefined): number {
  return step?.span.offset ?? Number.POSITIVE_INFINITY;
}
