import type { Name, Span, WdlVersion } from "../ast.ts";
import type { Diagnostics } from "../diagnostics.ts";

/** Bounds that keep a hostile document from using up the stack or the reader's patience. */
export interface ParseLimits {
  /** How deep brackets, strings in placeholders, types, meta values and bodies may nest. */
  readonly maxNesting: number;
  /** How high the tree of one expression may grow, which a chain such as `a + b + …` does without nesting. */
  readonly maxHeight: number;
  /** After so many errors the rest of the document is left unread. */
  readonly maxErrors: number;
  /** Further warnings are not told. */
  readonly maxWarnings: number;
  /** Names, signs and literals of one document: what reading and checking it costs, which its length does not tell. */
  readonly maxTokens: number;
}

/**
 * Far beyond what documents need; a tree within them can be walked recursively without a thought. The largest of 1,400
 * documents of GATK-SV, WARP, BioWDL and others has 7,600 tokens.
 */
export const PARSE_LIMITS: ParseLimits = {
  maxNesting: 200,
  maxHeight: 500,
  maxErrors: 50,
  maxWarnings: 100,
  maxTokens: 30_000,
};

/** A syntax error on its way to the statement that recovers from it. Never leaves `src/wdl/parse`. */
export class ParseFailure extends Error {
  readonly rule: string;
  readonly span: Span;
  readonly hint: string | undefined;
  /** Set once reported, where nothing but the next top-level statement can be read any more. */
  lost = false;

  constructor(rule: string, span: Span, message: string, hint?: string) {
    super(message);
    this.rule = rule;
    this.span = span;
    this.hint = hint;
  }
}

const WORD_CODES = new Uint8Array(128);
for (const char of "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") WORD_CODES[char.charCodeAt(0)] = 1;
for (const char of "0123456789") WORD_CODES[char.charCodeAt(0)] = 2;

const NOT_BLANK = /[^ \t-\r]/g;
const NOT_WORD = /\W/g;

/** Where `pattern`, a global one that matches one character, matches at or after `from`; -1 where it does not. */
export function nextMatch(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex - 1 : -1;
}

/** Whether a character code may stand inside a name. False for the NaN beyond the end of the text. */
export function isWordCode(code: number): boolean {
  return code < 128 && WORD_CODES[code] !== 0;
}

/** Whether a character code may begin a name. */
export function isWordStart(code: number): boolean {
  return code < 128 && WORD_CODES[code] === 1;
}

/**
 * Reads one document from left to right.
 *
 * There is no separate lexer, because what a character means depends on where it stands (string, command, meta value).
 * `pos` is the end of what was read last, so that spans end where their text ends; `peek` looks over white space and
 * comments without moving.
 */
export class Scanner {
  readonly text: string;
  readonly limits: ParseLimits;
  version: WdlVersion = "1.0";
  pos = 0;
  nesting = 0;
  /** Height of the highest tree among the parts, read so far, of the expression being read. */
  height = 0;
  /** Where and what the next token is, remembered for the `pos` they were looked up at. */
  private seenFrom = -1;
  private seenAt = 0;
  private wordFrom = -1;
  private wordSeen = "";
  private readonly lineStarts: number[] = [0];
  /** The line that was looked up last. */
  private lineIndex = 0;
  private lineStart = 0;
  private nextLineStart = 0;
  /** How many syntax errors were told. */
  errors = 0;
  /** How many tokens were looked at. */
  tokens = 0;
  private warnings = 0;
  private brokenOff = false;
  private readonly diagnostics: Diagnostics;

  constructor(text: string, diagnostics: Diagnostics, limits: ParseLimits) {
    this.text = text;
    this.diagnostics = diagnostics;
    this.limits = limits;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.lineStarts.push(at + 1);
  }

  /** Where the next token begins; the length of the text at its end. */
  peek(): number {
    if (this.seenFrom === this.pos) return this.seenAt;
    const { text } = this;
    let at = ++this.tokens > this.limits.maxTokens ? this.breakOff() : this.pos;
    // Most tokens stand right here or behind one space. Native searches beat loops here: most runs are too short to be compiled.
    for (let code = text.charCodeAt(at); code <= 35; code = text.charCodeAt(at)) {
      if (code === 35 /* # */) at = text.indexOf("\n", at);
      else if (code === 32 || (code >= 9 && code <= 13)) at = nextMatch(NOT_BLANK, text, at + 1);
      else break;
      if (at < 0) at = text.length;
    }
    this.seenFrom = this.pos;
    this.seenAt = at;
    return at;
  }

  /** Tells, once, that the document has too many tokens, and reads nothing more of it. */
  private breakOff(): number {
    if (!this.brokenOff) {
      this.brokenOff = true;
      this.diagnostics.error(
        "document-too-complex",
        this.spanOf(this.pos, this.pos),
        `This document has more than ${this.limits.maxTokens} names, signs and values; the rest is not read.`,
        "Split it into several documents.",
      );
    }
    return this.text.length;
  }

  /** Character code of the next token's first character; NaN at the end. */
  code(): number {
    return this.text.charCodeAt(this.peek());
  }

  atEnd(): boolean {
    return this.peek() >= this.text.length;
  }

  /** The name or keyword that comes next, or "" where something else does. */
  word(): string {
    if (this.wordFrom === this.pos) return this.wordSeen;
    const start = this.peek();
    this.wordFrom = this.pos;
    this.wordSeen = this.text.slice(start, this.wordEnd(start));
    return this.wordSeen;
  }

  /** Where the name that begins at `start` ends; `start` itself where none begins. */
  wordEnd(start: number): number {
    if (!isWordStart(this.text.charCodeAt(start))) return start;
    const end = nextMatch(NOT_WORD, this.text, start + 1);
    return end < 0 ? this.text.length : end;
  }

  /** Moves over the next word and returns it; "" and no move where none comes. */
  takeWord(): string {
    const word = this.word();
    if (word !== "") this.pos = this.peek() + word.length;
    return word;
  }

  /** Moves over `keyword` if it comes next. */
  takeKeyword(keyword: string): boolean {
    if (this.word() !== keyword) return false;
    this.pos = this.peek() + keyword.length;
    return true;
  }

  /** Moves over a sign, such as `{`, if it comes next. */
  take(sign: string): boolean {
    const at = this.peek();
    if (!this.text.startsWith(sign, at)) return false;
    this.pos = at + sign.length;
    return true;
  }

  /** Moves over a sign that has to come next; `where` ends the sentence "Expected `{` …". */
  expect(sign: string, where: string, hint?: string): void {
    if (!this.take(sign)) this.fail("syntax", `Expected \`${sign}\` ${where}, but found ${this.found()}.`, hint);
  }

  /** Reads a name that has to come next; `what` says whose, such as "the task's name". */
  name(what: string): Name {
    const start = this.peek();
    const text = this.takeWord();
    if (text === "") this.fail("syntax", `Expected ${what}, but found ${this.found()}.`);
    return { text, span: this.span(start) };
  }

  /** What comes next, as text for a message. */
  found(): string {
    const at = this.peek();
    if (at >= this.text.length) return "the end of the document";
    const word = this.word();
    if (word !== "") return `\`${word}\``;
    if (this.text.startsWith(">>>", at)) return "`>>>`";
    return `\`${String.fromCodePoint(this.text.codePointAt(at) ?? 0)}\``;
  }

  /** The place from `start` to what was read last. */
  span(start: number): Span {
    return this.spanOf(start, this.pos);
  }

  /** The place from `start` to `end`. */
  spanOf(start: number, end: number): Span {
    const line = this.lineOf(start);
    return { line: line + 1, column: start - this.lineStart + 1, offset: start, end };
  }

  /** The place of the next token's word or character. */
  here(): Span {
    const at = this.peek();
    return this.spanOf(at, Math.min(this.text.length, at + Math.max(1, this.word().length)));
  }

  /** Spans are asked for in nearly ascending order, so the line is mostly the last one. */
  private lineOf(offset: number): number {
    if (offset >= this.lineStart && offset < this.nextLineStart) return this.lineIndex;
    const starts = this.lineStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    this.lineIndex = low;
    this.lineStart = starts[low] ?? 0;
    this.nextLineStart = starts[low + 1] ?? Infinity;
    return low;
  }

  /** Gives up the statement being read. */
  fail(rule: string, message: string, hint: string | undefined = this.oddCharacter(), span: Span = this.here()): never {
    throw new ParseFailure(rule, span, message, hint);
  }

  /** A hint for characters that word processors put into documents. */
  private oddCharacter(): string | undefined {
    const code = this.code();
    if (code === 0xa0 || code === 0x200b || code === 0xfeff)
      return "This is an invisible character, not a plain space: delete it and type a space.";
    if (code === 0x2018 || code === 0x2019 || code === 0x201c || code === 0x201d)
      return "This is a typographic quote: write \" or '.";
    return undefined;
  }

  /** Records a failure once; marks it lost where enough errors have been told. */
  report(failure: ParseFailure): void {
    if (this.brokenOff) {
      // What is missing now is missing because the rest is not read.
      failure.lost = true;
      return;
    }
    this.diagnostics.error(failure.rule, failure.span, failure.message, failure.hint);
    this.errors++;
    if (this.errors < this.limits.maxErrors) return;
    this.diagnostics.error(
      "too-many-errors",
      failure.span,
      `After ${this.limits.maxErrors} errors the rest of the document was not read.`,
      "Correct the errors above first.",
    );
    this.pos = this.text.length;
    failure.lost = true;
  }

  /** Records a mistake that does not keep from reading on. */
  error(rule: string, span: Span, message: string, hint?: string): void {
    const failure = new ParseFailure(rule, span, message, hint);
    this.report(failure);
    if (failure.lost) throw failure;
  }

  /** Records what works, but deserves a look. */
  warning(rule: string, span: Span, message: string, hint?: string): void {
    if (++this.warnings <= this.limits.maxWarnings) this.diagnostics.warning(rule, span, message, hint);
  }

  /** Goes one level down; `leave` comes back. A failure in between is set right by whoever recovers. */
  enter(): void {
    if (++this.nesting <= this.limits.maxNesting) return;
    this.fail("too-deep", `This is nested more than ${this.limits.maxNesting} levels deep.`, "Split it up.");
  }

  leave(): void {
    this.nesting--;
  }

  /** Counts one more node on top of what was read of this expression. */
  grow(): void {
    if (++this.height <= this.limits.maxHeight) return;
    const hint = "Split it up with declarations of its parts.";
    this.fail("too-deep", `This expression has more than ${this.limits.maxHeight} operations in a row.`, hint);
  }
}
