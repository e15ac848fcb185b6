import type { BodyNode, CallNode, Expr, WorkflowNode } from "../ast.ts";
import { callableInputs } from "../callables.ts";
import { type Callee, type Program, resolveCallee, type Unit } from "../program.ts";
import type { Type } from "../types.ts";

/** An input that a program takes. */
export interface ExpectedInput {
  /** The key in the inputs file: `wf.x`, or `wf.call.x` for what a call leaves open. */
  readonly name: string;
  readonly type: Type;
  /** Whether it may be left out: it is declared `?` or has a default. */
  readonly optional: boolean;
  readonly default?: Expr;
  /** The document that declares it, in whose scope its default stands. */
  readonly unit: Unit;
}

/** An input of a workflow as its own document names it: `x`, or `call.x` for what a call leaves open. */
export interface OpenInput {
  readonly name: string;
  readonly type: Type;
  readonly required: boolean;
  /** Whether its default needs other values of the task or workflow that declares it. */
  readonly dependent: boolean;
  readonly default?: Expr;
  readonly unit: Unit;
}

/**
 * How many inputs are listed at most. With `allowNestedInputs` their number may double with each import, so that a few
 * small documents could ask for more than any memory holds.
 */
const MAX_INPUTS = 5_000;

/** All inputs of the program's workflow, own ones first, in the order declared; none where there is no workflow. */
export function expectedInputs(program: Program): readonly ExpectedInput[] {
  const { workflow } = program.main.document;
  if (!workflow) return [];
  return openInputs(program.main, workflow).map((input) => ({
    name: `${workflow.name.text}.${input.name}`,
    type: input.type,
    optional: !input.required,
    unit: input.unit,
    ...(input.default ? { default: input.default } : {}),
  }));
}

/**
 * What can be given to a workflow from outside: its own inputs, and those of its calls that the calls do not give.
 *
 * Inputs of the calls of a sub-workflow count only where the caller has `allowNestedInputs: true` in its meta section,
 * in 1.0 as in 1.1: so Cromwell does it.
 */
export function openInputs(unit: Unit, workflow: WorkflowNode): readonly OpenInput[] {
  const known = OPEN_INPUTS.get(unit);
  if (known) return known;
  const inputs = ownInputs({ kind: "workflow", unit, workflow });
  const nested = allowsNestedInputs(workflow);
  for (const call of callsIn(workflow.body)) {
    if (inputs.length >= MAX_INPUTS) break;
    addOpenInputs(inputs, call, unit, nested);
  }
  OPEN_INPUTS.set(unit, inputs);
  return inputs;
}

/** What was listed for a document before: a sub-workflow may be called in many places. Units never change. */
const OPEN_INPUTS = new WeakMap<Unit, readonly OpenInput[]>();

/**
 * Whether `path`, such as `wf.call`, names the call of a task: what `wf.call.runtime.cpu` may set an attribute of.
 *
 * A path through sub-workflows needs `allowNestedInputs` in each workflow on the way but the last.
 */
export function namesTaskCall(program: Program, path: string): boolean {
  const [first, ...calls] = path.split(".");
  let unit = program.main;
  let workflow = unit.document.workflow;
  if (workflow?.name.text !== first) return false;
  for (const [index, name] of calls.entries()) {
    const call = workflow && callsByName(workflow).get(name);
    const callee = call && resolveCallee(unit, call);
    if (!workflow || !callee) return false;
    const isLast = index === calls.length - 1;
    if (callee.kind === "task") return isLast;
    if (isLast || !allowsNestedInputs(workflow)) return false;
    ({ unit, workflow } = callee);
  }
  return false;
}

/** What was found before: an inputs file may have thousands of such keys. Nodes never change. */
const CALLS = new WeakMap<WorkflowNode, ReadonlyMap<string, CallNode>>();

/** The first call of each name. */
function callsByName(workflow: WorkflowNode): ReadonlyMap<string, CallNode> {
  const known =
    CALLS.get(workflow) ?? new Map([...callsIn(workflow.body)].toReversed().map((call) => [call.name.text, call]));
  CALLS.set(workflow, known);
  return known;
}

/** The inputs that a task or workflow declares itself. */
export function ownInputs(callee: Callee): OpenInput[] {
  return callableInputs(callee).map(({ name, type, required, dependent, declaration }) => ({
    name,
    type,
    required,
    dependent,
    unit: callee.unit,
    ...(declaration.value ? { default: declaration.value } : {}),
  }));
}

function addOpenInputs(inputs: OpenInput[], call: CallNode, unit: Unit, nested: boolean): void {
  const callee = resolveCallee(unit, call);
  if (!callee) return;
  const given = new Set(call.inputs.map(({ name }) => name.text));
  const hasInner = nested && callee.kind === "workflow";
  const offered = hasInner ? openInputs(callee.unit, callee.workflow) : ownInputs(callee);
  for (const input of offered) {
    if (inputs.length >= MAX_INPUTS) return;
    if (given.has(input.name)) continue;
    inputs.push({ ...input, name: `${call.name.text}.${input.name}` });
  }
}

function allowsNestedInputs(workflow: WorkflowNode): boolean {
  return workflow.meta["allowNestedInputs"] === true;
}

/** The calls of a body, also those inside of scatters and conditionals, in the order written. */
export function* callsIn(body: readonly BodyNode[]): Generator<CallNode> {
  for (const node of body) {
    if (node.kind === "call") yield node;
    else if (node.kind !== "declaration") yield* callsIn(node.body);
  }
}
