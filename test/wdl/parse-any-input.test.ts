import { globSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { cachedParser } from "#src/wdl/parse/cache.ts";
import { parseDocument } from "#src/wdl/parse/document.ts";
import { PARSE_LIMITS } from "#src/wdl/parse/scanner.ts";

vi.setConfig({ testTimeout: 120_000 });

const CASES = new URL("cases/", import.meta.url).pathname;
const texts = globSync("**/*.wdl", { cwd: CASES })
  .sort()
  .map((file) => readFileSync(CASES + file, "utf8"));

/** Pieces that change what the text around them means. */
const PIECES: readonly string[] = [
  "{",
  "}",
  "[",
  "]",
  "(",
  ")",
  "<",
  ">",
  '"',
  "'",
  "~",
  "$",
  "#",
  "\\",
  ",",
  ":",
  "=",
  "?",
  "+",
  "-",
  "!",
  ".",
  " ",
  "\n",
  "~{",
  "${",
  ">>>",
  "<<<",
  "command",
  "input",
  "task t {",
  "workflow w {",
  "if",
  "object {",
  'import "',
  "\0",
  "\u{1F600}",
];

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof(fc.nat(3), fc.nat(60)),
  insert: fc.oneof(fc.constantFrom(...PIECES), fc.constant(""), fc.string({ maxLength: 8 })),
});

const edits = fc.array(edit, { minLength: 1, maxLength: 6 });

const mutant = fc.tuple(fc.constantFrom(...texts), edits).map(([text, edits]) => {
  let changed = text;
  for (const { at, remove, insert } of edits) {
    const from = Math.floor(at * changed.length);
    changed = changed.slice(0, from) + insert + changed.slice(from + remove);
  }
  return changed;
});

/** Far above what reading takes, also on a machine that is busy. */
const HANG_MS = 20_000;

function parsesCalmly(text: string): void {
  const lines = text.split("\n").length;
  const startedAt = performance.now();
  const { document, diagnostics } = parseDocument(text, "main.wdl");
  expect(performance.now() - startedAt).toBeLessThan(HANG_MS);
  expect(diagnostics.length).toBeLessThanOrEqual(PARSE_LIMITS.maxErrors + 1 + PARSE_LIMITS.maxWarnings);
  for (const { line = 0, column = 0, message, file } of diagnostics) {
    expect(file).toBe("main.wdl");
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).not.toContain("undefined");
  }
  if (document === undefined) expect(diagnostics.some((found) => found.severity === "error")).toBe(true);
}

test("no change to a document makes reading it throw or hang", () => {
  fc.assert(fc.property(mutant, parsesCalmly), { numRuns: 1_500 });
});

test("no text at all makes reading it throw or hang", () => {
  const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 200 }).map((parts) => parts.join(""));
  const anything = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), pieces);
  const calm = fc.property(anything, (text) => {
    parsesCalmly(text);
    parsesCalmly(`version 1.1\n${text}`);
    parsesCalmly(`version 1.0\ntask t {\n  command <<<${text}`);
  });
  fc.assert(calm, { numRuns: 700 });
});

test.each([
  ["open braces", "{"],
  ["open strings", '"~{'],
  ["quotes", '"'],
  ["commands", "task a { command <<< "],
  ["commands in braces", "task a { command {\n"],
  ["broken placeholders", "task a { command <<< ~{x y} "],
  ["closing braces", "}\n"],
  ["declarations", "Int x 1\n"],
  ["open arrays of types", "Array[\n"],
  ["comments", "#\n"],
  ["line breaks", "\n"],
  ["tasks", "task a {\n"],
])("a megabyte of %s is read in time", (_, piece) => {
  const repeated = piece.repeat(Math.ceil(1_000_000 / piece.length));
  parsesCalmly(`version 1.0\n${repeated}`);
  parsesCalmly(`version 1.0\nworkflow w {\n${repeated}`);
});

test("a remembered document is the same one, and the oldest is forgotten", () => {
  const parse = cachedParser(40);
  const [first, second] = ["version 1.0\nworkflow a {}", "version 1.0\nworkflow b {}"];
  const known = parse(first, "x.wdl", PARSE_LIMITS);
  expect(parse(first, "x.wdl", PARSE_LIMITS).document).toBe(known.document);
  expect(parse(first, "y.wdl", PARSE_LIMITS).document).toBe(known.document);
  parse(second, "x.wdl", PARSE_LIMITS);
  expect(parse(first, "x.wdl", PARSE_LIMITS).document).not.toBe(known.document);
});
