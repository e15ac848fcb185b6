import type { Placeholder, Template } from "./ast.ts";

/** A command as it is run. */
export interface Dedented {
  /** Without blank lines at both ends and without the white space that all lines begin with. */
  readonly template: Template;
  /** Whether some lines are indented with tabs and some with spaces, which Cromwell refuses; nothing is removed then. */
  readonly mixed: boolean;
  /** Where `mixed`: the line of the document whose indentation is unlike that of the lines before. */
  readonly mixedLine?: number;
}

type Line = (string | Placeholder)[];

const LEADING = /^[^\S\n]*/;

/**
 * Removes the indentation of a command, taken from the text as written and not from what placeholders give.
 *
 * As in Cromwell, a blank line between two others counts with the white space that it has: an empty one means that
 * nothing is removed.
 */
export function dedent(command: Template): Dedented {
  const { span } = command;
  const all = linesOf(command);
  const first = all.findIndex((line) => !isBlank(line));
  if (first < 0) return { template: { parts: [], span }, mixed: false };
  const lines = all.slice(first, all.findLastIndex((line) => !isBlank(line)) + 1);
  const odd = findMixed(lines);
  const removed = odd < 0 ? lines.reduce((least, line) => Math.min(least, indentation(line).length), Infinity) : 0;
  const template = { parts: join(lines, removed), span };
  if (odd < 0) return { template, mixed: false };
  return { template, mixed: true, mixedLine: lineNumber(all, first + odd, span.line) };
}

/** Cuts the template into lines without their line ends; placeholders are never cut. */
function linesOf({ parts }: Template): Line[] {
  let line: Line = [];
  const lines = [line];
  for (const part of parts) {
    if (typeof part !== "string") {
      line.push(part);
      continue;
    }
    const [rest, ...following] = part.split("\n");
    if (rest !== undefined && rest !== "") line.push(rest);
    for (const text of following) {
      line = text === "" ? [] : [text];
      lines.push(line);
    }
  }
  return lines;
}

function isBlank(line: Line): boolean {
  return line.every((part) => typeof part === "string" && part.trim() === "");
}

function indentation(line: Line): string {
  const [first] = line;
  return typeof first === "string" ? (LEADING.exec(first)?.[0] ?? "") : "";
}

/** Index of the line that brings in the second kind of white space; -1 where there is one kind only. */
function findMixed(lines: readonly Line[]): number {
  let tabs = false;
  let spaces = false;
  return lines.findIndex((line) => {
    if (isBlank(line)) return false;
    const white = indentation(line);
    tabs ||= white.includes("\t");
    spaces ||= white.includes(" ");
    return tabs && spaces;
  });
}

function join(lines: readonly Line[], removed: number): (string | Placeholder)[] {
  const parts: (string | Placeholder)[] = [];
  let pending = "";
  for (const [index, line] of lines.entries()) {
    if (index > 0) pending += "\n";
    for (const [position, part] of line.entries()) {
      if (typeof part === "string") {
        pending += position === 0 ? part.slice(removed) : part;
        continue;
      }
      if (pending !== "") parts.push(pending);
      pending = "";
      parts.push(part);
    }
  }
  if (pending !== "") parts.push(pending);
  return parts;
}

/** Counts from the last placeholder above, since placeholders may hold line breaks themselves. */
function lineNumber(all: readonly Line[], index: number, firstLine: number): number {
  let number = firstLine;
  for (let at = 0; at <= index; at++) {
    if (at > 0) number++;
    for (const part of all[at] ?? []) if (typeof part !== "string") number = Math.max(number, part.span.line);
  }
  return number;
}
