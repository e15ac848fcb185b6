import type { ExitCode } from "./exit.ts";
import type { Given, Syntax } from "./given.ts";
import type { Terminal } from "./terminal.ts";

/** A command as the table tells it: help texts, the parser and docs/cli.md all follow from this. */
export interface CommandSpec extends Syntax {
  readonly says: string;
  /** Further sentences for its own help page. */
  readonly more?: string;
  readonly examples: readonly string[];
  /** Loaded on demand: `awe check` must not wait for what only `awe submit` needs. */
  readonly load: () => Promise<{ readonly run: Run }>;
}

/** What a command has of the world. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  /** Results. */
  readonly out: Terminal;
  /** Errors and remarks. */
  readonly err: Terminal;
}

/** Does a command's work. */
export type Run = (context: Context, given: Given) => Promise<ExitCode>;
