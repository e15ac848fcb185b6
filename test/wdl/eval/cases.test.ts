import { createHash } from "node:crypto";
import { globSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BodyNode, Declaration } from "#src/wdl/ast.ts";
import { coerce, WdlError } from "#src/wdl/coerce.ts";
import type { Environment, Io } from "#src/wdl/environment.ts";
import { evaluate } from "#src/wdl/evaluate.ts";
import { fromJson, toJson } from "#src/wdl/json.ts";
import { loadProgram } from "#src/wdl/load.ts";
import { inDependencyOrder } from "#src/wdl/scope-order.ts";
import { resolveType } from "#src/wdl/type-rules.ts";
import { arrayValue, mapFiles, NONE } from "#src/wdl/values.ts";
import type { Value } from "#src/wdl/values.ts";

/*
 * The cases whose workflow calls no task: their bodies are evaluated here, without any engine.
 */

const CASES = resolve(import.meta.dirname, "../cases");
const WITHOUT_CALLS = readdirSync(CASES).filter((name) => {
  if (name === "README.md") return false;
  const source = readFileSync(join(CASES, name, "source.wdl"), "utf8");
  const expected: unknown = JSON.parse(readFileSync(join(CASES, name, "expected.json"), "utf8"));
  return !/^\s*call\s/m.test(source) && !Object.hasOwn(expected as object, "rejected");
});

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "awe-eval-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function fileIo(): Io {
  const refuse = (): never => {
    throw new WdlError("only in a task's outputs");
  };
  return {
    readText: async (path, maxBytes) => {
      if ((await stat(path)).size > maxBytes) throw new WdlError(`${path} is larger than ${maxBytes} bytes`);
      return await readFile(path, "utf8");
    },
    sizeBytes: async (path) => (await stat(path)).size,
    writeText: async (name, content) => {
      const path = join(folder, `${name}_${createHash("md5").update(content).digest("hex")}.tmp`);
      await writeFile(path, content);
      return path;
    },
    glob: async (pattern) => globSync(pattern, { cwd: folder }),
    stdout: refuse,
    stderr: refuse,
  };
}

type Names = ReadonlyMap<string, () => Promise<Value>>;

/** What a body declares, each value made when it is first asked for. */
function declare(nodes: readonly BodyNode[], outer: Names, base: Omit<Environment, "lookup">): Names {
  const names = new Map(outer);
  const once = (make: () => Promise<Value>): (() => Promise<Value>) => {
    let made: Promise<Value> | undefined;
    return () => (made ??= make());
  };
  const env = within(names, base);
  for (const node of nodes) {
    if (node.kind === "declaration") {
      names.set(
        node.name.text,
        once(async () => await valueOf(node, env)),
      );
    } else if (node.kind === "scatter" || node.kind === "conditional") {
      const inner = once(async () => await gather(node, names, base, env));
      for (const name of declared(node.body)) {
        names.set(name, async () => {
          const all = await inner();
          return (all.kind === "object" ? all.members.get(name) : undefined) ?? NONE;
        });
      }
    }
  }
  return names;
}

function declared(nodes: readonly BodyNode[]): readonly string[] {
  return nodes.flatMap((node) =>
    node.kind === "declaration" ? [node.name.text] : node.kind === "call" ? [] : declared(node.body),
  );
}

async function gather(
  node: Exclude<BodyNode, Declaration | { kind: "call" }>,
  names: Names,
  base: Omit<Environment, "lookup">,
  env: Environment,
): Promise<Value> {
  const inside = async (outer: Names): Promise<ReadonlyMap<string, Value>> => {
    const scope = declare(node.body, outer, base);
    return new Map(
      await Promise.all(declared(node.body).map(async (name) => [name, await (scope.get(name)?.() ?? NONE)] as const)),
    );
  };
  if (node.kind === "conditional") {
    const condition = await evaluate(node.condition, env);
    return {
      kind: "object",
      members: condition.kind === "boolean" && condition.value ? await inside(names) : new Map(),
    };
  }
  const collection = await evaluate(node.collection, env);
  if (collection.kind !== "array") throw new Error("no array");
  const shards = await Promise.all(
    collection.items.map((item) => inside(new Map([...names, [node.variable.text, async () => item]]))),
  );
  const members = declared(node.body).map((name) => {
    return [name, arrayValue(shards.map((shard) => shard.get(name) ?? NONE))] as const;
  });
  return { kind: "object", members: new Map(members) };
}

function within(names: Names, base: Omit<Environment, "lookup">): Environment {
  return {
    ...base,
    lookup: (name) => {
      const value = names.get(name);
      if (!value) throw new WdlError(`there is no ${name}`);
      return value();
    },
  };
}

async function valueOf(declaration: Declaration, env: Environment): Promise<Value> {
  const type = resolveType(declaration.type, env.structs);
  return declaration.value ? coerce(await evaluate(declaration.value, env), type) : NONE;
}

async function outputsOf(name: string): Promise<Record<string, unknown>> {
  const home = join(CASES, name);
  const program = await loadProgram("source.wdl", async (file) => await readFile(join(home, file), "utf8"));
  expect(program.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const { workflow } = program.main.document;
  if (!workflow) throw new Error("no workflow");
  const inputs = JSON.parse(await readFile(join(home, "inputs.json"), "utf8")) as Record<string, unknown>;
  const { structs } = program.main;
  const base = { version: program.version, structs, io: fileIo() };
  const given = new Map(
    workflow.inputs.flatMap(({ name, type }) => {
      const key = `${workflow.name.text}.${name.text}`;
      if (!Object.hasOwn(inputs, key)) return [];
      const value = mapFiles(fromJson(inputs[key], resolveType(type, structs), key), (path) => resolve(home, path));
      return [[name.text, async () => value] as const];
    }),
  );
  const own = workflow.inputs.filter(({ name }) => !given.has(name.text));
  let scope = declare([...own, ...workflow.body], given, base);
  const outputs: Record<string, unknown> = {};
  for (const output of inDependencyOrder(workflow.outputs ?? [])) {
    const value = await valueOf(output, within(scope, base));
    scope = new Map([...scope, [output.name.text, async () => value]]);
    outputs[`${workflow.name.text}.${output.name.text}`] = toJson(value);
  }
  return outputs;
}

test("there are cases without calls", () => {
  expect(WITHOUT_CALLS.length).toBeGreaterThan(15);
});

for (const name of WITHOUT_CALLS) {
  const expected = JSON.parse(readFileSync(join(CASES, name, "expected.json"), "utf8")) as {
    readonly outputs?: Record<string, unknown>;
  };
  test(`the case ${name} comes to what is expected`, async () => {
    if (expected.outputs) expect(await outputsOf(name)).toEqual(expected.outputs);
    else await expect(outputsOf(name)).rejects.toThrow(WdlError);
  });
}
