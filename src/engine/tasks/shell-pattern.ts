import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The paths that a pattern of bash stands for in `folder`: braces, `*`, `?`, `[…]` and backslashes, as bash has them
 * without further options (`**` is `*`; names with a leading dot only where the pattern has the dot).
 *
 * Paths come as the pattern has them, relative or absolute, each once and in no promised order. Nothing in the pattern is
 * run: it may come from an input.
 */
export function expandPattern(pattern: string, folder: string): string[] {
  const found = new Set<string>();
  for (const word of expandBraces(pattern)) for (const path of expandWord(word, folder)) found.add(path);
  return [...found];
}

/** Splits `a{b,c}d` into `abd` and `acd`, at any depth; what is no list of alternatives stays. */
function expandBraces(word: string): string[] {
  for (let open = 0; open < word.length; open++) {
    if (word[open] === "\\") open++;
    else if (word[open] === "{") {
      const alternatives = alternativesAt(word, open);
      if (!alternatives) continue;
      const before = word.slice(0, open);
      const after = expandBraces(word.slice(alternatives.end));
      return alternatives.items.flatMap(expandBraces).flatMap((item) => after.map((rest) => before + item + rest));
    }
  }
  return [word];
}

function alternativesAt(word: string, open: number): { items: string[]; end: number } | undefined {
  const items: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = start; at < word.length; at++) {
    const character = word[at];
    if (character === "\\") at++;
    else if (character === "{") depth++;
    else if (character === "," && depth === 0) {
      items.push(word.slice(start, at));
      start = at + 1;
    } else if (character === "}" && depth-- === 0) {
      const last = word.slice(start, at);
      const all = items.length > 0 ? [...items, last] : sequence(last);
      return all && { items: all, end: at + 1 };
    }
  }
  return undefined;
}

/** `1..3`; the width of zeros in front is kept. */
function sequence(text: string): string[] | undefined {
  const match = /^(-?\d+)\.\.(-?\d+)$/.exec(text);
  if (!match) return undefined;
  const [from = "", to = ""] = match.slice(1);
  const count = Math.abs(Number(to) - Number(from)) + 1;
  const step = Number(from) <= Number(to) ? 1 : -1;
  const width = [from, to].some((end) => /^-?0\d/.test(end)) ? Math.max(from.length, to.length) : 0;
  // More names than a folder could hold are no sensible pattern; as text it matches nothing.
  if (count > 1_000_000) return undefined;
  return Array.from({ length: count }, (_, index) => String(Number(from) + index * step).padStart(width, "0"));
}

function expandWord(word: string, folder: string): string[] {
  let paths = [word.startsWith("/") ? "/" : ""];
  for (const segment of word.split("/").filter((part) => part !== "")) {
    const name = segment.replaceAll(/\\(.)/gsu, "$1");
    if (!/[*?[]/.test(segment.replaceAll(/\\./gsu, ""))) paths = paths.map((path) => join(path, name));
    else {
      const matches = segmentMatcher(segment);
      paths = paths.flatMap((path) =>
        namesIn(absolute(folder, path))
          .filter(matches)
          .map((one) => join(path, one)),
      );
    }
  }
  // A slash at the end asks for a folder: the system finds no file under such a name.
  const end = word.endsWith("/") ? "/" : "";
  return paths.filter((path) => path !== "" && existsSync(absolute(folder, path) + end));
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    // No folder, or one that may not be read: nothing matches there, as in bash.
    return [];
  }
}

function absolute(folder: string, path: string): string {
  return path.startsWith("/") ? path : join(folder, path);
}

function segmentMatcher(segment: string): (name: string) => boolean {
  const pattern = new RegExp(`^${segmentSource(segment)}$`, "su");
  return (name) => (segment.startsWith(".") || !name.startsWith(".")) && pattern.test(name);
}

const CLASSES: Readonly<Record<string, string>> = {
  alnum: "\\p{L}\\p{N}",
  alpha: "\\p{L}",
  blank: " \\t",
  digit: "0-9",
  lower: "\\p{Ll}",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\s",
  upper: "\\p{Lu}",
  xdigit: "0-9A-Fa-f",
};

// A backslash and what it quotes, a set, or one character. In a set `]` is ordinary right after `[` and `[!`.
const TOKEN = /\\(.)|\[([!^]?)(\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]|(.)/gsu;

function segmentSource(segment: string): string {
  return segment.replaceAll(TOKEN, (token, quoted?: string, negation?: string, set?: string, single?: string) => {
    if (quoted !== undefined) return literal(quoted);
    if (set !== undefined) return set === "" ? literal(token) : `[${negation ? "^" : ""}${setSource(set)}]`;
    return single === "*" ? ".*" : single === "?" ? "." : literal(single ?? "");
  });
}

function setSource(set: string): string {
  return set.replaceAll(/\[:([a-z]+):\]|\\(.)|(.)/gsu, (_, name?: string, quoted?: string, single?: string) =>
    name === undefined ? (single === "-" ? "-" : literal(quoted ?? single ?? "")) : (CLASSES[name] ?? ""),
  );
}

function literal(character: string): string {
  return /[$()*+./?[\\\]^{|}-]/.test(character) ? `\\${character}` : character;
}
