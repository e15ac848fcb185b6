import type { Expr, Placeholder, Template } from "../ast.ts";
import { parsePlaceholder, type ExpressionParsers } from "./placeholder.ts";
import { nextMatch, ParseFailure, type Scanner } from "./scanner.ts";

/** What ends plain text inside a string, or may. */
const LANDMARK = /["'\\~$\n]/g;

/** Reads a string literal with placeholders, which is known to come next. */
export function parseString(s: Scanner, parsers: ExpressionParsers): Extract<Expr, { kind: "string" }> {
  const start = s.peek();
  const template = parseQuoted(s, (from) => {
    const placeholder = parsePlaceholder(s, from, parsers, "string");
    if (Object.keys(placeholder.options).length > 0) {
      s.warning(
        "option-in-string",
        placeholder.span,
        "Cromwell ignores placeholder options in strings outside of a command.",
        "Use `sep(…)`, `select_first(…)` or `if … then … else …` here.",
      );
    }
    return placeholder;
  });
  return { kind: "string", template, span: s.span(start) };
}

/** Reads a string in which placeholders mean nothing: of an import or a meta value. */
export function parsePlainString(s: Scanner): string {
  const [text] = parseQuoted(s, undefined).parts;
  return typeof text === "string" ? text : "";
}

/** Reads a quoted string, decoding its escapes. `placeholderAt` reads a placeholder; without it `~{` is text. */
function parseQuoted(s: Scanner, placeholderAt: ((from: number) => Placeholder) | undefined): Template {
  const { text } = s;
  const open = s.peek();
  const quote = text.charCodeAt(open);
  const parts: (string | Placeholder)[] = [];
  let pending = "";
  let from = open + 1;
  let at = from;
  let escapedEnd = -1;
  for (;;) {
    at = nextMatch(LANDMARK, text, at);
    const code = text.charCodeAt(at);
    if (code === quote) break;
    if (code === 92 /* \ */) {
      pending += text.slice(from, at);
      s.pos = at;
      const escape = decodeEscape(s, at);
      pending += escape.text;
      if (text.charCodeAt(at + 1) === 92) escapedEnd = escape.end;
      at = from = escape.end;
    } else if (
      placeholderAt !== undefined &&
      (code === 126 /* ~ */ || code === 36) /* $ */ &&
      text.charCodeAt(at + 1) === 123 /* { */
    ) {
      pending += text.slice(from, at);
      if (pending !== "") parts.push(pending);
      pending = "";
      s.pos = at;
      parts.push(placeholderAt(at));
      at = from = s.pos;
    } else if (code === 10 || at < 0) {
      const hint = "Close it with the quote that opened it; a line break inside is written \\n.";
      throw new ParseFailure(
        "unclosed",
        s.spanOf(open, at < 0 ? text.length : at),
        "This string is not closed on its line.",
        hint,
      );
    } else at++;
  }
  pending += text.slice(from, at);
  if (pending !== "") parts.push(pending);
  s.pos = at + 1;
  if (escapedEnd === at) {
    const message = "Cromwell cannot read a string that ends in an escaped backslash.";
    s.warning("string-ends-in-backslash", s.span(open), message);
  }
  return { parts, span: s.spanOf(open + 1, at) };
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"],
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["'", "'"],
  ['"', '"'],
  ["~", "~"],
  ["$", "$"],
]);
const OCTAL = /[0-7]{1,3}/y;
const HEX = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})/y;

/** Decodes the escape whose backslash stands at `at`. One that WDL does not know is kept as it is written. */
function decodeEscape(s: Scanner, at: number): { readonly text: string; readonly end: number } {
  const { text } = s;
  const next = text.charAt(at + 1);
  const simple = SIMPLE.get(next);
  if (simple !== undefined) return { text: simple, end: at + 2 };
  OCTAL.lastIndex = at + 1;
  const octal = OCTAL.exec(text)?.[0];
  if (octal !== undefined) {
    return { text: String.fromCharCode(Number.parseInt(octal, 8)), end: at + 1 + octal.length };
  }
  HEX.lastIndex = at + 1;
  const hex = HEX.exec(text);
  if (hex !== null) {
    const end = at + 1 + hex[0].length;
    const code = Number.parseInt(hex[0].slice(1), 16);
    if (code > 0x10ffff)
      s.fail("syntax", `\`\\${hex[0]}\` is not a character of Unicode.`, undefined, s.spanOf(at, end));
    return { text: String.fromCodePoint(code), end };
  }
  if (next === "" || next === "\n") return { text: "\\", end: at + 1 };
  const hint = "Write \\\\ for a backslash.";
  s.warning("unknown-escape", s.spanOf(at, at + 2), `\`\\${next}\` is not an escape of WDL.`, hint);
  return { text: `\\${next}`, end: at + 2 };
}
