import { expect, test } from "vitest";
import { AweError, type Finding } from "#src/errors.ts";
import type { Json } from "#src/model/run.ts";
import { loadProgram } from "#src/wdl/load.ts";
import { aSource, type FreezeChoices, frozen, json, workflowWith } from "./source.ts";
import type { FetchedSource } from "#src/sources/sources.ts";

async function findingsOf(source: FetchedSource, choices: FreezeChoices = {}): Promise<readonly Finding[]> {
  try {
    await frozen(source, choices);
  } catch (thrown) {
    if (thrown instanceof AweError && thrown.code === "invalid_source") return thrown.findings;
    throw thrown;
  }
  throw new Error("nothing was refused");
}

const texts = (files: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...files].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]));

test("freezes a document with its imports and nothing else", async () => {
  const source = aSource({
    "pipes/main.wdl": 'version 1.0\nimport "../lib/t.wdl" as lib\nworkflow w {\n  call lib.t\n}\n',
    "lib/t.wdl": "version 1.0\ntask t {\n  command <<< >>>\n}\n",
    "lib/unused.wdl": "version 1.0\ntask u {\n  command <<< >>>\n}\n",
    "README.md": "x",
  });
  const { closure } = await frozen(source);
  expect(closure.main).toBe("pipes/main.wdl");
  expect([...closure.documents.keys()].sort()).toEqual(["lib/t.wdl", "pipes/main.wdl"]);
  expect(closure.wdlName).toBe("w");
  expect(closure.hash).toMatch(/^[0-9a-f]{64}$/);
});

test("tells every error with its file and line", async () => {
  const findings = await findingsOf(
    aSource({ "main.wdl": 'version 1.0\nimport "gone.wdl" as g\nworkflow w {\n  call nothing\n}\n' }),
  );
  expect(findings.map(({ file, line }) => [file, line])).toEqual(
    expect.arrayContaining([
      ["main.wdl", 2],
      ["main.wdl", 4],
    ]),
  );
});

test("refuses a document without a workflow", async () => {
  const task = "version 1.0\ntask t {\n  command <<< >>>\n}\n";
  expect(await findingsOf(aSource({ "t.wdl": task }), { path: "t.wdl" })).toEqual([
    { message: "t.wdl holds no workflow.", file: "t.wdl" },
  ]);
});

test("merges inputs: the file beside the main document, then the request, key by key", async () => {
  const { closure } = await frozen(
    aSource({
      "main.wdl": workflowWith("Int a\n    Int b\n    Int c = 3"),
      "main.inputs.json": json({ "w.a": 1, "w.b": 1 }),
      "inputs.json": json({ "w.a": 7 }),
      "main.options.json": json({ final_workflow_outputs_dir: "x", read_from_cache: true }),
    }),
    { inputs: { "w.b": 2 }, options: { read_from_cache: false } },
  );
  expect(closure.inputs).toEqual({ "w.a": 1, "w.b": 2 });
  expect(closure.options).toEqual({ final_workflow_outputs_dir: "x", read_from_cache: false });
});

test("leaves out an inputs.json that belongs to another workflow, with a warning", async () => {
  const source = aSource({ "main.wdl": workflowWith("Int a = 1"), "inputs.json": json({ "other.x": 1 }) });
  const { closure, warnings } = await frozen(source);
  expect(closure.inputs).toEqual({});
  expect(warnings).toEqual([
    { message: "inputs.json is left out: none of its inputs is one of w.", file: "inputs.json" },
  ]);
});

test("tells missing, unknown and mistyped inputs together", async () => {
  const source = aSource({ "main.wdl": workflowWith("Int a\n    Int b") });
  const findings = await findingsOf(source, { inputs: { "w.a": "text", "w.unknown": 1 } });
  const all = findings.map(({ message }) => message).join("\n");
  for (const name of ["w.a", "w.b", "w.unknown"]) expect(all).toContain(name);
});

test("takes relative files of every shape of type into the closure", async () => {
  const struct = "struct Sample {\n  File reads\n  String name\n}";
  const inputs = {
    "w.one": "data/1.txt",
    "w.maybe": null,
    "w.many": ["data/1.txt", "./data/2.txt"],
    "w.byName": { x: "data/2.txt" },
    "w.pair": { left: "data/3.txt", right: 3 },
    "w.samples": [{ reads: "data/../data/4.txt", name: "data/1.txt" }],
    "w.text": "data/1.txt",
  };
  const declarations = [
    "File one",
    "File? maybe",
    "Array[File] many",
    "Map[String, File] byName",
    "Pair[File, Int] pair",
    "Array[Sample]+ samples",
    "String text",
  ].join("\n    ");
  const files = Object.fromEntries([1, 2, 3, 4].map((n) => [`p/data/${n}.txt`, `${n}`]));
  const { closure } = await frozen(
    aSource({ "p/w.wdl": workflowWith(declarations, struct), "p/inputs.json": json(inputs), ...files }),
  );
  expect(closure.inputs).toEqual({
    "w.one": "awe-closure:p/data/1.txt",
    "w.maybe": null,
    "w.many": ["awe-closure:p/data/1.txt", "awe-closure:p/data/2.txt"],
    "w.byName": { x: "awe-closure:p/data/2.txt" },
    "w.pair": { left: "awe-closure:p/data/3.txt", right: 3 },
    "w.samples": [{ reads: "awe-closure:p/data/4.txt", name: "data/1.txt" }],
    "w.text": "data/1.txt",
  });
  expect(texts(closure.inputFiles)).toEqual(files);
});

test("resolves a relative file of the request at the root of the source", async () => {
  const source = aSource({ "p/w.wdl": workflowWith("File f"), "data.txt": "x" });
  const { closure } = await frozen(source, { inputs: { "w.f": "data.txt" } });
  expect(closure.inputs).toEqual({ "w.f": "awe-closure:data.txt" });
});

test("names a relative file that the source does not have", async () => {
  const files = { "p/w.wdl": workflowWith("File f"), "p/inputs.json": json({ "w.f": "gone.txt" }) };
  expect(await findingsOf(aSource(files))).toEqual([
    {
      message: 'The input w.f names "p/gone.txt", which the source does not have (relative to p/inputs.json).',
      file: "p/inputs.json",
      hint: "Commit the file, upload it, or give an absolute path or address.",
    },
  ]);
});

test.each(["../secret.txt", "a/../../secret.txt", "..", "a\\b"])("refuses the relative file %s", async (path) => {
  const findings = await findingsOf(aSource({ "w.wdl": workflowWith("File f") }), { inputs: { "w.f": path } });
  expect(findings.map(({ message }) => message)).toEqual(["The input w.f leads out of the source."]);
});

test("refuses a relative file of an inline request, with a hint to upload it", async () => {
  const source = aSource({ "main.wdl": workflowWith("File f"), "data.txt": "x" }, { main: "main.wdl" });
  const [finding] = await findingsOf(source, { kind: "inline", inputs: { "w.f": "data.txt" } });
  expect(finding?.message).toBe("The input w.f is a relative path, and the request brings no files.");
  expect(finding?.hint).toContain("POST /awe/v1/uploads");
});

test("leaves uploads and addresses in place, tells the uploads, and asks about absolute paths", async () => {
  const asked: string[] = [];
  const checkAbsolute = (path: string) => {
    asked.push(path);
    return path.startsWith("/state") ? `${path} lies in a folder of AWE itself` : undefined;
  };
  const source = aSource({ "w.wdl": workflowWith("Array[File] f\n    String s = ''") });
  const id = "0b5b6f4e-3c1e-4d57-9a77-0a7f9f3b1c11";
  const uploads = [`awe-upload:${id}/a b.txt`, `awe-upload:${id}/c.txt`];
  const frozenOne = await frozen(source, {
    checkAbsolute,
    inputs: {
      "w.f": [uploads[0] ?? "", "s3://b/k", "gs://b/k", "https://h/x", "/data/./x/../y", "file:///data/z"],
      "w.s": uploads[1] ?? "",
    },
  });
  expect(frozenOne.closure.inputs["w.f"]).toEqual([
    uploads[0],
    "s3://b/k",
    "gs://b/k",
    "https://h/x",
    "/data/y",
    "/data/z",
  ]);
  expect(frozenOne.uploads).toEqual([
    { uploadId: id, name: "a b.txt" },
    { uploadId: id, name: "c.txt" },
  ]);
  expect(asked).toEqual(["/data/y", "/data/z"]);
  const refused = await findingsOf(source, { checkAbsolute, inputs: { "w.f": ["/data/../state/key"] } });
  expect(refused.map(({ message }) => message)).toEqual([
    "The input w.f[0] cannot be used: /state/key lies in a folder of AWE itself.",
  ]);
});

test.each([
  "awe-closure:../../etc/passwd",
  "awe-upload:zz/x",
  "awe-upload:0b5b6f4e-3c1e/../x",
  "awe-upload:0b5b6f4e/..",
])("refuses %s wherever it stands", async (text) => {
  const source = aSource({ "w.wdl": workflowWith("String s") });
  expect(await findingsOf(source, { inputs: { "w.s": text } })).toHaveLength(1);
});

test("stores imports from the web in the closure and rewrites what names them, line for line", async () => {
  const main = [
    "version 1.0",
    "# before",
    "import 'https://host.org/lib/tools.wdl?raw=1'",
    'import "https://host.org/lib/tools.wdl?raw=1" as again',
    'import "local.wdl" as local',
    "workflow w {",
    "  call tools.t",
    "  call again.t as second",
    "  call local.t as third",
    "}",
    "",
  ].join("\n");
  const task = "version 1.0\ntask t {\n  command <<< >>>\n}\n";
  const web = {
    "https://host.org/lib/tools.wdl?raw=1": task.replace("task", 'import "../deep/more.wdl" as more\ntask'),
    "https://host.org/deep/more.wdl": task,
  };
  const { closure } = await frozen(aSource({ "p/main.wdl": main, "p/local.wdl": task }), { path: "p/main.wdl", web });
  const text = closure.documents.get("p/main.wdl") ?? "";
  expect(text.split("\n")).toHaveLength(main.split("\n").length);
  expect([...closure.documents.values()].join("\n")).not.toContain("host.org/lib/tools.wdl?");
  expect(text).toContain('import "local.wdl" as local');
  expect(text.split("\n")[2]).toMatch(/^import "\.\.\/awe-imports\/host\.org\/[0-9a-f]{16}\/tools\.wdl" as tools$/);

  const again = await loadProgram(closure.main, async (file) => closure.documents.get(file));
  expect(again.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
});

test("says that an import from the web cannot be had", async () => {
  const main = 'version 1.0\nimport "https://host.org/x.wdl" as x\nworkflow w {}\n';
  const [finding] = await findingsOf(aSource({ "main.wdl": main }));
  expect(finding).toMatchObject({ file: "main.wdl", line: 2 });
  expect(finding?.message).toContain("https://host.org/x.wdl");
});

test("says where an inputs file is broken", async () => {
  const wdl = workflowWith("Int a");
  const [broken] = await findingsOf(aSource({ "w.wdl": wdl, "inputs.json": '{\n  "w.a": 1,\n}' }));
  expect(broken).toMatchObject({ file: "inputs.json" });
  expect(broken?.message).toMatch(/^inputs\.json is not JSON: .* \(line 3, column 1\)\.$/);
  const [list] = await findingsOf(aSource({ "w.wdl": wdl, "inputs.json": "[]" }));
  expect(list?.message).toBe("inputs.json is not a JSON object.");
  const deep = `{"w.a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
  expect((await findingsOf(aSource({ "w.wdl": wdl, "inputs.json": deep })))[0]?.message).toContain("deeper than 64");
  const huge = '{"w.a": 12345678901234567890}';
  expect((await findingsOf(aSource({ "w.wdl": wdl, "inputs.json": huge })))[0]?.message).toContain("beyond 2^53");
});

test("refuses inputs of a request that are nested without end", async () => {
  let deep: Json = 1;
  for (let level = 0; level < 10_000; level++) deep = [deep];
  const [finding] = await findingsOf(aSource({ "w.wdl": workflowWith("Int a") }), { inputs: { "w.a": deep } });
  expect(finding?.message).toBe("The object of inputs is nested deeper than 64 levels.");
});

test("takes labels of the source and refuses those that are no strings", async () => {
  const files = { "w.wdl": workflowWith("Int a = 1") };
  expect((await frozen(aSource(files, { labels: { lab: "x" } }))).closure.labels).toEqual({ lab: "x" });
  expect((await findingsOf(aSource(files, { labels: { lab: 1 } })))[0]?.message).toContain('The label "lab"');
});

test("tells the first hundred of very many values that cannot be used, in inputs nested as they like", async () => {
  const paths = Array.from({ length: 300 }, (_, index) => [`gone-${index}.txt`]);
  const source = aSource({ "main.wdl": workflowWith("Array[Array[File]] files") });
  const findings = await findingsOf(source, { inputs: { "w.files": paths } });
  expect(findings).toHaveLength(101);
  expect(findings[0]?.message).toContain("The input w.files[0][0] names");
  expect(findings.at(-1)?.message).toBe("More than 100 values of the inputs cannot be used; the rest is not shown.");
});

test("refuses more inputs than any workflow takes", async () => {
  const inputs = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`w.a${index}`, index]));
  expect(await findingsOf(aSource({ "main.wdl": workflowWith("Int a") }), { inputs })).toMatchObject([
    { message: "There are 10001 inputs; at most 10000 are read." },
  ]);
});
