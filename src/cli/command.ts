import type { ExitCode } from "./exit.ts";
import type { Given } from "./given.ts";
import type { Terminal } from "./terminal.ts";

/** An option as the table of commands tells it. */
export interface OptionSpec {
  readonly name: string;
  /** What stands for its value in help texts; absent for a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly repeats?: true;
  readonly says: string;
}

/** A command as the table tells it: help texts, the parser and docs/cli.md all follow from this. */
export interface CommandSpec {
  /** One word, or two such as `credentials put`. */
  readonly name: string;
  /** Such as `NAME [CALL]`. */
  readonly operands: string;
  readonly says: string;
  /** Further sentences for its own help page. */
  readonly more?: string;
  readonly options: readonly OptionSpec[];
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
