import type { BodyNode, Declaration, WorkflowNode } from "../../wdl/ast.ts";
import { coerce } from "../../wdl/coerce.ts";
import { needs } from "../../wdl/dependencies.ts";
import type { Value } from "../../wdl/values.ts";
import { leaveOut } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { callsIn, planBody, typeIn } from "./plan.ts";
import { Scope } from "./scope.ts";
import type { StartNode } from "./scope.ts";

/**
 * Runs a workflow's body to its end and returns its outputs by their names in the workflow.
 *
 * Resolves or rejects only when nothing of it runs any more; failures are in the frame.
 */
export async function runWorkflowBody(
  frame: Frame,
  workflow: WorkflowNode,
  inputs: ReadonlyMap<string, Value>,
  startNode: StartNode,
): Promise<ReadonlyMap<string, Value>> {
  const plan = planBody(allNodes(workflow));
  const scope = new Scope({ site: { frame, shard: -1 }, plan, startNode }, inputs);
  await scope.finish();
  if (frame.failures.length > 0 || frame.incomplete) throw leaveOut(frame);
  if (workflow.outputs) return await writtenOutputs(scope, workflow.outputs);
  const outputs = new Map<string, Value>();
  for (const { name } of callsIn(workflow.body)) {
    const value = await scope.call(name.text);
    if (value.kind !== "object") continue;
    for (const [output, member] of value.members) outputs.set(`${name.text}.${output}`, member);
  }
  return outputs;
}

const bodies = new WeakMap<WorkflowNode, readonly BodyNode[]>();

/** Inputs and body as one list, which is the same object each time, so that it is planned once. */
function allNodes(workflow: WorkflowNode): readonly BodyNode[] {
  let nodes = bodies.get(workflow);
  if (!nodes) {
    nodes = [...workflow.inputs, ...workflow.body];
    bodies.set(workflow, nodes);
  }
  return nodes;
}

/**
 * Evaluates an output section. Outputs may use one another in any order; one that shares its name with an input or a
 * declaration of the body means that one in its own expression.
 */
async function writtenOutputs(scope: Scope, outputs: readonly Declaration[]): Promise<ReadonlyMap<string, Value>> {
  const meansItself = ({ name: { text }, value }: Declaration): boolean =>
    value === undefined || needs(value).some(({ name, member }) => name === text && !scope.meansCall(name, member));
  const section = scope.inner(planBody(outputs.filter((output) => !meansItself(output))));
  const values = new Map<string, Value>();
  for (const output of outputs) {
    const name = output.name.text;
    const type = typeIn(scope.site.frame.unit, output.type);
    const value =
      output.value && meansItself(output)
        ? scope.evaluate(output.value, name, (value) => coerce(value, type))
        : section.lookup(name);
    values.set(name, await value);
  }
  return values;
}
