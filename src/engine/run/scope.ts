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
import { callOutputs } from "./plan.ts";
import type { BodyPlan, NameKind } from "./plan.ts";

/** A node of a body that has been started. */
export interface NodeRun {
  /**
   * The value that the node defines under a name; for a call, the object of its outputs. Rejects with `Blocked` if there
   * will be none.
   */
  value(kind: NameKind, name: string): Eventual<Value>;
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
  private knownCalls: Map<string, Value> | undefined;
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

  /** What a look-up of an expression means, from here or from the scopes around; see `Environment`. */
  lookup(name: string, member?: string): Eventual<Value> {
    const kind = this.meansCall(name, member) ? "call" : "value";
    const home = this.homeOf(kind, name);
    if (!home) throw new WdlError(`nothing here is called ${name}`);
    return home.own(kind, name);
  }

  /** The outputs of a call that can be seen from here. */
  call(name: string): Eventual<Value> {
    const home = this.homeOf("call", name);
    if (!home) throw new WdlError(`there is no call ${name} here`);
    return home.own("call", name);
  }

  /**
   * Whether a look-up means a call. A name alone never does; `x.y` does where the call `x` has the output `y`, or where
   * nothing else has that name.
   */
  meansCall(name: string, member: string | undefined): boolean {
    const home = member === undefined ? undefined : this.homeOf("call", name);
    if (!home || member === undefined) return false;
    if (!this.homeOf("value", name)) return true;
    return callOutputs(this.site.frame.unit, home.plan.nodes, name).includes(member);
  }

  /** What this scope itself has under a name that it knows or defines. */
  own(kind: NameKind, name: string): Eventual<Value> {
    const known = this.knownOf(kind)?.get(name);
    if (known) return known;
    const homes = this.plan.homes[kind].get(name) ?? [];
    return chain(this.define(kind, name, homes, 0), (value) => this.keep(kind, name, value));
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
    return { lookup: (name, member) => this.lookup(name, member), version: run.version, structs: unit.structs, io };
  }

  /** The nearest scope that has the name. */
  private homeOf(kind: NameKind, name: string): Scope | undefined {
    const isHere = this.plan.homes[kind].has(name) || (kind === "value" && this.known.has(name));
    return isHere ? this : this.parent?.homeOf(kind, name);
  }

  private define(kind: NameKind, name: string, homes: readonly number[], at: number): Eventual<Value> {
    const value = this.node(homes[at] ?? 0).value(kind, name);
    if (at + 1 >= homes.length) return value;
    return chain(value, (value) => (isAbsent(value) ? this.define(kind, name, homes, at + 1) : value));
  }

  private knownOf(kind: NameKind): Map<string, Value> | undefined {
    return kind === "value" ? this.known : this.knownCalls;
  }

  private keep(kind: NameKind, name: string, value: Value): Value {
    if (kind === "value") this.known.set(name, value);
    else (this.knownCalls ??= new Map()).set(name, value);
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
