import type { MetaValue } from "../ast.ts";
import { parseList } from "./expression.ts";
import { isNumberStart, parseNumber } from "./number.ts";
import { parseBlock } from "./recovery.ts";
import type { Scanner } from "./scanner.ts";
import { parsePlainString } from "./string.ts";

/** Reads the body of a `meta` or `parameter_meta` section. Of keys given twice the last counts. */
export function parseMetaSection(s: Scanner, keyword: string): Record<string, MetaValue> {
  const entries: [string, MetaValue][] = [];
  parseBlock(s, `the \`${keyword}\` section`, () => {
    const key = parseKey(s);
    const hint = s.code() === 61 /* = */ ? `Entries of \`${keyword}\` are written \`key: value\`.` : undefined;
    s.expect(":", `after \`${key}\``, hint);
    entries.push([key, parseMetaValue(s)]);
    s.take(",");
  });
  return Object.fromEntries(entries);
}

function parseKey(s: Scanner): string {
  return isQuote(s.code()) ? parsePlainString(s) : s.name("a key").text;
}

function isQuote(code: number): boolean {
  return code === 34 || code === 39;
}

function parseMetaValue(s: Scanner): MetaValue {
  const code = s.code();
  if (isQuote(code)) return parsePlainString(s);
  if (code === 91 /* [ */) return nested(s, parseMetaArray);
  if (code === 123 /* { */) return nested(s, parseMetaObject);
  const negative = s.take("-");
  if (isNumberStart(s.text, s.peek())) {
    const { value } = parseNumber(s);
    return negative ? -value : value;
  }
  const span = s.here();
  switch (s.takeWord()) {
    case "true":
      return true;
    case "false":
      return false;
    case "null":
      s.warning("meta-null", span, "Cromwell cannot read `null` in meta sections.", "Leave the key away.");
      return null;
    case "object":
      if (s.code() === 123) return nested(s, parseMetaObject);
  }
  const hint =
    "Meta values are strings, numbers, true, false, null, arrays and objects; expressions cannot stand here.";
  return s.fail("syntax", `Expected a meta value, but found \`${s.text.slice(span.offset, span.end)}\`.`, hint, span);
}

function nested<T>(s: Scanner, parse: (s: Scanner) => T): T {
  s.enter();
  const value = parse(s);
  s.leave();
  return value;
}

function parseMetaArray(s: Scanner): MetaValue {
  s.take("[");
  const items: MetaValue[] = [];
  parseList(s, "]", "the array", () => items.push(parseMetaValue(s)));
  return items;
}

function parseMetaObject(s: Scanner): MetaValue {
  s.take("{");
  const entries: [string, MetaValue][] = [];
  parseList(s, "}", "the object", () => {
    const key = parseKey(s);
    s.expect(":", `after \`${key}\``);
    entries.push([key, parseMetaValue(s)]);
  });
  return Object.fromEntries(entries);
}
