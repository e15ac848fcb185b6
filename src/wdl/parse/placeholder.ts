import type { Expr, Placeholder, PlaceholderOptions } from "../ast.ts";
import { keywordHint, PLACEHOLDER_OPTIONS } from "./keywords.ts";
import { ParseFailure, type Scanner } from "./scanner.ts";

/** How to read what stands in a placeholder. Handed in, since expressions hold strings, which hold placeholders. */
export interface ExpressionParsers {
  readonly expression: (s: Scanner) => Expr;
  /** The value of an option: one operand, so that the placeholder's own expression can follow. */
  readonly option: (s: Scanner) => Expr;
}

/** Reads the placeholder whose `~` or `$` stands at `start`. */
export function parsePlaceholder(s: Scanner, start: number, parsers: ExpressionParsers): Placeholder {
  s.pos = start + 2;
  s.enter();
  const options = parseOptions(s, parsers);
  if (s.code() === 125 /* } */)
    s.fail("syntax", "This placeholder has no expression.", undefined, s.spanOf(start, s.pos));
  if (s.atEnd() || startsAt(s, ">>>")) throw unclosed(s, start);
  const expr = parsers.expression(s);
  if (!s.take("}")) {
    const next = s.here();
    if (s.atEnd() || startsAt(s, ">>>") || next.line > s.spanOf(s.pos, s.pos).line) throw unclosed(s, start);
    const hint = s.code() === 61 /* = */ ? "Comparing is written `==`." : undefined;
    s.fail("syntax", `Expected an operator or \`}\` in the placeholder, but found ${s.found()}.`, hint);
  }
  s.leave();
  const placeholder: Placeholder = { kind: "placeholder", options, expr, span: s.span(start) };
  warnOfCromwell(s, placeholder);
  return placeholder;
}

function startsAt(s: Scanner, sign: string): boolean {
  return s.text.startsWith(sign, s.peek());
}

function unclosed(s: Scanner, start: number): ParseFailure {
  const opening = s.text.slice(start, start + 2);
  const message = `The placeholder that \`${opening}\` opens here is never closed.`;
  return new ParseFailure("unclosed", s.spanOf(start, start + 2), message, "Close it with `}`.");
}

/** Reads `sep=", "` and the like; spaces around `=` are common. */
function parseOptions(s: Scanner, parsers: ExpressionParsers): PlaceholderOptions {
  let options: PlaceholderOptions = NO_OPTIONS;
  for (;;) {
    const start = s.peek();
    const word = s.word();
    if (word === "") break;
    s.pos = start + word.length;
    const equals = s.peek();
    if (s.text.charCodeAt(equals) !== 61 || s.text.charCodeAt(equals + 1) === 61) {
      s.pos = start;
      break;
    }
    s.pos = equals + 1;
    const span = s.spanOf(start, start + word.length);
    const value = parsers.option(s);
    if (PLACEHOLDER_OPTIONS.some((option) => option === word)) options = { ...options, [word]: value };
    else {
      const hint = keywordHint(word, PLACEHOLDER_OPTIONS) ?? "The options are sep, true, false and default.";
      s.error("unknown-placeholder-option", span, `\`${word}\` is not an option of a placeholder.`, hint);
    }
    if (s.pos === equals + 1) break;
  }
  checkTrueAndFalse(s, options);
  return options;
}

const NO_OPTIONS: PlaceholderOptions = {};

/** 1.1 wants `true` and `false` together; 1.0 documents leave one away and mean "". */
function checkTrueAndFalse(s: Scanner, options: PlaceholderOptions): void {
  const present = options.true ?? options.false;
  if (present === undefined || (options.true !== undefined && options.false !== undefined)) return;
  const absent = options.true === undefined ? "true" : "false";
  const message = `The option \`${absent}\` is missing beside its counterpart.`;
  const hint = `Add ${absent}="".`;
  if (s.version === "1.0") s.warning("lone-placeholder-option", present.span, message, hint);
  else s.error("lone-placeholder-option", present.span, message, hint);
}

/** Says so where Cromwell's grammar does not take what stands directly in a placeholder. */
function warnOfCromwell(s: Scanner, { expr, span }: Placeholder): void {
  // `x ==` looks like the option `x =` to it; behind a real option, or in parentheses, a comparison is no trouble.
  const comparison =
    expr.kind === "binary" &&
    expr.operator === "==" &&
    expr.left.kind === "name" &&
    s.text.slice(span.offset + 2, expr.span.offset).trim() === "";
  if (!comparison && expr.kind !== "float" && expr.kind !== "object") return;
  const what = comparison ? "a comparison" : expr.kind === "float" ? "a Float literal" : "an object literal";
  const message = `Some versions of Cromwell cannot read ${what} directly in a placeholder.`;
  s.warning("placeholder-cromwell", span, message, "Declare it first and put the name here.");
}
