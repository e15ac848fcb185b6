import type { BodyNode, Expr } from "../../wdl/ast.ts";
import { WdlError } from "../../wdl/coerce.ts";
import { compute } from "../../wdl/evaluate.ts";
import type { Environment } from "../../wdl/evaluate.ts";
import { chain } from "../../wdl/eventual.ts";
import type { Eventual } from "../../wdl/eventual.ts";
import type { Value } from "../../wdl/values.ts";
import { Blocked, evaluationFailure } from "./failures.ts";
import { fail } from "./frame.ts";
import type { Site } from "./frame.ts";
import type { BodyPlan } from "./plan.ts";

/** A node of a body that has been started. */
export interface NodeRun {
  /** The value of a name that the node defines. Rejects with `Blocked` if there will be none. */
  value(name: string): Eventual<Value>;
  /** Resolves, whatever happened, when nothing of the node runs any more. */
  readonly finished: Promise<void>;
}

/** Starts a node; called once for each node of a scope. */
export type StartNode = (scope: Scope, node: BodyNode) => NodeRun;

/**
 * The names of one running body: a workflow's, one shard's, or a conditional's.
 *
 * A shard has only its own values and looks for all others in its parents, so that ten thousand of them stay small.
 * Nodes start when somebody asks for what they define, at the latest in `finish`; so the order of writing does not count.
 */
export class Scope {
  readonly site: Site;
  private readonly parent: Scope | undefined;
  private readonly plan: BodyPlan;
  /** How the nodes of this scope, and of all inside of it, are started. */
  readonly startNode: StartNode;
  private readonly known: Map<string, Value>;
  private readonly runs: (NodeRun | undefined)[] = [];

  constructor(
    place: { readonly site: Site; readonly parent?: Scope; readonly plan: BodyPlan; readonly startNode: StartNode },
    given: Iterable<readonly [string, Value]> = [],
  ) {
    this.site = place.site;
    this.parent = place.parent;
    this.plan = place.plan;
    this.startNode = place.startNode;
    this.known = new Map(given);
  }

  /** A scope inside of this one. */
  inner(plan: BodyPlan, site: Site = this.site, given: Iterable<readonly [string, Value]> = []): Scope {
    return new Scope({ site, parent: this, plan, startNode: this.startNode }, given);
  }

  /** The value given from outside for a name: an input or a scatter variable. */
  given(name: string): Value | undefined {
    return this.known.get(name);
  }

  /** The value of a name, from here or from the scopes around. */
  lookup(name: string): Eventual<Value> {
    const known = this.known.get(name);
    if (known) return known;
    const homes = this.plan.homes.get(name);
    if (homes) return chain(this.define(name, homes, 0), (value) => this.keep(name, value));
    if (this.parent) return this.parent.lookup(name);
    throw new WdlError(`nothing here is called ${name}`);
  }

  /** Starts all nodes and resolves when none of them runs any more; never rejects. */
  async finish(): Promise<void> {
    for (let index = 0; index < this.plan.nodes.length; index++) this.node(index);
    for (const run of this.runs) await run?.finished;
  }

  /** Evaluates an expression here. What goes wrong is recorded under `name` and thrown as `Blocked`. */
  evaluate(expr: Expr, name: string, convert: (value: Value) => Value = (value) => value): Eventual<Value> {
    const recorded = (thrown: unknown): never => {
      if (thrown instanceof Blocked) throw thrown;
      throw fail(this.site.frame, evaluationFailure(name, thrown));
    };
    try {
      const value = chain(compute(expr, this.environment()), convert);
      return value instanceof Promise ? value.catch(recorded) : value;
    } catch (thrown) {
      return recorded(thrown);
    }
  }

  private environment(): Environment {
    const { unit, run, io } = this.site.frame;
    return { lookup: (name) => this.lookup(name), version: run.version, structs: unit.structs, io };
  }

  private define(name: string, homes: readonly number[], at: number): Eventual<Value> {
    const value = this.node(homes[at] ?? 0).value(name);
    if (at + 1 >= homes.length) return value;
    return chain(value, (value) => (isAbsent(value) ? this.define(name, homes, at + 1) : value));
  }

  private keep(name: string, value: Value): Value {
    this.known.set(name, value);
    return value;
  }

  private node(index: number): NodeRun {
    const node = this.plan.nodes[index];
    if (!node) throw new RangeError(`a body has no node ${index}`);
    return (this.runs[index] ??= this.startNode(this, node));
  }
}

/** `None`, or the outputs of a call that a condition left out. */
function isAbsent(value: Value): boolean {
  if (value.kind === "none") return true;
  return value.kind === "object" && value.members.size > 0 && [...value.members.values()].every(isAbsent);
}
