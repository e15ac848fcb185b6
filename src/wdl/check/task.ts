import type { Declaration, Span, TaskNode } from "../ast.ts";
import { dedent } from "../dedent.ts";
import { needs } from "../dependencies.ts";
import { resolveType } from "../type-rules.ts";
import { checkDuplicateDeclarations, checkOutputNames } from "./duplicates.ts";
import { checkAssignment, typeOf } from "./expression.ts";
import { checkTaskOrder } from "./order.ts";
import type { Place } from "./place.ts";
import { declare, emptyScope } from "./scope.ts";
import { didYouMean } from "./suggest.ts";
import { checkCommand } from "./template.ts";
import { checkTypesOf } from "./type-node.ts";

/** Checks one task. `at` is the place of the document; its scope is not looked at. */
export function checkTask(task: TaskNode, at: Place): void {
  const { unit, diagnostics } = at;
  const values = [...task.inputs, ...task.declarations];
  const scope = emptyScope();
  declare(scope, values, unit);
  declare(scope, task.outputs, unit);
  const place: Place = { ...at, scope };

  checkTypesOf([...values, ...task.outputs], at.types);
  checkDuplicateDeclarations(values, unit, diagnostics);
  checkDuplicateDeclarations(task.outputs, unit, diagnostics);
  checkOutputNames(task.outputs, values, diagnostics);
  checkTaskOrder(scope, values, task.outputs, diagnostics);

  for (const declaration of values) checkValue(place, declaration);
  for (const output of task.outputs) checkValue({ ...place, inTaskOutputs: true }, output);
  for (const { value } of task.runtime) typeOf(place, value);
  checkCommand(place, task.command, typeOf);
  warnOfOutputsUsedEarly(task, place);
  checkIndentation(task, place);
  checkParameterMeta(task, place);
}

/** In a task Cromwell compares the type of a value with the declared one only when it runs the task. */
function checkValue(place: Place, { name, type, value }: Declaration): void {
  if (!value) return;
  checkAssignment(place, value, resolveType(type, place.unit.structs), { strict: false, what: `\`${name.text}\`` });
}

function warnOfOutputsUsedEarly(task: TaskNode, { diagnostics }: Place): void {
  const early = new Set([...task.inputs, ...task.declarations].map(({ name }) => name.text));
  const outputs = new Set(task.outputs.map(({ name }) => name.text).filter((name) => !early.has(name)));
  if (outputs.size === 0) return;
  const placeholders = task.command.parts.filter((part) => typeof part !== "string");
  const used = [...placeholders.map(({ expr }) => expr), ...task.runtime.map(({ value }) => value)];
  for (const need of used.flatMap(needs)) {
    if (!outputs.has(need.name)) continue;
    const message = `\`${need.name}\` is an output, which is not there before the command has run.`;
    diagnostics.warning("output-used-early", need.span, message);
  }
}

function checkIndentation(task: TaskNode, { diagnostics }: Place): void {
  // Nearly no command has tabs, and cutting one into lines takes time.
  if (!task.command.parts.some((part) => typeof part === "string" && part.includes("\t"))) return;
  const { mixedLine } = dedent(task.command);
  if (mixedLine === undefined) return;
  const message = "This line of the command is indented with tabs and others with spaces, or the other way round.";
  diagnostics.error("mixed-indentation", startOfLine(task.command.span, mixedLine), message, "Indent all lines alike.");
}

function startOfLine(span: Span, line: number): Span {
  return { ...span, line, column: 1 };
}

/** Cromwell refuses keys of a task's parameter_meta that are neither an input nor an output. */
function checkParameterMeta(task: TaskNode, { diagnostics }: Place): void {
  const known = new Set([...task.inputs, ...task.outputs].map(({ name }) => name.text));
  for (const key of Object.keys(task.parameterMeta)) {
    if (known.has(key)) continue;
    const message = `parameter_meta of task \`${task.name.text}\` names \`${key}\`, which is neither an input nor an output.`;
    diagnostics.error("unknown-parameter", task.name.span, message, didYouMean(diagnostics, key, known));
  }
}
