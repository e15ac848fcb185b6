import { expect, test } from "vitest";
import { MAX_TOLD } from "#src/wdl/diagnostics.ts";
import { LOAD_LIMITS, loadProgram } from "#src/wdl/load.ts";
import type { Program } from "#src/wdl/program.ts";

const EMPTY = "version 1.0\n";

function numbered(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("\n");
}

/** A program whose main document imports `texts`, and which of them were asked for. */
async function importing(texts: readonly string[]): Promise<{ program: Program; read: string[] }> {
  const read: string[] = [];
  const main = `${EMPTY}${numbered(texts.length, (index) => `import "d${index}.wdl"`)}\nworkflow w { }`;
  const files = new Map(texts.map((text, index) => [`d${index}.wdl`, text]));
  files.set("main.wdl", main);
  const program = await loadProgram("main.wdl", async (file) => {
    read.push(file);
    return files.get(file);
  });
  return { program, read };
}

async function only(main: string): Promise<readonly string[]> {
  const program = await loadProgram("main.wdl", async () => `${EMPTY}${main}`);
  return program.diagnostics.map(({ rule }) => rule);
}

test("many large documents are refused at the import that goes beyond, and no more are read", async () => {
  const text = (index: number): string => `${EMPTY}# ${index} ${"x".repeat(1_000_000)}\n`;
  const { program, read } = await importing(Array.from({ length: 200 }, (_, index) => text(index)));
  expect(program.diagnostics).toMatchObject([{ rule: "program-too-large", file: "main.wdl", line: 6 }]);
  expect(program.diagnostics[0]?.message).toContain(`more than ${LOAD_LIMITS.maxTotalBytes} bytes`);
  expect(program.main.imports.size).toBe(4);
  expect(read.length).toBeLessThan(15);
});

test("documents that are too large by themselves count as well", async () => {
  const text = `${EMPTY}${"#".repeat(1_100_000)}`;
  const { program, read } = await importing(Array.from({ length: 50 }, () => text));
  expect(program.diagnostics.filter(({ rule }) => rule === "document-too-large")).toHaveLength(3);
  expect(program.diagnostics.filter(({ rule }) => rule === "program-too-large")).toHaveLength(1);
  expect(read.length).toBeLessThan(15);
});

test("many small things in many documents are refused where they become too many", async () => {
  const text = (d: number): string => `${EMPTY}${numbered(2_500, (index) => `task t${d}_${index} { command {} }`)}`;
  const { program } = await importing(Array.from({ length: 30 }, (_, index) => text(index)));
  expect(program.diagnostics.map(({ rule }) => rule)).toEqual(["program-too-large"]);
  expect(program.main.imports.size).toBeLessThan(25);
});

test.each([
  ["tasks", numbered(10_000, (index) => `task t${index} { command {} }`)],
  ["calls", `task t { command {} } workflow w { ${numbered(20_000, (index) => `call t as c${index}`)} }`],
  ["declarations", `workflow w { ${numbered(20_000, (index) => `Int x${index} = 1`)} }`],
  ["items", `workflow w { Array[Int] x = [${"1,".repeat(50_000)}1] }`],
  ["meta values", `workflow w { meta { x: [${"1,".repeat(50_000)}1] } }`],
  ["placeholders", `task t { command <<< ${"~{1}".repeat(50_000)} >>> }`],
  ["brackets", `workflow w { Int x = ${numbered(200, () => `${"(".repeat(150)}1${")".repeat(150)} + `)} 1 }`],
])("a document of too many %s is told so once, and of what it lacks then nothing", async (_, text) => {
  expect(await only(text)).toEqual(["document-too-complex"]);
});

test("a document just within its bounds is read and checked", async () => {
  expect(await only(`workflow w { ${numbered(7_000, (index) => `Int x${index} = 1`)} }`)).toEqual([]);
});

test("too many imports in all documents together are told once", async () => {
  const text = `${EMPTY}${numbered(2_000, () => 'import "leaf.wdl"')}`;
  const files = new Map([
    ["leaf.wdl", EMPTY],
    ["main.wdl", `${EMPTY}import "a.wdl"\nimport "b.wdl"\nimport "c.wdl"\nworkflow w { }`],
    ...["a.wdl", "b.wdl", "c.wdl"].map((file): [string, string] => [file, text]),
  ]);
  const program = await loadProgram("main.wdl", async (file) => files.get(file));
  expect(program.diagnostics).toMatchObject([{ rule: "too-many-imports", file: "c.wdl" }]);
});

test("of very many errors and warnings the first are told, in their order, and the rest is counted", async () => {
  const lines = numbered(1_000, (index) => `Int x${index} = missing\nInt x${index} = missing`);
  const program = await loadProgram("main.wdl", async () => `${EMPTY}workflow w {\n${lines}\n}`);
  const told = (severity: string): number =>
    program.diagnostics.filter((found) => found.severity === severity && found.line !== undefined).length;
  expect([told("error"), told("warning")]).toEqual([MAX_TOLD, MAX_TOLD]);
  expect(program.diagnostics.slice(-2)).toEqual([
    {
      severity: "error",
      rule: "more-errors",
      message: "There are more than 100 errors; the other 1900 are not shown.",
    },
    {
      severity: "warning",
      rule: "more-warnings",
      message: "There are more than 100 warnings; the other 900 are not shown.",
    },
  ]);
});

test("errors in many documents count together", async () => {
  const text = (d: number): string => `${EMPTY}workflow w${d} { ${numbered(60, (index) => `Int x${index} = no`)} }`;
  const { program } = await importing([text(1), text(2), text(3)]);
  expect(program.diagnostics).toHaveLength(MAX_TOLD + 1);
  expect(program.diagnostics.at(-1)?.message).toContain("the other 80 are not shown");
});

test("suggestions are counted over all documents", async () => {
  const text = (d: number): string =>
    `${EMPTY}workflow w${d} { input { Int name } ${numbered(15, (index) => `Int x${index} = nmae`)} }`;
  const { program } = await importing([text(1), text(2)]);
  expect(program.diagnostics.filter(({ hint }) => hint?.includes("Did you mean"))).toHaveLength(20);
});

test("names as long as documents make no message as long", async () => {
  const program = await loadProgram("main.wdl", async () => `${EMPTY}workflow w { Int x = ${"n".repeat(900_000)} }`);
  expect(program.diagnostics.map(({ message }) => message.length)).toEqual([2001]);
});

test("circles upon circles are told briefly", async () => {
  const lines = numbered(3_000, (index) => `Int x${index} = x${index + 1} + x0`);
  const program = await loadProgram("main.wdl", async () => `${EMPTY}workflow w {\n${lines}\nInt x3000 = x0\n}`);
  const circles = program.diagnostics.filter(({ rule }) => rule === "circular-reference");
  expect(circles.length).toBeGreaterThan(0);
  expect(circles.length).toBeLessThanOrEqual(10);
  expect(Math.max(...circles.map(({ message }) => message.length))).toBeLessThan(300);
});

test("blocks, structs and types are bounded where what they cost is their product", async () => {
  const blocks = (depth: number): string => `workflow w { ${"if (true) {".repeat(depth)}${"}".repeat(depth)} }`;
  expect(await only(blocks(20))).toEqual([]);
  expect(await only(blocks(21))).toEqual(["block-depth"]);
  const structs = numbered(1_001, (index) => `struct S${index} { Int x }`);
  expect(await only(`${structs}\nworkflow w { }`)).toEqual(["too-many-structs"]);
  const type = (depth: number): string => (depth === 0 ? "Int" : `Pair[${type(depth - 1)}, ${type(depth - 1)}]`);
  expect(await only(`workflow w { input { ${type(6)} x } }`)).toEqual([]);
  expect(await only(`workflow w { input { ${type(9)} x } }`)).toEqual(["type-size"]);
});

test("structs that come by many imports are bounded in each document", async () => {
  const text = (d: number): string => `${EMPTY}${numbered(600, (index) => `struct S${d}_${index} { Int x }`)}`;
  const { program } = await importing([text(1), text(2)]);
  expect(program.diagnostics).toMatchObject([{ rule: "too-many-structs", file: "main.wdl" }]);
});

test("many calls of one task with many inputs and outputs keep what each of them gives apart", async () => {
  const task = `task t {
  input { ${numbered(1_000, (index) => `Int? i${index}`)} }
  command <<< >>>
  output { ${numbered(1_000, (index) => `Int o${index} = 1`)} }
}`;
  const calls = numbered(1_000, (index) => `call t as c${index}`);
  const text = `workflow w { scatter (x in [1]) { if (true) { ${calls} } } Array[Int?] y = c999.o999 Int z = c0.o0 }`;
  expect(await only(`${task}\n${text}`)).toEqual(["type-mismatch"]);
});

test("a command of very many lines is checked", async () => {
  expect(await only(`task t { command <<<\n${"x\n".repeat(400_000)}>>> }\nworkflow w { call t }`)).toEqual([]);
});

test("others have their turn between documents", async () => {
  let turns = 0;
  let isLoading = true;
  const tick = (): void => {
    turns++;
    if (isLoading) setImmediate(tick);
  };
  setImmediate(tick);
  const { program } = await importing(Array.from({ length: 20 }, (_, index) => `${EMPTY}workflow w${index} { }`));
  isLoading = false;
  expect(program.diagnostics).toEqual([]);
  // Each document is parsed and checked, and each time others go first.
  expect(turns).toBeGreaterThanOrEqual(40);
});
