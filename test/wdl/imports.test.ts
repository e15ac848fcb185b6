import { expect, test } from "vitest";
import { resolveImport } from "#src/wdl/imports.ts";
import { LOAD_LIMITS, loadProgram, type LoadOptions } from "#src/wdl/load.ts";
import { PARSE_LIMITS } from "#src/wdl/parse/scanner.ts";
import type { Program } from "#src/wdl/program.ts";

test.each([
  ["main.wdl", "a.wdl", ["a.wdl"]],
  ["flows/main.wdl", "a.wdl", ["flows/a.wdl", "a.wdl"]],
  ["flows/main.wdl", "../tools/a.wdl", ["tools/a.wdl"]],
  ["flows/x/main.wdl", "./y/../a.wdl", ["flows/x/a.wdl", "a.wdl"]],
  ["flows/main.wdl", "b//a.wdl", ["flows/b/a.wdl", "b/a.wdl"]],
  ["main.wdl", "HTTPS://Example.org/a/../b.wdl#x", ["https://example.org/b.wdl"]],
  ["https://example.org/x/main.wdl?raw=1", "../a.wdl", ["https://example.org/a.wdl"]],
  ["https://example.org/x/main.wdl", "/a.wdl", ["https://example.org/a.wdl"]],
  ["https://example.org/x/main.wdl", "//other.org/a.wdl", ["https://other.org/a.wdl"]],
])("in %s the import %s is looked for in the right places", (from, uri, files) => {
  expect(resolveImport(from, uri)).toEqual({ kind: "candidates", files });
});

test.each([
  ["main.wdl", ""],
  ["main.wdl", "  "],
  ["main.wdl", "../a.wdl"],
  ["flows/main.wdl", "../../a.wdl"],
  ["flows/main.wdl", "x/../../../a.wdl"],
  ["main.wdl", "/etc/passwd"],
  ["main.wdl", "file:///etc/passwd"],
  ["https://example.org/main.wdl", "file:///etc/passwd"],
  ["main.wdl", "gs://bucket/a.wdl"],
  ["main.wdl", "..\\a.wdl"],
  ["main.wdl", "a\0.wdl"],
  ["main.wdl", "."],
  ["main.wdl", "tools/"],
  ["main.wdl", "http://"],
  ["main.wdl", "https://user:secret@example.org/a.wdl"],
])("in %s the import %j is refused", (from, uri) => {
  expect(resolveImport(from, uri)).toMatchObject({ kind: "refused" });
});

/* Loading */

async function load(
  files: Record<string, string>,
  options?: LoadOptions,
): Promise<{ program: Program; read: string[] }> {
  const read: string[] = [];
  const program = await loadProgram(
    "main.wdl",
    async (file) => {
      read.push(file);
      return files[file];
    },
    options,
  );
  return { program, read };
}

async function findings(files: Record<string, string>, options?: LoadOptions): Promise<string[]> {
  const { program } = await load(files, options);
  return program.diagnostics.map(({ severity, file, line, rule }) => `${severity} ${file}:${line} ${rule}`);
}

const EMPTY = "version 1.0\n";

/** A main document that begins so has a workflow, as one that is run has, on the line of its version. */
const MAIN = "version 1.0 workflow w { }\n";

test("a document that is imported twice is read once and is one unit", async () => {
  const { program, read } = await load({
    "main.wdl": `${MAIN}import "a/one.wdl"\nimport "b/two.wdl" as two`,
    "a/one.wdl": `${EMPTY}import "../b/two.wdl" as other`,
    "b/two.wdl": `${EMPTY}import "deep.wdl"`,
    "b/deep.wdl": EMPTY,
  });
  expect(program.diagnostics).toEqual([]);
  expect(read).toEqual(["main.wdl", "a/one.wdl", "b/two.wdl", "b/deep.wdl"]);
  expect([...program.main.imports.keys()]).toEqual(["one", "two"]);
  expect(program.main.imports.get("two")).toBe(program.main.imports.get("one")?.imports.get("other"));
  expect(program.main.imports.get("two")?.imports.get("deep")?.file).toBe("b/deep.wdl");
});

test("an import is found beside its importer first and at the root otherwise", async () => {
  const { program } = await load({
    "main.wdl": `${MAIN}import "flows/f.wdl"`,
    "flows/f.wdl": `${EMPTY}import "here.wdl"\nimport "tools/t.wdl"`,
    "flows/here.wdl": EMPTY,
    "here.wdl": EMPTY,
    "tools/t.wdl": EMPTY,
  });
  const flows = program.main.imports.get("f")?.imports;
  expect([...(flows?.values() ?? [])].map((unit) => unit.file)).toEqual(["flows/here.wdl", "tools/t.wdl"]);
});

test("what is wrong with an import is an error where it is imported", async () => {
  const files = {
    "main.wdl": `${MAIN}import "absent.wdl"
import "newer.wdl"
import "broken.wdl"
import "unknown.wdl"
import "../outside.wdl"
import "flows/inner.wdl"`,
    "newer.wdl": "version 1.1\n",
    "broken.wdl": `${EMPTY}task t { command { } }\nstruct S {\n  Int\n}\n`,
    "unknown.wdl": "version 1.2\n",
    "flows/inner.wdl": `${EMPTY}\nimport "../main.wdl" as main`,
  };
  expect(await findings(files)).toEqual([
    "error main.wdl:2 missing-import",
    "error main.wdl:3 import-version",
    "error main.wdl:4 broken-import",
    "error main.wdl:5 broken-import",
    "error main.wdl:6 bad-import",
    "error broken.wdl:5 syntax",
    "error unknown.wdl:1 unsupported-version",
    "error flows/inner.wdl:3 import-cycle",
  ]);
});

test("a broken import is told once, and what it would have brought is not held against its importer", async () => {
  const files = {
    "main.wdl": `version 1.0
import "broken.wdl" as b alias Sample as Specimen
workflow w {
  input { Specimen specimen }
  call b.align { input: specimen = specimen }
  call b.sort { input: bam = align.bam }
  output { File bam = sort.bam }
}`,
    "broken.wdl": `${EMPTY}struct Sample { Int }\ntask align { command { } }`,
  };
  expect(await findings(files)).toEqual(["error main.wdl:2 broken-import", "error broken.wdl:2 syntax"]);
});

test("a document that imports itself is a circle", async () => {
  expect(await findings({ "main.wdl": `${MAIN}import "main.wdl" as me` })).toEqual(["error main.wdl:2 import-cycle"]);
});

test("imports are read although the importing document has syntax errors", async () => {
  const files = { "main.wdl": `version 1.0\nworkflow w { Int x 1 }\nimport "absent.wdl"` };
  expect(await findings(files)).toEqual(["error main.wdl:2 missing-equals", "error main.wdl:3 missing-import"]);
});

test("two different documents under one namespace are an error, one document twice is not", async () => {
  const files = { "a.wdl": EMPTY, "b/a.wdl": EMPTY };
  const two = { ...files, "main.wdl": `${MAIN}import "a.wdl"\nimport "b/a.wdl"` };
  expect(await findings(two)).toEqual(["error main.wdl:3 duplicate-namespace"]);
  const same = { ...files, "main.wdl": `${MAIN}import "a.wdl"\nimport "./a.wdl"` };
  expect(await findings(same)).toEqual([]);
});

test("an http import that cannot be read is an error or a warning, as the caller says", async () => {
  const files = { "main.wdl": `${MAIN}import "https://example.org/a.wdl"` };
  expect(await findings(files)).toEqual(["error main.wdl:2 unreachable-import"]);
  const lenient = await findings(files, { unreachableHttp: "warning" });
  expect(lenient).toEqual(["warning main.wdl:2 unreachable-import"]);
});

test("an http import brings its own imports from where it came", async () => {
  const { program, read } = await load({
    "main.wdl": `${MAIN}import "https://example.org/x/a.wdl"`,
    "https://example.org/x/a.wdl": `${EMPTY}import "b.wdl"`,
    "https://example.org/x/b.wdl": EMPTY,
  });
  expect(program.diagnostics).toEqual([]);
  expect(read).toEqual(["main.wdl", "https://example.org/x/a.wdl", "https://example.org/x/b.wdl"]);
});

test("a main document that is absent, or of an unknown version, gives a program with an error", async () => {
  expect(await findings({})).toEqual(["error main.wdl:1 missing-document"]);
  expect(await findings({ "main.wdl": "version 9" })).toEqual(["error main.wdl:1 unsupported-version"]);
});

test("limits on size, count and depth are told where they are met", async () => {
  const chain: Record<string, string> = { "main.wdl": `${MAIN}import "1.wdl"` };
  for (let n = 1; n < 10; n++) chain[`${n}.wdl`] = `${EMPTY}import "${n + 1}.wdl"`;
  const limits = { ...LOAD_LIMITS, maxFileBytes: 200, maxDocuments: 5, maxImportDepth: 3 };
  expect(await findings(chain, { limits })).toEqual(["error 3.wdl:2 imports-too-deep"]);

  const wide = {
    "main.wdl": `${MAIN}${[1, 2, 3, 4, 5].map((n) => `import "${n}.wdl"`).join("\n")}`,
    ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`${n}.wdl`, EMPTY])),
  };
  expect(await findings(wide, { limits })).toEqual(["error main.wdl:6 too-many-imports"]);

  const absent = Array.from({ length: 100 }, (_, n) => `import "${n}.wdl"`).join("\n");
  const many = { "main.wdl": `${MAIN}${absent}` };
  const roomy = { ...limits, maxFileBytes: 10_000 };
  const found = await findings(many, { limits: roomy });
  expect(found.filter((one) => one.endsWith("too-many-imports"))).toHaveLength(1);
  expect(found).toHaveLength(15);

  const large = { "main.wdl": `${MAIN}import "a.wdl"`, "a.wdl": `${EMPTY}${"#".repeat(400)}` };
  expect(await findings(large, { limits })).toEqual([
    "error main.wdl:2 broken-import",
    "error a.wdl:1 document-too-large",
  ]);
});

test("documents of one text under two names are told apart in what is said of them", async () => {
  const broken = `${EMPTY}workflow w { Int x 1 }`;
  const files = { "main.wdl": `${MAIN}import "a.wdl"\nimport "b.wdl"`, "a.wdl": broken, "b.wdl": broken };
  expect((await findings(files)).slice(2)).toEqual(["error a.wdl:2 missing-equals", "error b.wdl:2 missing-equals"]);
});

test("what reading throws goes on to the caller", async () => {
  const failing = loadProgram("main.wdl", async () => {
    throw new Error("disk on fire");
  });
  await expect(failing).rejects.toThrow("disk on fire");
});

test("what an unreachable import would have brought is not held against the document", async () => {
  const text = `${EMPTY}import "https://example.org/a.wdl" as a
workflow w {
  input { Sample sample }
  call a.align { input: sample = sample }
  output { File bam = align.bam }
}`;
  const found = await findings({ "main.wdl": text }, { unreachableHttp: "warning" });
  expect(found).toEqual(["warning main.wdl:2 unreachable-import"]);
});

test("whatever the limits of nesting let through is checked without a stack overflow", async () => {
  const levels = PARSE_LIMITS.maxNesting - 10;
  const nested = `${"[".repeat(levels)}1${"]".repeat(levels)}`;
  const type = `${"Array[".repeat(levels)}Int${"]".repeat(levels)}`;
  const scatters = levels - 2;
  const text = `${EMPTY}workflow w {
  ${type} deep = ${nested}
  Int sum = ${"1 + ".repeat(PARSE_LIMITS.maxHeight - 2)}1
  ${"scatter (x in [1]) { ".repeat(scatters)} Int y = 1 ${"}".repeat(scatters)}
}`;
  const found = await findings({ "main.wdl": text });
  expect(found.filter((one) => one.includes("too-deep"))).toEqual([]);
});
