import type { Placeholder, Template } from "../ast.ts";
import { EXPRESSION_PARSERS } from "./expression.ts";
import { parsePlaceholder } from "./placeholder.ts";
import { asFailure } from "./recovery.ts";
import { ParseFailure, type Scanner } from "./scanner.ts";

/** What matters in `command <<< … >>>`: all else is the shell's, `${…}` included. */
const IN_HEREDOC = /~\{|>>>/g;

/** What matters in `command { … }`: braces of the shell have to pair up. */
const IN_BRACES = /[~$]\{|[{}]/g;

/** Reads a command from its `<<<` or `{`, without touching its text. A placeholder that fails is reported and skipped. */
export function parseCommand(s: Scanner): Template {
  const open = s.peek();
  const heredoc = s.take("<<<");
  if (!heredoc) s.expect("{", "or `<<<` after `command`");
  const landmark = heredoc ? IN_HEREDOC : IN_BRACES;
  const contentStart = s.pos;
  const parts: (string | Placeholder)[] = [];
  let from = contentStart;
  let depth = 0;
  let next = contentStart;
  for (;;) {
    landmark.lastIndex = next;
    const match = landmark.exec(s.text);
    if (match === null) throw unclosed(s, open, heredoc);
    const sign = match[0];
    const at = match.index;
    next = at + sign.length;
    if (sign === "{") depth++;
    else if (sign === ">>>" || (sign === "}" && --depth < 0)) {
      if (at > from) parts.push(s.text.slice(from, at));
      s.pos = next;
      return { parts, span: s.spanOf(contentStart, at) };
    } else if (sign !== "}") {
      if (at > from) parts.push(s.text.slice(from, at));
      const placeholder = parsePlaceholderOrSkip(s, at, heredoc);
      if (placeholder !== undefined) parts.push(placeholder);
      from = next = s.pos;
    }
  }
}

function unclosed(s: Scanner, open: number, heredoc: boolean): ParseFailure {
  const span = s.spanOf(open, open + (heredoc ? 3 : 1));
  const hint = heredoc
    ? "Close it with `>>>`."
    : "Close it with `}`; a command whose braces do not pair up is better written between `<<<` and `>>>`.";
  return new ParseFailure("unclosed", span, "The command that begins here is never closed.", hint);
}

function parsePlaceholderOrSkip(s: Scanner, at: number, heredoc: boolean): Placeholder | undefined {
  const { nesting } = s;
  try {
    return parsePlaceholder(s, at, EXPRESSION_PARSERS);
  } catch (thrown) {
    const failure = asFailure(thrown);
    s.report(failure);
    if (failure.lost) throw failure;
    s.nesting = nesting;
    s.height = 0;
    s.pos = placeholderEnd(s.text, at + 2, heredoc);
    return undefined;
  }
}

const BRACES = /[{}\n]|>>>/g;

/** Where a broken placeholder ends: behind the `}` that pairs up on its line, else at the end of the line or command. */
function placeholderEnd(text: string, from: number, heredoc: boolean): number {
  let depth = 1;
  BRACES.lastIndex = from;
  for (let match = BRACES.exec(text); match !== null; match = BRACES.exec(text)) {
    if (match[0] === "\n" || (match[0] === ">>>" && heredoc)) return match.index;
    if (match[0] === "{") depth++;
    else if (match[0] === "}" && --depth === 0) return match.index + 1;
  }
  return text.length;
}
