import type { Span } from "./ast.ts";

/**
 * Something to say about a document or its inputs.
 *
 * Severity follows one policy: `error` only for what Cromwell refuses too; everything else is a `warning`.
 */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** A stable kebab-case name of the rule, such as `unknown-name`; never reused. */
  readonly rule: string;
  readonly message: string;
  /** Path inside the source, such as `main.wdl` or `tools/align.wdl`; absent for findings about inputs. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}

/** Collects diagnostics of one file. */
export class Diagnostics {
  readonly all: Diagnostic[] = [];
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** Records what Cromwell refuses too. */
  error(rule: string, span: Span, message: string, hint?: string): void {
    this.add("error", rule, span, message, hint);
  }

  /** Records what works, but deserves a look. */
  warning(rule: string, span: Span, message: string, hint?: string): void {
    this.add("warning", rule, span, message, hint);
  }

  private add(severity: Diagnostic["severity"], rule: string, span: Span, message: string, hint?: string): void {
    this.all.push({
      severity,
      rule,
      message,
      file: this.file,
      line: span.line,
      column: span.column,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
