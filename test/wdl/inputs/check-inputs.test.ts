import { expect, test } from "vitest";
import { checkInputs } from "#src/wdl/inputs/check-inputs.ts";
import { expectedInputs } from "#src/wdl/inputs/expected.ts";
import { typeText } from "#src/wdl/type-rules.ts";
import { programOf } from "../check/checked.ts";

const TASK = `
task mix {
  input { String colour Int drops Int? most Int least = 1 Int twice = drops * 2 }
  Int private = 1
  command <<< >>>
  output { Int o = 1 }
}`;

async function expectedOf(main: string, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const program = await programOf(main, files);
  const inputs = expectedInputs(program);
  return inputs.map(({ name, type, optional }) => `${name}: ${typeText(type)}${optional ? " (optional)" : ""}`);
}

async function problems(main: string, inputs: Readonly<Record<string, unknown>>): Promise<string[]> {
  const found = checkInputs(await programOf(main), inputs);
  return found.map(({ message, hint }) => (hint === undefined ? message : `${message} ${hint}`));
}

test("asks for the workflow's inputs and for what its calls leave open, also inside of blocks", async () => {
  const found = await expectedOf(`version 1.0
workflow paint {
  input { Array[Int] sizes String? note Int n = 1 }
  call mix { input: colour = "red", drops = n }
  scatter (s in sizes) { if (s > 1) { call mix as other { input: drops = s } } }
  output {}
}
${TASK}`);
  expect(found).toEqual([
    "paint.sizes: Array[Int]",
    "paint.note: String? (optional)",
    "paint.n: Int (optional)",
    "paint.mix.most: Int? (optional)",
    "paint.mix.least: Int (optional)",
    "paint.mix.twice: Int (optional)",
    "paint.other.colour: String",
    "paint.other.most: Int? (optional)",
    "paint.other.least: Int (optional)",
    "paint.other.twice: Int (optional)",
  ]);
});

test("asks for inputs of a sub-workflow's calls only with allowNestedInputs", async () => {
  const inner = (allowed: boolean): string => `version 1.1
workflow inner {
  input { Int n }
  meta { allowNestedInputs: ${allowed} }
  call t { input: n }
  output { Int o = 1 }
}
task t { input { Int n Int m = 2 } command <<< >>> }`;
  const main = (allowed: boolean): string => `version 1.1
import "inner.wdl" as i
workflow w {
  meta { allowNestedInputs: ${allowed} }
  call i.inner { input: n = 1 }
  output {}
}`;
  expect(await expectedOf(main(true), { "inner.wdl": inner(true) })).toEqual(["w.inner.t.m: Int (optional)"]);
  expect(await expectedOf(main(false), { "inner.wdl": inner(true) })).toEqual([]);
});

test("says which inputs are missing, unknown or of another type", async () => {
  const main = `version 1.0
struct Spot { String name Float height String? hut }
workflow w {
  input { Int number String text File file Array[Int]+ many Pair[Int, String] pair Spot spot Boolean? maybe Float f = 1 }
  output {}
}`;
  const good = {
    "w.number": "7",
    "w.text": "x",
    "w.file": "reads.bam",
    "w.many": [1],
    "w.pair": { left: 1, right: "a" },
    "w.spot": { name: "Rigi", height: 1797 },
    "w.maybe": null,
    "w.f": null,
  };
  expect(await problems(main, good)).toEqual([]);
  const { "w.text": _text, ...rest } = good;
  expect(
    await problems(main, { ...rest, "w.number": 1.5, "w.many": [], "w.txet": "y", "w.spot": { name: "Rigi" } }),
  ).toEqual([
    expect.stringContaining("w.number: expected Int"),
    expect.stringContaining("w.many: expected Array[Int]+"),
    expect.stringContaining("w.spot: struct Spot needs the member height"),
    "w.txet: the workflow has no such input. Did you mean w.text?",
    "w.text: a value is required (String), but none is given.",
  ]);
});

test("repeats no value in its messages", async () => {
  const found = await problems("version 1.0\nworkflow w { input { Int n } output {} }", { "w.n": "secret-token" });
  expect(found.join(" ")).not.toContain("secret-token");
  expect(found).toHaveLength(1);
});

test("refuses null for what must be there, and takes it for what has a default", async () => {
  const main = "version 1.0\nworkflow w { input { Int n Int m = 2 } output {} }";
  expect(await problems(main, { "w.n": null, "w.m": null })).toHaveLength(1);
});

test("takes runtime attributes of a call as inputs in 1.1 alone", async () => {
  const main = (version: string): string => `version ${version}
workflow w { call t output {} }
task t { command <<< >>> }`;
  expect(await problems(main("1.1"), { "w.t.runtime.cpu": 4 })).toEqual([]);
  expect(await problems(main("1.1"), { "w.x.runtime.cpu": 4 })).toHaveLength(1);
  expect(await problems(main("1.0"), { "w.t.runtime.cpu": 4 })).toEqual([
    "w.t.runtime.cpu: runtime attributes can be inputs in WDL 1.1, not in 1.0.",
  ]);
});

test("is not misled by keys that every JavaScript object has", async () => {
  const main = "version 1.0\nworkflow w { input { Int constructor } output {} }";
  expect(await problems(main, {})).toEqual(["w.constructor: a value is required (Int), but none is given."]);
  expect(
    await problems(main, JSON.parse('{"w.constructor": 1, "__proto__": 2}') as Record<string, unknown>),
  ).toHaveLength(1);
});

test("says so where there is no workflow to give inputs to", async () => {
  expect(await problems("version 1.0\ntask t { command {} }", {})).toEqual([
    "main.wdl has no workflow that could take inputs.",
  ]);
});

test("bounds what many nested imports may ask for", async () => {
  const files: Record<string, string> = { "w0.wdl": "version 1.0\nworkflow w0 { input { Int? n } output {} }" };
  for (let level = 1; level < 40; level++) {
    files[`w${level}.wdl`] = `version 1.0
import "w${level - 1}.wdl" as below
workflow w${level} {
  meta { allowNestedInputs: true }
  call below.w${level - 1} as a
  call below.w${level - 1} as b
  output {}
}`;
  }
  const program = await programOf(files["w39.wdl"] ?? "", files);
  expect(program.diagnostics).toEqual([]);
  expect(expectedInputs(program).length).toBeLessThanOrEqual(5_000);
  expect(checkInputs(program, { "w39.a.runtime.cpu": 1 })).toHaveLength(1);
});

test("of very many wrong, unknown and missing inputs the first are told and the rest is counted", async () => {
  const text = (n: number, keyword: string): string =>
    Array.from({ length: n }, (_, index) => `${keyword}${index}`).join("\n");
  const main = `version 1.1\nworkflow w { input { ${text(150, "Int a")} } }`;
  const unknown = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`w.aa${index}`, 1]));
  const found = await problems(main, { ...unknown, "w.a0": "text" });
  expect(found).toHaveLength(101);
  expect(found.filter((message) => message.includes("Did you mean")).length).toBeLessThanOrEqual(20);
  expect(found.at(-1)).toBe("There are more than 100 errors in the inputs; the other 100049 are not shown.");
  expect(await problems(main, {})).toHaveLength(101);
});
