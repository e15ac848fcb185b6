/**
 * Java's regular expressions in the notations of RE2 and of JavaScript.
 *
 * A pattern is cut into tokens; only those that differ are rewritten.
 */

/** POSIX classes by Java's name for them, with their members for JavaScript. */
const POSIX: ReadonlyMap<string, { readonly posix: string; readonly members: string }> = new Map(
  Object.entries({
    Lower: "a-z",
    Upper: "A-Z",
    ASCII: "\\x00-\\x7F",
    Alpha: "A-Za-z",
    Digit: "0-9",
    Alnum: "A-Za-z0-9",
    Punct: "!-\\/:-@\\[-`\\{-~",
    Graph: "!-~",
    Print: " -~",
    Blank: " \\t",
    Cntrl: "\\x00-\\x1F\\x7F",
    XDigit: "0-9A-Fa-f",
    Space: "\\s",
    Word: "\\w",
  }).map(([name, members]) => [name, { posix: name.toLowerCase(), members }] as const),
);

/** One step of a pattern: a quotation, an escape, a POSIX class, the borders of a class, a quantifier, or a character. */
const TOKEN =
  /\\Q([^]*?)(?:\\E|$)|\\([pP])\{(\w+)\}|\\u([\dA-Fa-f]{4})|\\[^]|\[:(\^?)(\w+):\]|&&|\[\^?\]?|\]|(?:[*+?]|\{\d+(?:,\d*)?\})\+|[^]/g;

interface Step {
  readonly all: string;
  readonly quoted: string | undefined;
  /** A POSIX class, of whichever notation. */
  readonly posix: { readonly posix: string; readonly members: string; readonly negated: boolean } | undefined;
  readonly code: string | undefined;
  /** Depth of nested classes at this place; 0 outside of all. */
  readonly depth: number;
}

function stepsOf(pattern: string): readonly Step[] {
  let depth = 0;
  const steps: Step[] = [];
  for (const match of pattern.matchAll(TOKEN)) {
    const [all, quoted, p, javaName, code, caret, posixName = ""] = match;
    const name = javaName ?? posixName.charAt(0).toUpperCase() + posixName.slice(1).toLowerCase();
    const known = POSIX.get(posixName.toLowerCase() === "xdigit" ? "XDigit" : posixName === "ascii" ? "ASCII" : name);
    const posix = known && { ...known, negated: p === "P" || caret === "^" };
    if (all.startsWith("[") && posixName === "") depth++;
    steps.push({ all, quoted, posix, code, depth });
    if (all === "]" && depth > 0) depth--;
  }
  return steps;
}

/** Whether classes stand inside classes, which RE2 does not know. A bracket that is never closed is a character to RE2. */
function hasNestedClasses(steps: readonly Step[]): boolean {
  const last = steps.at(-1);
  const closed = !last || last.depth === 0 || (last.depth === 1 && last.all === "]");
  return closed && steps.some(({ all, depth }) => depth > 1 || (all === "&&" && depth > 0));
}

/** The pattern for RE2, or `undefined` where it uses what RE2 reads differently: classes inside classes. */
export function toRe2(pattern: string): string | undefined {
  const steps = stepsOf(pattern);
  if (hasNestedClasses(steps)) return undefined;
  return steps
    .map(({ all, quoted, posix, code, depth }) => {
      if (quoted !== undefined) return escaped(quoted);
      if (posix) return bracketed(`[:${posix.negated ? "^" : ""}${posix.posix}:]`, depth);
      if (code !== undefined) return `\\x{${code}}`;
      if (all === "\\h") return bracketed(" \\t\\x{A0}", depth);
      if (all === "\\R") return "(?:\\r\\n|[\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}])";
      return depth === 0 && isPossessive(all) ? all.slice(0, -1) : all;
    })
    .join("");
}

/** The pattern for JavaScript's RegExp. */
export function toJavaScript(pattern: string): { readonly source: string; readonly flags: string } {
  const [, flags = "", body = pattern] = /^\(\?([ims]+)\)([^]*)$/.exec(pattern) ?? [];
  const steps = stepsOf(body);
  const nested = hasNestedClasses(steps) || steps.some(({ posix, depth }) => posix?.negated === true && depth > 0);
  const source = steps.map(javaScriptStep).join("");
  const unicode = nested ? "v" : /\\[pP]\{|\\u\{/.test(source) ? "u" : "";
  return { source: nested ? withOperands(source) : source, flags: flags + unicode };
}

function javaScriptStep({ all, quoted, posix, code, depth }: Step): string {
  if (quoted !== undefined) return escaped(quoted);
  if (posix?.negated) return `[^${posix.members}]`;
  if (posix) return bracketed(posix.members, depth);
  if (code !== undefined) return `\\u${code}`;
  if (all === "\\h") return bracketed(" \\t\\xA0", depth);
  if (all === "\\R") return "(?:\\r\\n|[\\n\\x0B\\f\\r\\x85\\u2028\\u2029])";
  if (all === "\\A") return "(?<![^])";
  if (all === "\\z") return "(?![^])";
  if (all === "\\Z") return "(?=\\n?(?![^]))";
  return depth === 0 && isPossessive(all) ? all.slice(0, -1) : all;
}

/** JavaScript wants each side of `&&` in brackets of its own where Java lets a plain list stand: `[a-z&&[^b]]`. */
function withOperands(source: string): string {
  return source.replace(/\[(\^?)((?:\\.|[^[\]\\&]|&(?!&))+)&&/gs, "[$1[$2]&&");
}

function bracketed(members: string, depth: number): string {
  return depth > 0 ? members : `[${members}]`;
}

function isPossessive(token: string): boolean {
  return token.length > 1 && token.endsWith("+") && !token.startsWith("\\");
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
