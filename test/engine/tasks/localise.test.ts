import { mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { javaHashCode } from "#src/engine/tasks/localise.ts";
import type { Value } from "#src/wdl/values.ts";
import { messages, openBench, plain, recordingHooks, run } from "./attempts.ts";

const bench = openBench();
const file = (path: string): Value => ({ kind: "file", path });
const source = (path: string) => join(bench.folder, "source", path);

beforeAll(() => {
  // Folders whose names have one hash in Java.
  for (const folder of ["one", "two", "Aa", "BB"]) {
    mkdirSync(source(folder), { recursive: true });
    writeFileSync(source(`${folder}/x.txt`), `${folder}\n`);
    writeFileSync(source(`${folder}/x.txt.idx`), "");
  }
  symlinkSync("one/x.txt", source("link.txt"));
});
afterAll(() => bench.close());

test("the hash of a folder is Java's", () => {
  expect(javaHashCode("")).toBe(0);
  expect(javaHashCode("polygenelubricants")).toBe(-2_147_483_648);
  expect(javaHashCode("Aa")).toBe(javaHashCode("BB"));
});

test("input files are linked to Cromwell's places: neighbours together, equal names apart", async () => {
  const hooks = recordingHooks();
  const { result, job } = await run(
    bench,
    `task t {
      input { Array[File] files }
      command { cat \${sep=" " files}; ls -1 $(dirname \${files[0]}) >&2 }
      output { Array[String] texts = read_lines(stdout()) Array[String] names = read_lines(stderr()) Array[File] same = files }
    }`,
    {
      hooks,
      inputs: {
        files: { kind: "array", items: ["one/x.txt", "one/x.txt.idx", "two/x.txt"].map((path) => file(source(path))) },
      },
    },
  );
  const place = (folder: string) => `${job.callFolder}/inputs/${javaHashCode(source(folder))}`;
  expect(plain(result)).toEqual({
    texts: ["one", "two"],
    names: ["x.txt", "x.txt.idx"],
    same: [`${place("one")}/x.txt`, `${place("one")}/x.txt.idx`, `${place("two")}/x.txt`],
  });
  expect(statSync(`${place("one")}/x.txt`).ino).toBe(statSync(source("one/x.txt")).ino);
  expect(hooks.prepared[0]?.commandLine).toContain(
    `cat ${place("one")}/x.txt ${place("one")}/x.txt.idx ${place("two")}/x.txt`,
  );
  // Metadata shows what was given.
  expect(hooks.prepared[0]?.inputs.get("files")).toEqual(job.inputs.get("files"));
});

test("folders with one hash do not collide", async () => {
  const { result } = await run(
    bench,
    `task t { input { File a File b } command { cat \${a} \${b} } output { Array[String] s = read_lines(stdout()) } }`,
    { inputs: { a: file(source("Aa/x.txt")), b: file(source("BB/x.txt")) } },
  );
  expect(plain(result)).toEqual({ s: ["Aa", "BB"] });
});

test("a soft link is followed, and a folder is linked softly", async () => {
  const { result, job } = await run(
    bench,
    `task t { input { File a File d } command { cat \${a} \${d}/x.txt } output { Array[String] s = read_lines(stdout()) } }`,
    { inputs: { a: file(source("link.txt")), d: file(source("two")) } },
  );
  expect(plain(result)).toEqual({ s: ["one", "two"] });
  expect(readlinkSync(`${job.callFolder}/inputs/${javaHashCode(join(bench.folder, "source"))}/two`)).toBe(
    source("two"),
  );
});

test("an input file that does not exist is a failure that names it", async () => {
  const { result, job } = await run(bench, `task t { input { File f } command { cat \${f} } }`, {
    inputs: { f: file("/no/such/file.txt") },
  });
  expect(result).toMatchObject({ kind: "failed", retryable: false });
  const place = `${job.callFolder}/inputs/${javaHashCode("/no/such")}/file.txt`;
  expect(messages(result)).toContain(
    `Could not localize /no/such/file.txt -> ${place}:\n\t/no/such/file.txt doesn't exist`,
  );
});

test("an address as an input file is a failure that says what is possible", async () => {
  const { result } = await run(bench, `task t { input { File f } command { cat \${f} } }`, {
    inputs: { f: file("gs://bucket/x") },
  });
  expect(messages(result)).toContain("Could not localize gs://bucket/x: it is an address");
});

test("an empty path is a failure, not the folder that the engine runs in", async () => {
  const { result } = await run(bench, `task t { input { File f = "" } command { ls \${f} } }`);
  expect(messages(result)).toBe("Could not localize a File whose path is empty");
});

test("what write_lines wrote is used where it is", async () => {
  const { result, execution } = await run(
    bench,
    `task t {
      input { Array[String] words }
      File list = write_lines(words)
      command { cat \${list} \${write_lines(["z"])}; echo \${list} >&2 }
      output { Array[String] s = read_lines(stdout()) String path = read_string(stderr()) }
    }`,
    { inputs: { words: { kind: "array", items: [{ kind: "string", value: "a" }] } } },
  );
  expect(plain(result)).toMatchObject({ s: ["a", "z"] });
  const { path } = plain(result) as { path: string };
  expect(path.startsWith(`${execution}/write_lines_`)).toBe(true);
  expect(readFileSync(path, "utf8")).toBe("a\n");
});

test("defaults and private declarations are evaluated by need, with the original paths", async () => {
  const { result } = await run(
    bench,
    `task t {
      input { File f  String? tag  Int b = a + 1  Int a = 2  File? none }
      String d = "\${c}!"
      String c = "\${b}"
      String index = sub(f, "txt$", "txt.idx")
      command { echo "\${d} \${default="none" tag} \${none}"; ls \${index} }
      output { Array[String] s = read_lines(stdout()) }
    }`,
    { inputs: { f: file(source("one/x.txt")), a: { kind: "int", value: 5 } } },
  );
  expect(plain(result)).toEqual({ s: ["6! none ", source("one/x.txt.idx")] });
});

test("a value that cannot be evaluated names the declaration", async () => {
  const { result } = await run(bench, `task t { input { Array[Int] xs = [] } Int first = xs[0] command {} }`);
  expect(result).toMatchObject({ kind: "failed", retryable: false });
  expect(messages(result)).toContain("Call input and runtime attributes evaluation failed for wf.t");
  expect(messages(result)).toContain("Failed to evaluate 'first'");
});

test("a required input that nobody gave is a failure", async () => {
  const { result } = await run(bench, `task t { input { Int x } command {} }`);
  expect(messages(result)).toContain("Failed to evaluate 'x': it is required, but nobody gave it");
});
