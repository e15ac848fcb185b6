import type { Expr, Placeholder, PlaceholderOptions } from "../ast.ts";
import { keywordHint, PLACEHOLDER_OPTIONS } from "./keywords.ts";
import { ParseFailure, type Scanner } from "./scanner.ts";

/** How to read what stands in a placeholder. Handed in, since expressions hold strings, which hold placeholders. */
export interface ExpressionParsers {
  readonly expression: (s: Scanner) => Expr;
  /** The value of an option: one operand, so that the placeholder's own expression can follow. */
  readonly option: (s: Scanner) => Expr;
}

/**
 * Reads the placeholder whose `~` or `$` stands at `start`.
 *
 * Cromwell looks at the options of a placeholder in a command only, so only there a wrong one is an error.
 */
export function parsePlaceholder(
  s: Scanner,
  start: number,
  parsers: ExpressionParsers,
  home: "command" | "string",
): Placeholder {
  s.pos = start + 2;
  s.enter();
  const options = parseOptions(s, parsers, home === "command" ? "error" : "warning");
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
function parseOptions(s: Scanner, parsers: ExpressionParsers, severity: Severity): PlaceholderOptions {
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
    const option = PLACEHOLDER_OPTIONS.find((option) => option === word);
    if (option === undefined) {
      const hint = keywordHint(word, PLACEHOLDER_OPTIONS) ?? "The options are sep, true, false and default.";
      s[severity]("unknown-placeholder-option", span, `\`${word}\` is not an option of a placeholder.`, hint);
    } else if (options[option] !== undefined) {
      const message = `The option \`${option}\` is given twice in one placeholder.`;
      s[severity]("duplicate-placeholder-option", span, message, "Delete one of them.");
    } else options = { ...options, [option]: value };
    if (s.pos === equals + 1) break;
  }
  checkTrueAndFalse(s, options, severity);
  return options;
}

type Severity = "error" | "warning";

const NO_OPTIONS: PlaceholderOptions = {};

/** Cromwell takes `true` and `false` together only, in 1.0 as well. */
function checkTrueAndFalse(s: Scanner, options: PlaceholderOptions, severity: Severity): void {
  const present = options.true ?? options.false;
  if (present === undefined || (options.true !== undefined && options.false !== undefined)) return;
  const absent = options.true === undefined ? "true" : "false";
  const message = `The option \`${absent}\` is missing beside its counterpart.`;
  s[severity]("lone-placeholder-option", present.span, message, `Add ${absent}="".`);
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
