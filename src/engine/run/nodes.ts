import type { BodyNode, ConditionalNode, Declaration } from "../../wdl/ast.ts";
import { coerce } from "../../wdl/coerce.ts";
import { chain } from "../../wdl/eventual.ts";
import type { Eventual } from "../../wdl/eventual.ts";
import { NONE, objectValue } from "../../wdl/values.ts";
import type { Value } from "../../wdl/values.ts";
import { failure } from "../tasks/job.ts";
import { Blocked, evaluationFailure } from "./failures.ts";
import { fail } from "./frame.ts";
import { callOutputs, planBody, typeIn } from "./plan.ts";
import type { NodeRun, Scope } from "./scope.ts";
import { runCall } from "./call.ts";
import { startScatter } from "./scatter.ts";

const DONE = Promise.resolve();
const ignore = (): void => {};

/** Starts a node of a body, whatever its kind. Never throws: what goes wrong is recorded, and shows in the node's values. */
export function startNode(scope: Scope, node: BodyNode): NodeRun {
  switch (node.kind) {
    case "declaration":
      return ofValue(attempt(scope, node.name.text, () => declare(scope, node)));
    case "call":
      return ofValue(attempt(scope, node.name.text, async () => objectValue(await runCall(scope, node))));
    case "scatter":
      return startScatter(scope, node);
    case "conditional":
      return startConditional(scope, node);
  }
}

/** The value of a declaration: what was given, else its expression's, else `None` where it may be absent. */
function declare(scope: Scope, node: Declaration): Eventual<Value> {
  const type = typeIn(scope.site.frame.unit, node.type);
  const name = node.name.text;
  const given = scope.given(name);
  if (given) return coerce(given, type);
  if (node.value) return scope.evaluate(node.value, name, (value) => coerce(value, type));
  if (type.kind === "optional") return NONE;
  const { workflowName } = scope.site.frame;
  throw fail(scope.site.frame, failure(`Required workflow input '${workflowName}.${name}' not specified`));
}

function startConditional(scope: Scope, node: ConditionalNode): NodeRun {
  const inner = attempt(scope, "if", () =>
    chain(
      scope.evaluate(node.condition, "if", (value) => coerce(value, { kind: "boolean" })),
      (condition) => (condition.kind === "boolean" && condition.value ? scope.inner(planBody(node.body)) : undefined),
    ),
  );
  return {
    value: (kind, name) =>
      chain(inner, (inner) => {
        if (inner) return inner.own(kind, name);
        if (kind === "value") return NONE;
        return objectValue(
          new Map(callOutputs(scope.site.frame.unit, node.body, name).map((output) => [output, NONE])),
        );
      }),
    finished: (async () => {
      try {
        await (await inner)?.finish();
      } catch {
        // Recorded where it arose.
      }
    })(),
  };
}

function ofValue(value: Eventual<Value>): NodeRun {
  return { value: () => value, finished: value instanceof Promise ? value.then(ignore, ignore) : DONE };
}

/** Runs `work`; its failure is recorded and becomes a rejected promise that nobody has to await. */
function attempt<T>(scope: Scope, name: string, work: () => Eventual<T>): Eventual<T> {
  const blocked = (thrown: unknown): Blocked =>
    thrown instanceof Blocked ? thrown : fail(scope.site.frame, evaluationFailure(name, thrown));
  try {
    const result = work();
    if (!(result instanceof Promise)) return result;
    const guarded = result.catch((thrown: unknown) => {
      throw blocked(thrown);
    });
    guarded.catch(ignore);
    return guarded;
  } catch (thrown) {
    const rejected = Promise.reject<T>(blocked(thrown));
    rejected.catch(ignore);
    return rejected;
  }
}
