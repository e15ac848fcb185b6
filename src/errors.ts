/** One finding about what a caller sent: a WDL error, a bad input, a refused option. */
export interface Finding {
  readonly message: string;
  /** Path inside the source (never a path of the machine), where the finding stands. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1, in UTF-16 units. */
  readonly column?: number;
  /** What to do about it, in one sentence. */
  readonly hint?: string;
}

/** Every failure that AWE can name. A code is part of the API: never reuse or rename one. */
export type ErrorCode =
  | "invalid_request"
  | "invalid_source"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "idempotency_mismatch"
  | "range_not_satisfiable"
  | "too_large"
  | "unsupported_media_type"
  | "engine_unavailable"
  | "engine_failed"
  | "timeout"
  | "internal";

/**
 * The one exception that features throw.
 *
 * `message` and `findings` may be shown to the caller; facts for operators go in `cause` and the log.
 */
export class AweError extends Error {
  readonly code: ErrorCode;
  readonly findings: readonly Finding[];

  constructor(code: ErrorCode, message: string, options: { findings?: readonly Finding[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AweError";
    this.code = code;
    this.findings = options.findings ?? [];
  }
}

/** The text of anything thrown, for logs and for `cause` chains. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
