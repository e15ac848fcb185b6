import type { Placeholder, Template } from "../ast.ts";
import { EXPRESSION_PARSERS } from "./expression.ts";
import { TASK_SECTIONS } from "./keywords.ts";
import { parsePlaceholder } from "./placeholder.ts";
import { asFailure } from "./recovery.ts";
import { ParseFailure, type Scanner } from "./scanner.ts";

/** What matters in `command <<< … >>>`: all else is the shell's, `${…}` included. */
const IN_HEREDOC = /~\{|>>>/g;

/** What matters in `command { … }`. */
const IN_BRACES = /[~$]\{|[{}]/g;

/**
 * Reads a command from its `<<<` or `{`, without touching its text. A placeholder that fails is reported and skipped.
 *
 * A command in braces ends at the first `}` that pairs up with nothing. Documents in production also leave a `{` open in
 * there, since Cromwell ends the command at the first `}` of all: so a `}` before the next section ends it, too.
 */
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
  let firstBrace: number | undefined;
  for (;;) {
    landmark.lastIndex = next;
    const match = landmark.exec(s.text);
    if (match === null) throw unclosed(s, open, heredoc);
    const sign = match[0];
    const at = match.index;
    next = at + sign.length;
    if (sign === "{") depth++;
    else if (sign === ">>>" || (sign === "}" && (--depth < 0 || isBeforeSection(s, next)))) {
      if (firstBrace !== undefined) warnOfBrace(s, firstBrace);
      if (at > from) parts.push(s.text.slice(from, at));
      s.pos = next;
      return { parts, span: s.spanOf(contentStart, at) };
    } else if (sign === "}") firstBrace ??= at;
    else {
      if (at > from) parts.push(s.text.slice(from, at));
      const placeholder = parsePlaceholderOrSkip(s, at, heredoc);
      if (placeholder !== undefined) parts.push(placeholder);
      from = next = s.pos;
    }
  }
}

/** Whether what stands behind `at` is the next section of the task, which the shell would never write. */
function isBeforeSection(s: Scanner, at: number): boolean {
  s.pos = at;
  if (!TASK_SECTIONS.some((section) => s.takeKeyword(section))) return false;
  return s.code() === 123; /* { */
}

function warnOfBrace(s: Scanner, at: number): void {
  const message = "Cromwell ends this command here, at its first `}`.";
  s.warning("brace-in-command", s.spanOf(at, at + 1), message, "Write the command between <<< and >>>.");
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
    return parsePlaceholder(s, at, EXPRESSION_PARSERS, "command");
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
