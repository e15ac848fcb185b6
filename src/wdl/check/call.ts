import type { CallNode, WorkflowNode } from "../ast.ts";
import { type CallableInput, callableInputsByName } from "../callables.ts";
import { callsIn, openInputs } from "../inputs/expected.ts";
import { type Callee, resolveCallee, type Unit } from "../program.ts";
import { checkAssignment, typeOf } from "./expression.ts";
import type { Place } from "./place.ts";
import { findCall, type Scope, visibleNames } from "./scope.ts";
import { didYouMean } from "./suggest.ts";

/** Checks one call: what it calls, what it waits for, and what it gives. */
export function checkCall(call: CallNode, place: Place): void {
  checkAfter(call, place);
  const callee = resolveCallee(place.unit, call);
  if (!callee) {
    reportUnknownCallee(call, place);
    for (const { value } of call.inputs) typeOf(place, value);
    return;
  }
  if (callee.kind === "workflow") checkSubWorkflow(call, callee.workflow, callee.unit, place);
  checkCallInputs(call, callee, place);
}

function reportUnknownCallee(call: CallNode, { unit, diagnostics }: Place): void {
  const [first, second] = call.target;
  if (!first) return;
  if (!second) {
    const { tasks, workflow } = unit.document;
    const message =
      workflow?.name.text === first.text
        ? `Workflow \`${first.text}\` cannot call itself.`
        : `No task is named \`${first.text}\`.`;
    diagnostics.error(
      "unknown-task",
      first.span,
      message,
      didYouMean(
        diagnostics,
        first.text,
        tasks.values().map(({ name }) => name.text),
      ),
    );
    return;
  }
  const home = unit.imports.get(first.text);
  if (home) {
    const hint = didYouMean(diagnostics, second.text, calleeNames(home));
    diagnostics.error("unknown-task", second.span, `${home.file} has no task or workflow \`${second.text}\`.`, hint);
  } else if (!unit.document.imports.some(({ namespace }) => namespace.text === first.text)) {
    const hint = didYouMean(diagnostics, first.text, unit.imports.keys());
    diagnostics.error("unknown-task", first.span, `No import is named \`${first.text}\`.`, hint);
  }
}

function* calleeNames({ document }: Unit): Generator<string> {
  if (document.workflow) yield document.workflow.name.text;
  for (const { name } of document.tasks) yield name.text;
}

function checkAfter(call: CallNode, { scope, diagnostics }: Place): void {
  for (const { text, span } of call.after) {
    if (findCall(scope, text)) continue;
    diagnostics.error(
      "unknown-call",
      span,
      `No call is named \`${text}\`.`,
      didYouMean(diagnostics, text, callNames(scope)),
    );
  }
}

function* callNames(scope: Scope): Generator<string> {
  for (const name of visibleNames(scope)) if (findCall(scope, name)) yield name;
}

/** The names that a caller may give to a workflow with `allowNestedInputs` have dots; Cromwell checks them itself. */
function checkCallInputs(call: CallNode, callee: Callee, place: Place): void {
  const inputs = callableInputsByName(callee);
  const seen = new Set<string>();
  for (const { name, value } of call.inputs) {
    const input = inputs.get(name.text);
    if (seen.has(name.text)) {
      const message = `Input \`${name.text}\` is given more than once; the last one counts.`;
      place.diagnostics.warning("repeated-call-input", name.span, message);
    }
    seen.add(name.text);
    if (input) {
      const what = `Input \`${name.text}\` of \`${call.name.text}\``;
      checkAssignment(place, value, input.accepts, { strict: true, what, span: name.span });
      continue;
    }
    typeOf(place, value);
    if (!name.text.includes(".")) reportUnknownInput(call, callee, name, inputs, place);
  }
}

function reportUnknownInput(
  call: CallNode,
  callee: Callee,
  name: CallNode["inputs"][number]["name"],
  inputs: ReadonlyMap<string, CallableInput>,
  { diagnostics }: Place,
): void {
  const isPrivate = callee.kind === "task" && callee.task.declarations.some((own) => own.name.text === name.text);
  const target = call.target.map(({ text }) => text).join(".");
  const message = isPrivate
    ? `\`${name.text}\` is a private declaration of ${callee.kind} \`${target}\`, and no input of it.`
    : `${callee.kind === "task" ? "Task" : "Workflow"} \`${target}\` has no input \`${name.text}\`.`;
  const hint = isPrivate
    ? "Move its declaration into the input section."
    : didYouMean(diagnostics, name.text, inputs.keys());
  diagnostics.error("unknown-call-input", name.span, message, hint);
}

/** What Cromwell asks of a workflow that another one calls. */
function checkSubWorkflow(call: CallNode, workflow: WorkflowNode, unit: Unit, { diagnostics }: Place): void {
  const target = call.target.at(-1) ?? call.name;
  const { open, lacksOutputs } = subWorkflow(unit, workflow);
  if (open.length > 0) {
    const names = open.slice(0, 5);
    const more = open.length > names.length ? ` and ${open.length - names.length} more` : "";
    diagnostics.error(
      "open-input",
      target.span,
      `Workflow \`${workflow.name.text}\` leaves inputs of its calls open: ${names.join(", ")}${more}.`,
      `Declare them as inputs of ${workflow.name.text} and pass them on.`,
    );
  }
  if (lacksOutputs) {
    diagnostics.error(
      "no-outputs",
      target.span,
      `Workflow \`${workflow.name.text}\` has no output section, so it cannot be called.`,
      `Add one to ${workflow.name.text}; it may be empty.`,
    );
  }
}

interface SubWorkflow {
  /** Inputs of its calls that must be given, and are not. */
  readonly open: readonly string[];
  /** Whether its calls have outputs that it does not hand on. */
  readonly lacksOutputs: boolean;
}

/** What was found before: a sub-workflow may be called in many places. Units never change. */
const SUB_WORKFLOWS = new WeakMap<Unit, SubWorkflow>();

function subWorkflow(unit: Unit, workflow: WorkflowNode): SubWorkflow {
  const known = SUB_WORKFLOWS.get(unit);
  if (known) return known;
  const open = openInputs(unit, workflow).filter((input) => input.required && input.name.includes("."));
  const lacksOutputs =
    workflow.outputs === undefined && callsIn(workflow.body).some((inner) => hasOutputs(unit, inner));
  const found = { open: open.map(({ name }) => name), lacksOutputs };
  SUB_WORKFLOWS.set(unit, found);
  return found;
}

function hasOutputs(unit: Unit, call: CallNode): boolean {
  const callee = resolveCallee(unit, call);
  if (!callee) return false;
  const { outputs } = callee.kind === "task" ? callee.task : callee.workflow;
  return outputs === undefined || outputs.length > 0;
}
