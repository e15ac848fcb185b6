import type { Expr } from "../ast.ts";
import { isWordCode, type Scanner } from "./scanner.ts";

const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?/y;

/** The largest Int literal that Cromwell reads: it parses literals with 32 bits. */
const MAX_INT_32 = 2_147_483_647;

/** Whether a number begins at `at`: a digit, or a point before one. */
export function isNumberStart(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return isDigit(code) || (code === 46 && isDigit(text.charCodeAt(at + 1)));
}

/** Reads an Int (decimal, `0x1f`, or octal `017`) or a Float (`1.5`, `.5`, `1e-3`) that is known to come next. */
export function parseNumber(s: Scanner): Extract<Expr, { kind: "int" | "float" }> {
  const start = s.peek();
  NUMBER.lastIndex = start;
  const literal = NUMBER.exec(s.text)?.[0] ?? "";
  s.pos = start + literal.length;
  if (isWordCode(s.text.charCodeAt(s.pos))) {
    s.pos = s.wordEnd(start + literal.length);
    if (s.pos === start + literal.length) s.pos++;
    const whole = s.text.slice(start, s.pos);
    s.fail("syntax", `\`${whole}\` is neither a number nor a name.`, "Names begin with a letter.", s.span(start));
  }
  const span = s.span(start);
  if (/^\d+$|^0[xX]/.test(literal)) {
    const value = intValue(literal);
    if (!Number.isSafeInteger(value)) {
      const hint = "AWE computes with Ints up to 9007199254740991 (2^53 - 1).";
      s.fail("int-too-large", `The number ${literal} is too large for an Int.`, hint, span);
    }
    if (value > MAX_INT_32) {
      const hint = "Cromwell reads Int literals up to 2147483647 only: a Float works everywhere.";
      s.warning("int-beyond-32-bits", span, `The number ${literal} does not fit into 32 bits.`, hint);
    }
    return { kind: "int", value, span };
  }
  const value = Number(literal);
  if (!Number.isFinite(value))
    s.fail("float-too-large", `The number ${literal} is too large for a Float.`, undefined, span);
  return { kind: "float", value, span };
}

function intValue(literal: string): number {
  return /^0[0-7]+$/.test(literal) ? Number.parseInt(literal, 8) : Number(literal);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
