import { describe, expect, test } from "vitest";
import type { Template } from "#src/wdl/ast.ts";
import { render, renderTemplate } from "#src/wdl/template.ts";
import { arrayValue, booleanValue, fileValue, floatValue, NONE, stringValue } from "#src/wdl/values.ts";
import type { Value } from "#src/wdl/values.ts";
import { environment, expression, memoryIo } from "./evaluating.ts";

const names: Readonly<Record<string, Value>> = {
  words: arrayValue([stringValue("a"), stringValue("b")]),
  mixed: arrayValue([stringValue("a"), NONE]),
  nested: arrayValue([arrayValue([])]),
  empty: arrayValue([]),
  yes: booleanValue(true),
  no: booleanValue(false),
  none: NONE,
  x: floatValue(20_000_000),
  bam: fileValue("/inputs/7/a.bam"),
};

function command(text: string): Template {
  const parsed = expression(`"${text}"`, "1.0");
  if (parsed.kind !== "string") throw new Error("no string");
  return parsed.template;
}

const env = environment(names, { io: memoryIo(new Map([["sep.txt", "+\n"]])) });

const TEXTS: Readonly<Record<string, string>> = {
  plain: "plain",
  "~{sep='+' words}": "a+b",
  "~{sep = ', ' words} end": "a, b end",
  "~{sep=' ' empty}": "",
  "~{sep=',' mixed}": "a,",
  "~{true='T' false='F' yes}~{false='F' true='T' no}": "TF",
  "~{true='T' yes}~{true='T' no}": "T",
  "~{yes}": "true",
  "~{default='d' none}": "d",
  "~{default='d' yes}": "true",
  "~{default='d' true='T' false='F' none}": "d",
  "~{default='d' sep=' ' none}": "d",
  "~{default='d' sep=' ' words}": "a b",
  "~{sep=' ' x}": "2.0E7",
  "~{none}": "",
  "~{true='T' false='F' none}": "",
  "~{none * 2}~{'~{none - 1}'}~{none + x}": "",
  "~{'--x ' + none}|~{'--x ' + x}": "|--x 2.0E7",
  "samtools ~{bam} ${bam + '.bai'}": "samtools /inputs/7/a.bam /inputs/7/a.bam.bai",
  "~{sep=read_string('sep.txt') words} ~{1 + 1}": "a+b 2",
  "~{default=1 none}": "1",
};

describe("a command's placeholders become text", () => {
  for (const [text, rendered] of Object.entries(TEXTS)) {
    test(text, async () => {
      expect(await renderTemplate(command(text), env)).toBe(rendered);
    });
  }
});

const ERRORS: Readonly<Record<string, RegExp>> = {
  "~{words}": /an Array needs a separator .*\(line 1, column 2\)/,
  "~{sep=' ' nested}": /an Array of 0 items cannot be put into a command/,
  "~{object {a: 1}}": /an Object cannot be put into a command/,
  "~{{'a': 1}}": /a Map of 1 entry cannot be put into a command/,
  "~{(1, 2)}": /a Pair cannot/,
  "~{sep=words words}": /expected String, found an Array/,
  "ok ~{1 / 0}": /division by zero \(line 1, column 7\)/,
};

describe("a placeholder that has no text is refused with its place", () => {
  for (const [text, message] of Object.entries(ERRORS)) {
    test(text, async () => {
      await expect(renderTemplate(command(text), env)).rejects.toThrow(message);
    });
  }
});

test("a command without files is rendered without a promise", () => {
  expect(render(command("~{sep=' ' words} ~{x}"), env)).toBe("a b 2.0E7");
});
