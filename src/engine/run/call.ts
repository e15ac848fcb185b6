import type { CallNode } from "../../wdl/ast.ts";
import { toJson } from "../../wdl/json.ts";
import { resolveCallee } from "../../wdl/program.ts";
import type { Value } from "../../wdl/values.ts";
import { failure } from "../tasks/job.ts";
import { runTask } from "./attempts.ts";
import { below, callInputs } from "./call-inputs.ts";
import { fail } from "./frame.ts";
import type { Scope } from "./scope.ts";
import { inSubWorkflow } from "./subworkflow.ts";
import { runWorkflowBody } from "./workflow.ts";

/** Runs a call to its end and returns its outputs. What goes wrong is recorded and thrown as `Blocked`. */
export async function runCall(scope: Scope, call: CallNode): Promise<ReadonlyMap<string, Value>> {
  const { site } = scope;
  const { frame } = site;
  for (const { text } of call.after) await scope.call(text);
  const callee = resolveCallee(frame.unit, call);
  if (!callee)
    throw fail(frame, failure(`Cannot resolve call target '${call.target.map(({ text }) => text).join(".")}'`));
  const name = call.name.text;
  const fqn = `${frame.workflowName}.${name}`;
  const overrides = below(frame.overrides, name);
  const inputs = await callInputs(scope, call, callee, overrides, fqn);
  if (callee.kind === "task") return await runTask(site, { fqn, name, callee, inputs, overrides });
  const workflow = callee.workflow.name.text;
  const shown = Object.fromEntries([...inputs].map(([input, value]) => [`${workflow}.${input}`, toJson(value)]));
  return await inSubWorkflow(
    site,
    { fqn, name, workflow, unit: callee.unit, workflowName: workflow, overrides, inputs: shown },
    (inner) => runWorkflowBody(inner, callee.workflow, inputs, scope.startNode),
  );
}
