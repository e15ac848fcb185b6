import type { ScatterNode } from "../../wdl/ast.ts";
import { arrayValue, NONE, objectValue, pairValue } from "../../wdl/values.ts";
import type { Value } from "../../wdl/values.ts";
import { failure } from "../tasks/job.ts";
import { Blocked } from "./failures.ts";
import { fail } from "./frame.ts";
import type { Site } from "./frame.ts";
import { callOutputs, planBody } from "./plan.ts";
import type { NameKind } from "./plan.ts";
import type { NodeRun, Scope } from "./scope.ts";
import { inSubWorkflow } from "./subworkflow.ts";

/** Cromwell's `max-scatter-width`. */
const MAX_WIDTH = 1_000_000;

/**
 * How many shards of a scatter are under way at one time.
 *
 * A shard that waits costs some kilobytes, so this bounds memory; it is far more than any machine runs at once.
 */
const WINDOW = 2_000;

const ignore = (): void => {};

/** Starts a scatter. One inside of another becomes a workflow of its own, named by its place, as in Cromwell. */
export function startScatter(scope: Scope, node: ScatterNode): NodeRun {
  const { site } = scope;
  if (site.shard < 0) {
    const scatter = new Scatter(scope, node, site);
    return { value: (kind, name) => scatter.gather(kind, name), finished: scatter.run() };
  }
  const opened = Promise.withResolvers<Scatter>();
  opened.promise.catch(ignore);
  const { line, column } = node.variable.span;
  const name = `ScatterAt${line}_${column}`;
  const { unit, workflowName, overrides } = site.frame;
  const work = inSubWorkflow(
    site,
    { fqn: name, name, unit, workflowName, overrides, isScatter: true },
    async (frame) => {
      const scatter = new Scatter(scope, node, { frame, shard: -1 });
      opened.resolve(scatter);
      await scatter.run();
      return new Map();
    },
  );
  return {
    value: async (kind, name) => (await opened.promise).gather(kind, name),
    finished: work.then(ignore, (thrown: unknown) => {
      opened.reject(thrown);
      if (!(thrown instanceof Blocked)) throw thrown;
    }),
  };
}

class Scatter {
  /** Resolves when all shards have been started; rejects where there are none to start. */
  private readonly started = Promise.withResolvers<void>();
  private readonly shards: Scope[] = [];
  private readonly scope: Scope;
  private readonly node: ScatterNode;
  private readonly site: Site;

  constructor(scope: Scope, node: ScatterNode, site: Site) {
    this.scope = scope;
    this.node = node;
    this.site = site;
    this.started.promise.catch(ignore);
  }

  /** Runs all shards; never rejects. */
  async run(): Promise<void> {
    const { variable, collection, body } = this.node;
    try {
      const items = this.items(await this.scope.evaluate(collection, variable.text));
      const plan = planBody(body);
      let next = 0;
      const worker = async (): Promise<void> => {
        for (let index = next++; index < items.length; index = next++) {
          const item = items[index] ?? NONE;
          const shard = this.scope.inner(plan, { frame: this.site.frame, shard: index }, [[variable.text, item]]);
          this.shards.push(shard);
          const finished = shard.finish();
          if (next >= items.length) this.started.resolve();
          await finished;
        }
      };
      if (items.length === 0) this.started.resolve();
      await Promise.all(Array.from({ length: Math.min(WINDOW, items.length) }, worker));
    } catch (thrown) {
      this.started.reject(thrown);
      if (!(thrown instanceof Blocked)) throw thrown;
    }
  }

  /** What a name stands for outside: an array with an item for each shard; for a call, an object of such arrays. */
  async gather(kind: NameKind, name: string): Promise<Value> {
    await this.started.promise;
    const values: Value[] = [];
    for (const shard of this.shards) values.push(await shard.own(kind, name));
    if (kind === "value") return arrayValue(values);
    const column = (output: string): Value =>
      arrayValue(values.map((value) => (value.kind === "object" ? (value.members.get(output) ?? NONE) : NONE)));
    const outputs = callOutputs(this.site.frame.unit, this.node.body, name);
    return objectValue(new Map(outputs.map((output) => [output, column(output)])));
  }

  private items(value: Value): readonly Value[] {
    const { frame } = this.site;
    const name = this.node.variable.text;
    if (value.kind === "map") return value.entries.map(([key, item]) => pairValue(key, item));
    if (value.kind !== "array")
      throw fail(frame, failure(`Cannot scatter over '${name}': it is no array but ${value.kind}`));
    if (value.items.length <= MAX_WIDTH) return value.items;
    throw fail(
      frame,
      failure(
        `Workflow scatter width of ${value.items.length} exceeds configured limit of ${MAX_WIDTH}: scatter over fewer items`,
      ),
    );
  }
}
