import { ParseFailure, type Scanner } from "./scanner.ts";

/** The start of a top-level statement at the start of a line: where reading can go on whatever came before. */
const TOP_LEVEL = /(?:task|workflow|struct)[ \t]+\w+\s*\{|import[ \t]+["']/y;

/** What begins a statement or a section's entry, rather than going on with an expression. Bounded, so it cannot backtrack far. */
const STATEMENT =
  /(?!(?:then|else|in|as)\b)(?:(?:call|scatter|if|input|output|command|runtime|meta|parameter_meta)\b|[A-Za-z]\w*(?:\[[^\n]{0,200}\])?[ \t?+]{1,8}[A-Za-z]|[A-Za-z]\w*[ \t]{0,8}:)/y;

/** What matters while skipping: brackets, line ends, and what hides them. */
const LANDMARK = /["'#{}\n]|<<</g;

/** Whether a top-level statement begins at `at`, unindented. */
function isTopLevel(s: Scanner, at: number): boolean {
  if (at > 0 && s.text.charCodeAt(at - 1) !== 10) return false;
  TOP_LEVEL.lastIndex = at;
  return TOP_LEVEL.test(s.text);
}

/** Moves to the next top-level statement at or after `at`. */
export function skipToTopLevel(s: Scanner, at: number): void {
  for (let line = at; line < s.text.length;) {
    if (isTopLevel(s, line)) {
      s.pos = line;
      return;
    }
    const end = s.text.indexOf("\n", line);
    if (end < 0) break;
    line = end + 1;
  }
  s.pos = s.text.length;
}

/**
 * Reads `{`, statements and `}`. A statement that fails is reported and skipped, and the next one is read, so one pass
 * finds several errors. `what` names the whole, such as "the task `align`".
 */
export function parseBlock(s: Scanner, what: string, parseStatement: () => void): void {
  const open = s.peek();
  s.expect("{", `to open ${what}`);
  s.enter();
  const { nesting } = s;
  for (;;) {
    const start = s.peek();
    if (s.take("}")) break;
    if (s.atEnd() || isTopLevel(s, start)) {
      const failure = new ParseFailure(
        "unclosed",
        s.spanOf(open, open + 1),
        `This \`{\` opens ${what}, which is never closed.`,
        s.atEnd() ? "Add the missing `}`." : `Add the missing \`}\` before line ${s.here().line}.`,
      );
      s.report(failure);
      failure.lost = true;
      throw failure;
    }
    try {
      parseStatement();
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.lost) throw failure;
      s.report(failure);
      s.nesting = nesting;
      s.height = 0;
      if (failure.lost) throw failure;
      if (!skipStatement(s, start, failure.span.offset)) {
        failure.lost = true;
        throw failure;
      }
    }
  }
  s.leave();
}

/** Whatever is not a syntax error is a fault of ours and goes on its way. */
export function asFailure(thrown: unknown): ParseFailure {
  if (thrown instanceof ParseFailure) return thrown;
  throw thrown;
}

/**
 * Moves behind the statement that began at `start` and failed at `failedAt`: to the next line that looks like a
 * statement, or to the `}` of the block. False where the next top-level statement or the end comes first.
 */
function skipStatement(s: Scanner, start: number, failedAt: number): boolean {
  const { text } = s;
  let depth = 0;
  let heredocEnd = start;
  LANDMARK.lastIndex = start;
  for (;;) {
    const match = LANDMARK.exec(text);
    if (match === null) break;
    const at = match.index;
    switch (match[0]) {
      case "{":
        depth++;
        break;
      case "}":
        if (depth === 0 && at >= failedAt) {
          s.pos = at;
          return true;
        }
        depth = Math.max(0, depth - 1);
        break;
      case "#":
        LANDMARK.lastIndex = lineEnd(text, at);
        break;
      case "<<<":
        heredocEnd = nextHeredocEnd(text, at, heredocEnd);
        LANDMARK.lastIndex = heredocEnd < text.length ? heredocEnd : at + 3;
        break;
      case "\n":
        if (isTopLevel(s, at + 1)) {
          s.pos = at + 1;
          return false;
        }
        if (depth === 0 && at >= failedAt && isStatement(s, at)) {
          s.pos = at;
          return true;
        }
        break;
      default:
        LANDMARK.lastIndex = stringEnd(text, at);
    }
  }
  s.pos = text.length;
  return false;
}

function isStatement(s: Scanner, lineBreak: number): boolean {
  s.pos = lineBreak;
  STATEMENT.lastIndex = s.peek();
  return STATEMENT.test(s.text);
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** End of the `>>>` behind `from`, or the text's where there is none; `last` is the one found before, so none is sought twice. */
function nextHeredocEnd(text: string, from: number, last: number): number {
  if (last > from) return last;
  const end = text.indexOf(">>>", from);
  return end < 0 ? text.length : end + 3;
}

/** End of the string that begins at `from`, and of the line where it is not closed. */
function stringEnd(text: string, from: number): number {
  const quote = text.charCodeAt(from);
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === 10) return at;
    if (code === 92 /* \ */) at++;
  }
  return text.length;
}
