import type { Expr, MetaValue } from "./ast.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { openInputs, type OpenInput, ownInputs } from "./inputs/expected.ts";
import type { Callee, Program, Unit } from "./program.ts";
import { optionalOf, resolveType, typeText } from "./type-rules.ts";
import type { Type } from "./types.ts";

/** A type in the JSON of `POST /api/womtool/v1/describe`. */
type ValueType =
  | { readonly typeName: string }
  | { readonly typeName: "Array"; readonly arrayType: ValueType; readonly nonEmpty: boolean }
  | { readonly typeName: "Map"; readonly mapType: { readonly keyType: ValueType; readonly valueType: ValueType } }
  | { readonly typeName: "Pair"; readonly pairType: { readonly leftType: ValueType; readonly rightType: ValueType } }
  | { readonly typeName: "Optional"; readonly optionalType: ValueType }
  | {
      readonly typeName: "Object";
      readonly objectFieldTypes: readonly { readonly fieldName: string; readonly fieldType: ValueType }[];
    };

/** One input of a description. Its name lacks the workflow's name in front: `x`, or `call.x`. */
interface InputDescription {
  readonly name: string;
  readonly valueType: ValueType;
  readonly typeDisplayName: string;
  readonly optional: boolean;
  /** The default's expression as written. */
  readonly default: string | null;
}

/** One output of a description. */
interface OutputDescription {
  readonly name: string;
  readonly valueType: ValueType;
  readonly typeDisplayName: string;
}

/** What Cromwell's `describe` answers; every key is always there. */
export interface Description {
  /** Whether document and inputs, where some are given, are in order. */
  readonly valid: boolean;
  readonly errors: readonly string[];
  /** Whether the document is in order. */
  readonly validWorkflow: boolean;
  readonly name: string;
  readonly inputs: readonly InputDescription[];
  readonly outputs: readonly OutputDescription[];
  readonly images: readonly string[];
  readonly submittedDescriptorType: { readonly descriptorType: "WDL"; readonly descriptorTypeVersion: string };
  readonly importedDescriptorTypes: readonly never[];
  readonly meta: Readonly<Record<string, MetaValue>>;
  readonly parameterMeta: Readonly<Record<string, MetaValue>>;
  readonly isRunnableWorkflow: boolean;
}

/**
 * Describes a program the way Cromwell does: its workflow, or else its only task.
 *
 * `inputFindings` is what `checkInputs` said, where inputs were sent along. A workflow without an output section has no
 * outputs here, although it returns those of its calls: so it is in Cromwell.
 */
export function describeProgram(program: Program, inputFindings: readonly Diagnostic[] = []): Description {
  const errors = program.diagnostics.filter(({ severity }) => severity === "error").map(errorText);
  const inputErrors = inputFindings.filter(({ severity }) => severity === "error").map(errorText);
  const blank: Description = {
    valid: false,
    errors,
    validWorkflow: false,
    name: "",
    inputs: [],
    outputs: [],
    images: [],
    submittedDescriptorType: { descriptorType: "WDL", descriptorTypeVersion: program.version },
    importedDescriptorTypes: [],
    meta: {},
    parameterMeta: {},
    isRunnableWorkflow: false,
  };
  if (errors.length > 0) return blank;
  const primary = primaryCallable(program.main);
  return {
    ...blank,
    ...(primary ? describeCallable(primary) : {}),
    valid: inputErrors.length === 0,
    errors: inputErrors,
    validWorkflow: true,
    images: imagesOf(program.main),
  };
}

function errorText({ message, file, line, column }: Diagnostic): string {
  return file === undefined ? message : `${file}:${line ?? 1}:${column ?? 1}: ${message}`;
}

function primaryCallable(unit: Unit): Callee | undefined {
  const { workflow, tasks } = unit.document;
  if (workflow) return { kind: "workflow", unit, workflow };
  const [task, ...others] = tasks;
  return task && others.length === 0 ? { kind: "task", unit, task } : undefined;
}

function describeCallable(callee: Callee): Partial<Description> {
  const node = callee.kind === "task" ? callee.task : callee.workflow;
  const inputs = callee.kind === "task" ? ownInputs(callee) : openInputs(callee.unit, callee.workflow);
  return {
    name: node.name.text,
    inputs: inputs.map(describeInput).sort(byName),
    outputs: (node.outputs ?? [])
      .map(({ name, type }) => describeOutput(name.text, resolveType(type, callee.unit.structs)))
      .sort(byName),
    meta: node.meta,
    parameterMeta: node.parameterMeta,
    isRunnableWorkflow: callee.kind === "workflow",
  };
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  if (left.name === right.name) return 0;
  return left.name < right.name ? -1 : 1;
}

/** A default that needs other values is no default for Cromwell: the input is an optional one instead. */
function describeInput(input: OpenInput): InputDescription {
  const type = input.dependent ? optionalOf(input.type) : input.type;
  const shown = input.dependent ? undefined : input.default;
  return {
    name: input.name,
    valueType: valueType(type),
    typeDisplayName: typeText(type),
    optional: !input.required,
    default: shown ? sourceOf(input.unit, shown) : null,
  };
}

function describeOutput(name: string, type: Type): OutputDescription {
  return { name, valueType: valueType(type), typeDisplayName: typeText(type) };
}

/** The Docker images of the document's own tasks, as expressions: an image may depend on an input. */
function imagesOf(unit: Unit): string[] {
  const entries = unit.document.tasks.flatMap(({ runtime }) => runtime.filter(({ name }) => name.text === "docker"));
  return entries.map(({ value }) => sourceOf(unit, value));
}

function sourceOf(unit: Unit, { span }: Expr): string {
  return unit.text.slice(span.offset, span.end);
}

/** How many members of structs one description of a type spells out: nested structs could ask for billions. */
const MAX_MEMBERS = 10_000;

/** A type as `describe` spells it out. */
function valueType(type: Type, budget = { members: MAX_MEMBERS }): ValueType {
  switch (type.kind) {
    case "array":
      return { typeName: "Array", arrayType: valueType(type.item, budget), nonEmpty: type.nonEmpty };
    case "map":
      return {
        typeName: "Map",
        mapType: { keyType: valueType(type.key, budget), valueType: valueType(type.value, budget) },
      };
    case "pair":
      return {
        typeName: "Pair",
        pairType: { leftType: valueType(type.left, budget), rightType: valueType(type.right, budget) },
      };
    case "optional":
      return { typeName: "Optional", optionalType: valueType(type.inner, budget) };
    case "struct": {
      const members = budget.members > 0 ? [...type.members] : [];
      budget.members -= members.length;
      return {
        typeName: "Object",
        objectFieldTypes: members.map(([fieldName, member]) => ({ fieldName, fieldType: valueType(member, budget) })),
      };
    }
    default:
      return { typeName: typeText(type) };
  }
}
