import type { WdlVersion } from "../ast.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { Unit } from "../program.ts";
import type { Place } from "./place.ts";
import { emptyScope } from "./scope.ts";
import { checkTask } from "./task.ts";
import { checkTypesOf, typeContext } from "./type-node.ts";
import { checkWorkflow } from "./workflow.ts";

/**
 * Checks names, types, calls and order in one document, whose imports have been checked before.
 *
 * What is found goes to `diagnostics`: errors for what Cromwell refuses, warnings for the rest.
 */
export function checkUnit(unit: Unit, version: WdlVersion, diagnostics: Diagnostics, isMain: boolean): void {
  const { structs, tasks, workflow } = unit.document;
  const types = typeContext(unit, version, diagnostics);
  const scope = emptyScope();
  const place: Place = { unit, version, diagnostics, scope, types, inTaskOutputs: false, lenient: false };
  for (const { members } of structs) checkTypesOf(members, types);
  reportSameNames(unit, diagnostics);
  for (const task of tasks) checkTask(task, place);
  if (workflow) checkWorkflow(workflow, place);
  else if (isMain) warnOfNoWorkflow(unit, diagnostics);
}

function warnOfNoWorkflow({ file }: Unit, diagnostics: Diagnostics): void {
  const start = { line: 1, column: 1, offset: 0, end: 0 };
  diagnostics.warning("no-workflow", start, `${file} has no workflow: it can be imported, but not run.`);
}

/** Two tasks of one name are refused; a task and the workflow may share one, as in WARP's PeakCalling. */
function reportSameNames({ document }: Unit, diagnostics: Diagnostics): void {
  const lines = new Map<string, number>();
  for (const { name } of document.tasks) {
    const line = lines.get(name.text);
    if (line === undefined) lines.set(name.text, name.span.line);
    else diagnostics.error("duplicate-task", name.span, `A task is named \`${name.text}\` already, in line ${line}.`);
  }
}
