import type { Span } from "./ast.ts";
import { type Suggestions, someSuggestions } from "./check/suggest.ts";

/**
 * Something to say about a document or its inputs.
 *
 * Severity follows one policy: `error` only for what Cromwell refuses too; everything else is a `warning`. Bounds of AWE's
 * own, far beyond what is in use, are errors as well.
 */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** A stable kebab-case name of the rule, such as `unknown-name`; never reused. */
  readonly rule: string;
  readonly message: string;
  /** Path inside the source, such as `main.wdl` or `tools/align.wdl`; absent for findings about inputs or the whole program. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}

/** So many errors, and as many warnings, are told of a program or its inputs; a broken one may have 100,000. */
export const MAX_TOLD = 100;

/** Names and types are repeated in messages, and may be as long as a document. */
const MAX_LETTERS = 2_000;

/** Collects diagnostics of one file: of errors and of warnings the first `MAX_TOLD`. The others are counted. */
export class Diagnostics {
  readonly all: Diagnostic[] = [];
  readonly file: string;
  readonly suggestions: Suggestions;
  /** How many were recorded, told or not. */
  readonly counts = { error: 0, warning: 0 };

  constructor(file: string, suggestions: Suggestions = someSuggestions()) {
    this.file = file;
    this.suggestions = suggestions;
  }

  /** Records what Cromwell refuses too. */
  error(rule: string, span: Span, message: string, hint?: string): void {
    this.add("error", rule, span, message, hint);
  }

  /** Records what works, but deserves a look. */
  warning(rule: string, span: Span, message: string, hint?: string): void {
    this.add("warning", rule, span, message, hint);
  }

  /** Takes over what was found in reading the file. */
  take(found: readonly Diagnostic[]): void {
    for (const each of found) {
      if (++this.counts[each.severity] <= MAX_TOLD) this.all.push(each);
    }
  }

  private add(severity: Diagnostic["severity"], rule: string, span: Span, message: string, hint?: string): void {
    if (++this.counts[severity] > MAX_TOLD) return;
    this.all.push({
      severity,
      rule,
      message: shortened(message),
      file: this.file,
      line: span.line,
      column: span.column,
      ...(hint === undefined ? {} : { hint: shortened(hint) }),
    });
  }
}

/** The findings of all files, in their order and by line, the first `MAX_TOLD` of each severity; a last one counts the rest. */
export function toldOf(files: Iterable<Diagnostics>): Diagnostic[] {
  const left = { error: MAX_TOLD, warning: MAX_TOLD };
  const total = { error: 0, warning: 0 };
  const told: Diagnostic[] = [];
  for (const { all, counts } of files) {
    total.error += counts.error;
    total.warning += counts.warning;
    for (const each of all.toSorted(byPlace)) if (left[each.severity]-- > 0) told.push(each);
  }
  for (const severity of ["error", "warning"] as const) {
    const more = total[severity] - MAX_TOLD;
    if (more <= 0) continue;
    const message = `There are more than ${MAX_TOLD} ${severity}s; the other ${more} are not shown.`;
    told.push({ severity, rule: `more-${severity}s`, message });
  }
  return told;
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function shortened(text: string): string {
  return text.length <= MAX_LETTERS ? text : `${text.slice(0, MAX_LETTERS)}…`;
}
