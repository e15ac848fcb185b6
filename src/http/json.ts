import { AweError } from "#src/errors.ts";
import { jsonFault } from "#src/model/json-fault.ts";

/** No honest request nests deeper; the bound keeps recursive code of ours within its stack. */
const DEEPEST = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Opening and closing brackets: `[`, `{`, `]`, `}`. */
const STEPS: Readonly<Record<number, 1 | -1>> = { 0x5b: 1, 0x7b: 1, 0x5d: -1, 0x7d: -1 };

/**
 * Parses JSON, bounded in depth. Whole numbers that no double holds are refused: they would change on the way.
 *
 * @throws {AweError} `invalid_request` that names `what` and the place, and never repeats the text.
 */
export function jsonValue(text: string, what: string): unknown {
  if (isDeeperThan(DEEPEST, text)) {
    throw new AweError("invalid_request", `${what} is nested more than ${DEEPEST} deep.`);
  }
  try {
    // Looking at each value takes ten times longer than parsing, and such numbers have 16 digits at least.
    if (!/\d{16}/.test(text)) return JSON.parse(text);
    return JSON.parse(text, (key: string, value: unknown, context?: { source?: string }) => {
      if (typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")) {
        const place = key === "" ? what : `${what} (${JSON.stringify(key)})`;
        throw new AweError("invalid_request", `${place} has a whole number beyond 2^53; put it in quotes.`);
      }
      return value;
    });
  } catch (thrown) {
    if (thrown instanceof AweError) throw thrown;
    throw new AweError("invalid_request", `${what} is not valid JSON: ${faultOf(text)}.`);
  }
}

/** Parses a JSON object, as `jsonValue` does. */
export function jsonObject(text: string, what: string): Record<string, unknown> {
  const value = jsonValue(text, what);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AweError("invalid_request", `${what} must be a JSON object.`);
  }
  return value as Record<string, unknown>;
}

function faultOf(text: string): string {
  const position = jsonFault(text);
  const before = text.slice(0, position).split("\n");
  const fault = position >= text.length ? "it ends too early" : "unexpected character";
  return `${fault} at line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

/**
 * Whether a text opens more brackets than `levels` inside of each other, before any recursive code sees it.
 *
 * One pass without backtracking: a regular expression for strings needs seconds for 100 KB of escaped quotes that
 * nothing closes.
 */
function isDeeperThan(levels: number, text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) inString = !inString;
    else if (inString) at += unit === BACKSLASH ? 1 : 0;
    else if ((depth += STEPS[unit] ?? 0) > levels) return true;
  }
  return false;
}
