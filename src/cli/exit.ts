import type { Finding } from "#src/errors.ts";

/** What the exit status of the command line says. Scripts rely on it; docs/cli.md lists it. */
export const EXIT = {
  ok: 0,
  /** The run failed or was aborted; for `check`: the document or its inputs have errors. */
  failed: 1,
  /** The command line, a local file or the environment is at fault. */
  usage: 2,
  /** The server answered, and refused. */
  refused: 3,
  /** The server is not reachable, or it failed itself. */
  unreachable: 4,
  /** Ctrl-C, as shells have it: 128 and the signal's number. */
  interrupted: 130,
} as const;

/** What a command can end with, besides an error. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What ends a command before its work is done; `main.ts` prints it and exits. */
export class CliError extends Error {
  readonly exit: ExitCode;
  /** What to do about it: a sentence, or lines to paste. */
  readonly hint: string | undefined;
  readonly findings: readonly Finding[];
  /** The server's own answer, which `--json` prints. */
  readonly body: unknown;

  constructor(
    exit: ExitCode,
    message: string,
    more: { hint?: string | undefined; findings?: readonly Finding[]; body?: unknown; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "CliError";
    this.exit = exit;
    this.hint = more.hint;
    this.findings = more.findings ?? [];
    this.body = more.body;
  }
}

/** A command line, file or setting that cannot be used. */
export function usage(message: string, hint?: string, cause?: unknown): CliError {
  return new CliError(EXIT.usage, message, { hint, cause });
}
