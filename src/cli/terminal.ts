import type { WriteStream } from "node:tty";

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

/** A stream as a terminal. Colours are off in pipes, on dumb terminals and with `NO_COLOR` (https://no-color.org). */
export function terminalOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Terminal {
  const isTty = stream.isTTY;
  const colour = isTty && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  const tty = stream as Partial<WriteStream>;
  return {
    isTty,
    colour,
    get columns() {
      return tty.columns || 80;
    },
    get rows() {
      return tty.rows || 24;
    },
    paint: (text, ...styles) =>
      colour && styles.length > 0 ? `\u001B[${styles.map((style) => CODES[style]).join(";")}m${text}\u001B[0m` : text,
    write: (text) => void stream.write(text),
    line: (text = "") => void stream.write(`${text}\n`),
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
