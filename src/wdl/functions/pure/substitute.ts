import { RE2JS, RE2JSException } from "re2js";
import { WdlError } from "../../coerce.ts";
import { backtrack } from "./backtrack.ts";
import type { Match } from "./backtrack.ts";
import { toJavaScript, toRe2 } from "./java-pattern.ts";

/**
 * Replaces every match of a Java regular expression; `$1` and `${name}` in the replacement stand for groups.
 *
 * Matching takes linear time (RE2). What RE2 does not have (look-around, back-references, intersections of character
 * classes) is left to JavaScript's RegExp, under a time limit. POSIX classes work as `[[:upper:]]` and `\p{Upper}`;
 * a possessive quantifier is taken as a greedy one; atomic groups are refused.
 */
export function substitute(text: string, pattern: string, replacement: string): string {
  const parts = parseReplacement(replacement);
  const pieces: string[] = [];
  let position = 0;
  for (const match of matches(text, pattern)) {
    pieces.push(text.slice(position, match.index), ...parts.map((part) => expand(part, match)));
    position = match.index + (match.groups[0]?.length ?? 0);
  }
  pieces.push(text.slice(position));
  return pieces.join("");
}

const MAX_COMPILED = 200;
const compiled = new Map<string, RE2JS | "needs backtracking">();

function matches(text: string, pattern: string): Iterable<Match> {
  const re2 = compile(pattern);
  if (re2 === "needs backtracking") return backtrack(toJavaScript(pattern), text, pattern);
  return Array.from(re2.matchAll(text), (match) => ({
    index: match.index ?? 0,
    groups: [...match],
    named: match.groups ?? {},
  }));
}

/** Compiling costs far more than matching, and workflows use few patterns very often. */
function compile(pattern: string): RE2JS | "needs backtracking" {
  const known = compiled.get(pattern);
  if (known) return known;
  const made = compileAnew(pattern);
  const [oldest] = compiled.keys();
  if (compiled.size >= MAX_COMPILED && oldest !== undefined) compiled.delete(oldest);
  compiled.set(pattern, made);
  return made;
}

function compileAnew(pattern: string): RE2JS | "needs backtracking" {
  const translated = toRe2(pattern);
  if (translated === undefined) return "needs backtracking";
  try {
    return RE2JS.compile(translated);
  } catch (error) {
    if (error instanceof RE2JSException) return "needs backtracking";
    throw error;
  }
}

type Part = { readonly text: string } | { readonly group: string };

/** Java's rules: `\` takes the next character as it is, `$` needs a group's number or `{name}`. */
function parseReplacement(replacement: string): readonly Part[] {
  const parts: Part[] = [];
  const token = /\\(.?)|\$(?:(\d+)|\{(\w+)\})?|[^\\$]+/gsu;
  for (const [text, escaped, digits, name] of replacement.matchAll(token)) {
    if (escaped === "") throw new WdlError(`the replacement ${JSON.stringify(replacement)} ends in a lone backslash`);
    if (escaped !== undefined) parts.push({ text: escaped });
    else if (!text.startsWith("$")) parts.push({ text });
    else if (digits === undefined && name === undefined) {
      throw new WdlError(
        `$ in the replacement ${JSON.stringify(replacement)} names no group; write \\\\$ for a dollar sign`,
      );
    } else parts.push({ group: digits ?? name ?? "" });
  }
  return parts;
}

function expand(part: Part, match: Match): string {
  if ("text" in part) return part.text;
  if (!/^\d/.test(part.group)) {
    if (part.group in match.named) return match.named[part.group] ?? "";
    throw new WdlError(`the pattern has no group ${part.group}`);
  }
  // As many digits as make the number of a group that exists; the rest is text ($12 is $1 and "2" with one group).
  for (let length = part.group.length; length > 0; length--) {
    const index = Number(part.group.slice(0, length));
    if (index < match.groups.length) return `${match.groups[index] ?? ""}${part.group.slice(length)}`;
  }
  throw new WdlError(`the replacement uses $${part.group}, but the pattern has ${match.groups.length - 1} groups`);
}
