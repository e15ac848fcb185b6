import { EXIT } from "./exit.ts";

/** Colours and weights of the sixteen that every terminal has (ECMA-48, SGR). */
const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;

/** How a word is painted. */
export type Style = keyof typeof CODES;

/** Where a command writes: a terminal somebody looks at, or a pipe or file that something reads. */
export interface Terminal {
  readonly isTty: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
  /** Text in a style; the plain text where colours are off. */
  readonly paint: (text: string, ...styles: readonly Style[]) => string;
  readonly write: (text: string | Uint8Array) => void;
  readonly line: (text?: string) => void;
}

/**
 * One of the process's own streams, opened at its first use, which takes some milliseconds.
 *
 * Colours are off in pipes, on dumb terminals and with `NO_COLOR` (https://no-color.org).
 */
export function terminalOf(name: "stdout" | "stderr", env: NodeJS.ProcessEnv): Terminal {
  let opened: NodeJS.WriteStream | undefined;
  const stream = (): NodeJS.WriteStream => {
    if (opened) return opened;
    opened = process[name];
    // Whoever reads may stop reading, as `head` does; then there is nothing left to do.
    opened.on("error", ({ code }: NodeJS.ErrnoException) => process.exit(code === "EPIPE" ? EXIT.ok : EXIT.usage));
    return opened;
  };
  // In a pipe there is no such property at all.
  const isTty = () => (stream().isTTY as boolean | undefined) === true;
  const hasColour = () => isTty() && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return {
    get isTty() {
      return isTty();
    },
    get colour() {
      return hasColour();
    },
    get columns() {
      return (isTty() && stream().columns) || 80;
    },
    get rows() {
      return (isTty() && stream().rows) || 24;
    },
    paint: (text, ...styles) =>
      hasColour() ? `\u001B[${styles.map((style) => CODES[style]).join(";")}m${text}\u001B[0m` : text,
    write: (text) => void stream().write(text),
    line: (text = "") => void stream().write(`${text}\n`),
  };
}

/** Text of others without control characters, which could steer the reader's terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => (/[\t\n]/.test(character) ? character : "\uFFFD"));
}

/** A text of one line that fits, ending in an ellipsis where something is left out. */
export function cut(text: string, width: number): string {
  const oneLine = printable(text).replaceAll(/\s+/g, " ");
  return oneLine.length <= width ? oneLine : `${oneLine.slice(0, Math.max(0, width - 1))}…`;
}
