import type { BodyNode, ConditionalNode, Declaration, ScatterNode, WorkflowNode } from "../ast.ts";
import { needs } from "../dependencies.ts";
import { ANY, isOptional, resolveType, typeText } from "../type-rules.ts";
import type { Type } from "../types.ts";
import { checkCall } from "./call.ts";
import { checkBodyNames, checkDuplicateDeclarations, checkOutputNames } from "./duplicates.ts";
import { checkAssignment, conditionHint, conditionMessage, typeOf } from "./expression.ts";
import { checkWorkflowOrder } from "./order.ts";
import { clash, type Place } from "./place.ts";
import { declare, declareBody, emptyScope } from "./scope.ts";
import { checkTypesOf } from "./type-node.ts";

/** How deep blocks may stand in each other: far beyond use. What a block declares is seen from all blocks around it. */
const MAX_BLOCKS = 20;

/** Checks the workflow of a document. `at` is the place of the document; its scope is not looked at. */
export function checkWorkflow(workflow: WorkflowNode, at: Place): void {
  const { unit, diagnostics } = at;
  const tooDeep = blockAt(workflow.body, MAX_BLOCKS);
  if (tooDeep) {
    const message = `Scatters and ifs stand in each other more than ${MAX_BLOCKS} deep.`;
    diagnostics.error("block-depth", tooDeep.span, message, "Put the inner ones into a workflow of their own.");
    return;
  }
  const outputs = workflow.outputs ?? [];
  const scope = emptyScope();
  declare(scope, workflow.inputs, unit);
  declareBody(scope, workflow.body, unit);
  declare(scope, outputs, unit);
  const place: Place = { ...at, scope };

  const own = [...workflow.inputs, ...declarationsOf(workflow.body)];
  checkTypesOf([...workflow.inputs, ...outputs], at.types);
  checkDuplicateDeclarations(own, unit, diagnostics);
  checkDuplicateDeclarations(outputs, unit, diagnostics);
  checkOutputNames(outputs, own, diagnostics);
  checkBodyNames(workflow.body, diagnostics);
  checkWorkflowOrder(scope, workflow.inputs, workflow.body, outputs, diagnostics);

  for (const input of workflow.inputs) checkInputDefault(place, input);
  checkBody(place, workflow.body);
  for (const output of outputs) checkValue(place, output);
}

/** A block that has `levels` blocks around it. */
function blockAt(body: readonly BodyNode[], levels: number): ScatterNode | ConditionalNode | undefined {
  for (const node of body) {
    if (node.kind !== "scatter" && node.kind !== "conditional") continue;
    if (levels === 0) return node;
    const inner = blockAt(node.body, levels - 1);
    if (inner) return inner;
  }
  return undefined;
}

function declarationsOf(body: readonly BodyNode[]): Declaration[] {
  return body.filter((node) => node.kind === "declaration");
}

/** Cromwell wraps a default that needs other values into select_first, and so takes an optional for it. */
function checkInputDefault(place: Place, { name, type, value }: Declaration): void {
  if (!value) return;
  const strict = needs(value).length === 0;
  checkAssignment(place, value, resolveType(type, place.unit.structs), { strict, what: `\`${name.text}\`` });
}

function checkValue(place: Place, { name, type, value }: Declaration): void {
  if (!value) return;
  checkAssignment(place, value, resolveType(type, place.unit.structs), { strict: true, what: `\`${name.text}\`` });
}

function checkBody(place: Place, body: readonly BodyNode[]): void {
  const declarations = declarationsOf(body);
  checkTypesOf(declarations, place.types);
  for (const node of body) {
    if (node.kind === "declaration") checkValue(place, node);
    else if (node.kind === "call") checkCall(node, place);
    else checkBlock(place, node);
  }
}

function checkBlock(place: Place, block: ScatterNode | ConditionalNode): void {
  const scope = place.scope.blocks.get(block) ?? emptyScope(place.scope);
  if (block.kind === "scatter") {
    const item = scatteredType(place, block);
    if (!scope.values.has(block.variable.text)) scope.values.set(block.variable.text, item);
  } else {
    checkCondition(place, block);
  }
  checkDuplicateDeclarations(declarationsOf(block.body), place.unit, place.diagnostics);
  checkBody({ ...place, scope }, block.body);
}

function scatteredType(place: Place, { collection }: ScatterNode): Type {
  const type = typeOf(place, collection);
  if (type.kind === "array") return type.item;
  if (type.kind === "any") return ANY;
  const message = `A scatter needs an Array, but this is ${typeText(type)}.`;
  clash(place, "scatter-type", collection.span, message, scatterHint(type));
  return ANY;
}

function scatterHint(type: Type): string | undefined {
  if (isOptional(type)) return "Use select_first([…, []]).";
  if (type.kind === "map") return "Use as_pairs(…), or declare an Array[Pair[…]] for it.";
  return type.kind === "int" ? "Use range(…)." : undefined;
}

function checkCondition(place: Place, { condition }: ConditionalNode): void {
  const type = typeOf(place, condition);
  if (type.kind === "boolean" || type.kind === "any") return;
  clash(place, "condition-type", condition.span, conditionMessage(type), conditionHint(type));
}
