import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dedent } from "#src/wdl/dedent.ts";
import { parseDocument } from "#src/wdl/parse/document.ts";

/** What is left of a command, with each placeholder written `<name>`. */
function run(raw: string): { text: string; mixed: boolean; line: number | undefined } {
  const { document } = parseDocument(`version 1.0\ntask t { command <<<${raw}>>> }`, "main.wdl");
  const [task] = document?.tasks ?? [];
  if (task === undefined) throw new Error("no task");
  const { template, mixed, mixedLine } = dedent(task.command);
  const parts = template.parts.map((part) => {
    if (typeof part === "string") return part;
    return part.expr.kind === "name" ? `<${part.expr.name}>` : "<>";
  });
  return { text: parts.join(""), mixed, line: mixedLine };
}

test.each([
  ["all lines share their indentation", "\n    a\n      b\n    c\n  ", "a\n  b\nc"],
  ["tabs are removed like spaces", "\n\t\ta\n\t\t\tb\n\t", "a\n\tb"],
  ["blank lines at both ends go", "\n\n  \n  a\n  b\n\n \n", "a\nb"],
  ["an empty line in between keeps all indentation", "\n    a\n\n    b\n  ", "    a\n\n    b"],
  ["a blank line counts with what it has", "\n    a\n  \n    b\n  ", "  a\n\n  b"],
  ["one line is enough", " echo ~{x} ", "echo <x> "],
  ["a placeholder at the start of a line has no indentation before it", "\n  a\n~{x} b\n", "  a\n<x> b"],
  ["a placeholder behind indentation is indented", "\n    ~{x}\n      ~{y} ~{z}\n", "<x>\n  <y> <z>"],
  ["a line of nothing but a placeholder is not blank", "\n  ~{x}\n", "<x>"],
  ["nothing stays of nothing", "\n   \n", ""],
  ["nothing stays of an empty command", "", ""],
  ["line ends of Windows stay", "\n  a\r\n  b\r\n", "a\r\nb\r"],
])("%s", (_, raw, text) => {
  expect(run(raw)).toEqual({ text, mixed: false, line: undefined });
});

test("tabs and spaces in one command are told, with the line, and nothing is removed", () => {
  expect(run("\n    a\n\t\tb\n")).toEqual({ text: "    a\n\t\tb", mixed: true, line: 4 });
  expect(run("\n \tb\n")).toEqual({ text: " \tb", mixed: true, line: 3 });
});

test("tabs behind the first other character are no indentation", () => {
  expect(run("\n  a\n  b\tc\n  ~{x}\td\n")).toMatchObject({ mixed: false, text: "a\nb\tc\n<x>\td" });
});

test("the line of mixed indentation is right behind a placeholder of several lines", () => {
  expect(run("\n  ~{if a\n  then b\n  else c} ~{x}\n  ~{y}\n\tb\n").line).toBe(7);
});

test("the case of mixed indentation names its line", () => {
  const file = new URL("cases/reject-mixed-indentation/source.wdl", import.meta.url);
  const { document } = parseDocument(readFileSync(file, "utf8"), "source.wdl");
  const [task] = document?.tasks ?? [];
  expect(task && dedent(task.command)).toMatchObject({ mixed: true, mixedLine: 6 });
});
