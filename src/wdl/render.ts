import type { Diagnostic } from "./diagnostics.ts";

/** How diagnostics are written for a terminal. */
export interface RenderOptions {
  /** Whether to use ANSI colours. */
  readonly colour?: boolean;
}

const RED = 31;
const YELLOW = 33;
const BLUE = 34;
const BOLD = 1;

/** How much of a source line is shown; the rest says nothing about the place. */
const MAX_WIDTH = 160;

/**
 * Diagnostics as text: place, severity and message, the line of the source with a caret under the place, and the hint.
 *
 * `texts` holds the documents by their path inside the source; where one is missing its lines are left out.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
  options: RenderOptions = {},
): string {
  const lines = new Map<string, readonly string[]>();
  const lineOf = (file: string, line: number): string | undefined => {
    const known = lines.get(file) ?? texts.get(file)?.split(/\r\n|\n|\r/);
    if (known) lines.set(file, known);
    return known?.[line - 1];
  };
  const paint = options.colour === true ? painted : plain;
  return diagnostics.map((diagnostic) => renderOne(diagnostic, lineOf, paint)).join("\n");
}

type Paint = (text: string, ...codes: readonly number[]) => string;

function painted(text: string, ...codes: readonly number[]): string {
  return `\u001B[${codes.join(";")}m${text}\u001B[0m`;
}

function plain(text: string): string {
  return text;
}

function renderOne(
  { severity, message, file, line, column, hint }: Diagnostic,
  lineOf: (file: string, line: number) => string | undefined,
  paint: Paint,
): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  const mark = paint(severity, BOLD, severity === "error" ? RED : YELLOW);
  const head = `${place === "" ? "" : `${paint(printable(place), BOLD)}: `}${mark}: ${printable(message)}`;
  const source = file === undefined || line === undefined ? undefined : lineOf(file, line);
  const parts = [head];
  if (source !== undefined && line !== undefined) parts.push(...excerpt(source, line, column ?? 1, paint));
  if (hint !== undefined) parts.push(`  ${paint("hint", BOLD, BLUE)}: ${printable(hint)}`);
  return `${parts.join("\n")}\n`;
}

/** The source line and, under it, a caret; of a long line only what is around the column. */
function excerpt(source: string, line: number, column: number, paint: Paint): string[] {
  const at = Math.min(column - 1, source.length);
  const start = at > MAX_WIDTH - 20 ? at - MAX_WIDTH / 2 : 0;
  const shown = source.slice(start, start + MAX_WIDTH);
  const gutter = `  ${line} | `;
  // Tabs stay, so that the caret stands right whatever their width.
  const indent = shown.slice(0, at - start).replaceAll(/[^\t]/g, " ");
  const left = gutter.replaceAll(/\d/g, " ");
  return [`${paint(gutter, BLUE)}${printable(shown)}`, `${paint(left, BLUE)}${indent}${paint("^", BOLD, RED)}`];
}

/** Text without control characters: a document must not be able to steer the reader's terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => (character === "\t" ? character : "\uFFFD"));
}
