import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expandPattern } from "#src/engine/tasks/shell-pattern.ts";
import { openBench, plain, run } from "./attempts.ts";

const bench = openBench();
const folder = mkdtempSync(join(tmpdir(), "awe-globs-"));

beforeAll(() => {
  const names = [
    "a1",
    "a2",
    "A1",
    "b1",
    ".hidden",
    "a b",
    "x[1]",
    "x1",
    "sub/one.txt",
    "sub/.two",
    "sub/deep/three.txt",
  ];
  for (const name of [...names, "é1", "a-b", "a]b", "{c}", "07", "star*", "new\nline"]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), "");
  }
  symlinkSync("sub", join(folder, "linked"));
});
afterAll(() => {
  bench.close();
  rmSync(folder, { recursive: true, force: true });
});

test.for([
  ["*"],
  ["a?"],
  ["{a,b}1"],
  ["*/one.txt"],
  ["sub/*"],
  ["sub/.*o"],
  ["**/*.txt"],
  ["[ab]1"],
  ["[!a]1"],
  ["[^a]?"],
  ["a[[:digit:]]"],
  ["x\\[1\\]"],
  ["x[1]"],
  ["{a{1,2},b1}"],
  ["a[]]b"],
  ["a[-x]b"],
  ["0{5..9}"],
  ["{05..09}"],
  ["nothing*"],
  ["linked/*"],
  ["*/*"],
  ["*/*/*"],
  ["./a1"],
  ["sub/../a?"],
  ["{c}"],
  ["{a1}"],
  ["star\\*"],
  ["[a"],
  ["a1/"],
  [".hid*"],
  ["?1"],
  ["*\\ *"],
  ["a{1,2"],
  ["{,a}1"],
])("the pattern %s means what it means in bash", ([pattern = ""]) => {
  const program = `shopt -s nullglob; for f in ${pattern}; do [[ -f $f ]] && printf '%s\\0' "$f"; done; true`;
  const bash = execFileSync("bash", ["--norc", "-c", program], {
    cwd: folder,
    encoding: "utf8",
    env: { LANG: "C.UTF-8" },
  });
  const files = (paths: string[]) => [...new Set(paths.map((path) => join(path)))].sort((a, b) => (a < b ? -1 : 1));
  const isFile = (path: string) =>
    readdirSync(join(folder, dirname(path)), { withFileTypes: true }).some(
      (entry) => entry.isFile() && join(dirname(path), entry.name) === join(path),
    );
  expect(files(expandPattern(pattern, folder).filter(isFile))).toEqual(
    files(bash.split("\0").filter((path) => path !== "" && isFile(path))),
  );
});

test("nothing in a pattern is run", () => {
  expect(expandPattern("$(touch ran)*; touch ran; `touch ran`", folder)).toEqual([]);
  expect(readdirSync(folder)).not.toContain("ran");
});

test("a glob gives links in the order of ls, and leaves Cromwell's list and control file", async () => {
  const { result, execution } = await run(
    bench,
    `task t {
      command { mkdir d; touch c.txt b.txt B.txt a.txt d/other.txt .x.txt; ln -s a.txt z.txt }
      output {
        Array[File] parts = glob("*.txt")
        Array[File] none = glob("*.none")
        Array[File] all = glob("*")
        Array[File] chosen = glob(read_string(stdout()) + "d/*")
        Int n = length(glob("?.txt"))
      }
    }`,
  );
  const outputs = plain(result) as Record<string, string[]>;
  const names = (paths: string[] = []) => paths.map((path) => path.slice(execution.length + 1));
  const place = "glob-7d3ac0f4bac16d70f0e1b6d41ef90b7f".length;
  expect(names(outputs["parts"]).map((name) => name.slice(place + 1))).toEqual([
    "B.txt",
    "a.txt",
    "b.txt",
    "c.txt",
    "z.txt",
  ]);
  const [home = ""] = names(outputs["parts"])[0]?.split("/") ?? [];
  expect(readFileSync(join(execution, `${home}.list`), "utf8")).toBe("B.txt\na.txt\nb.txt\nc.txt\nz.txt\n");
  expect(readdirSync(join(execution, home))).toContain("cromwell_glob_control_file");
  expect(outputs["none"]).toEqual([]);
  expect(names(outputs["chosen"]).map((name) => name.slice(place + 1))).toEqual(["other.txt"]);
  expect(outputs["n"]).toBe(5);
  expect(names(outputs["all"]).map((name) => name.slice(place + 1))).not.toContain("pid");
});

test("two globbed files of one name are both given", async () => {
  const { result } = await run(
    bench,
    `task t { command { mkdir a b; echo 1 > a/x; echo 2 > b/x } output {
      Array[File] xs = glob("*/x")
      Array[String] texts = [read_string(xs[0]), read_string(xs[1])]
    } }`,
  );
  expect((plain(result) as { texts: string[] }).texts.toSorted((a, b) => Number(a) - Number(b))).toEqual(["1", "2"]);
});
