import type { CallNode, TaskNode, WdlDocument, WdlVersion, WorkflowNode } from "./ast.ts";
import type { Diagnostic } from "./diagnostics.ts";
import type { Type } from "./types.ts";

/** A document with its imports and structs resolved. Documents imported twice are one object. */
export interface Unit {
  /** Path inside the source, such as `tools/align.wdl`; an http import keeps its address. */
  readonly file: string;
  readonly text: string;
  readonly document: WdlDocument;
  /** By namespace. */
  readonly imports: ReadonlyMap<string, Unit>;
  /** Every struct visible here, own and imported (aliases applied), by the name it has here. */
  readonly structs: ReadonlyMap<string, Type & { kind: "struct" }>;
}

/** What a call calls, and the unit in whose scope it stands. */
export type Callee =
  | { readonly kind: "task"; readonly unit: Unit; readonly task: TaskNode }
  | { readonly kind: "workflow"; readonly unit: Unit; readonly workflow: WorkflowNode };

/** A main document with everything it needs, parsed, resolved and checked. Immutable; may be shared by many runs. */
export interface Program {
  readonly main: Unit;
  readonly version: WdlVersion;
  /** Errors and warnings of all units, in the order of files and lines. A program with an `error` must not be run. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What was found before: a document may have thousands of tasks and calls. Documents never change. */
const TASKS = new WeakMap<WdlDocument, ReadonlyMap<string, TaskNode>>();

/** The first task of that name. */
function taskNamed(document: WdlDocument, name: string): TaskNode | undefined {
  const known = TASKS.get(document) ?? new Map(document.tasks.toReversed().map((task) => [task.name.text, task]));
  TASKS.set(document, known);
  return known.get(name);
}

/**
 * Finds what `call` stands for in `unit`, or `undefined` where nothing has that name.
 *
 * Where an imported document has a workflow and a task of one name, the name means the workflow, as in Cromwell. A
 * document's own workflow cannot be called.
 */
export function resolveCallee(unit: Unit, call: CallNode): Callee | undefined {
  const [first, second] = call.target;
  if (!first) return undefined;
  const home = second === undefined ? unit : unit.imports.get(first.text);
  if (!home) return undefined;
  const name = (second ?? first).text;
  const { workflow } = home.document;
  if (second !== undefined && workflow?.name.text === name) return { kind: "workflow", unit: home, workflow };
  const task = taskNamed(home.document, name);
  return task && { kind: "task", unit: home, task };
}
