import type { Declaration } from "../../wdl/ast.ts";
import { coerce, WdlError } from "../../wdl/coerce.ts";
import { compute } from "../../wdl/evaluate.ts";
import type { Environment, Io } from "../../wdl/evaluate.ts";
import { inDependencyOrder } from "../../wdl/scope-order.ts";
import { resolveType } from "../../wdl/type-rules.ts";
import { NONE } from "../../wdl/values.ts";
import type { Value } from "../../wdl/values.ts";
import type { Job } from "./job.ts";

/** A scope of a task in which names have these values. */
export function scope(job: Job, io: Io, lookup: (name: string) => Value | undefined): Environment {
  return {
    version: job.version,
    structs: job.unit.structs,
    io,
    lookup(name) {
      const value = lookup(name);
      if (!value) throw new WdlError(`there is no value for ${name}`);
      return value;
    },
  };
}

/** What the declarations of a task stand for, with the original paths of files. */
export interface DeclaredValues {
  /** Given or from a default. */
  readonly inputs: ReadonlyMap<string, Value>;
  /** Inputs and private declarations. */
  readonly all: ReadonlyMap<string, Value>;
}

/**
 * Evaluates the inputs that were not given and the private declarations, each after those that it refers to.
 *
 * Files keep their original paths here, as in Cromwell: what a declaration makes of a path with `sub` or `+` is a path
 * beside the original.
 */
export async function evaluateDeclarations(job: Job, io: Io): Promise<DeclaredValues> {
  const { task } = job;
  const all = new Map<string, Value>();
  const env = scope(job, io, (name) => all.get(name));
  const given = new Set<Declaration>(task.inputs.filter((input) => isGiven(job, input)));
  // What is given needs nothing, so it comes first and its default plays no part in the order.
  for (const input of given)
    all.set(
      input.name.text,
      within(input, () => coerceGiven(job, input)),
    );
  const rest = [...task.inputs, ...task.declarations].filter((declaration) => !given.has(declaration));
  for (const declaration of inDependencyOrder(rest)) {
    all.set(declaration.name.text, await within(declaration, () => evaluateDefault(job, declaration, env)));
  }
  const inputs = new Map(task.inputs.map(({ name }) => [name.text, all.get(name.text) ?? NONE]));
  return { inputs, all };
}

/** `None` for a required input that has a default means that nobody gave it. */
function isGiven(job: Job, input: Declaration): boolean {
  const value = job.inputs.get(input.name.text);
  return value !== undefined && !(value.kind === "none" && input.value !== undefined && !input.type.optional);
}

function coerceGiven(job: Job, input: Declaration): Value {
  return coerce(job.inputs.get(input.name.text) ?? NONE, resolveType(input.type, job.unit.structs));
}

async function evaluateDefault(job: Job, declaration: Declaration, env: Environment): Promise<Value> {
  const type = resolveType(declaration.type, job.unit.structs);
  if (declaration.value) return coerce(await compute(declaration.value, env), type);
  if (declaration.type.optional) return NONE;
  throw new WdlError("it is required, but nobody gave it");
}

/** Runs `work`, so that an error in it names the declaration. */
function within<T>({ name }: Declaration, work: () => T): T {
  const fail = (error: unknown): never => {
    throw error instanceof WdlError ? error.within(`Failed to evaluate '${name.text}'`) : error;
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(fail) as T) : result;
  } catch (error) {
    return fail(error);
  }
}
