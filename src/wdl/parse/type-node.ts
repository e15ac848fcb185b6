import type { Span, TypeNode } from "../ast.ts";
import { keywordHint } from "./keywords.ts";
import type { Scanner } from "./scanner.ts";

const PRIMITIVES: ReadonlySet<string> = new Set(["Boolean", "Int", "Float", "String", "File", "Directory", "Object"]);

type PrimitiveName = Extract<TypeNode, { kind: "primitive" }>["name"];

function isPrimitive(word: string): word is PrimitiveName {
  return PRIMITIVES.has(word);
}

/** Reads a type such as `Map[String, Array[File]+]?`. `keywords` are the other words that could stand here. */
export function parseType(s: Scanner, keywords: readonly string[] = []): TypeNode {
  const first = s.tokens;
  const type = parseTypeHere(s, keywords);
  // Types are compared as often as they are used.
  if (s.tokens - first > MAX_TOKENS) {
    s.fail("type-size", "This type is too large.", "Declare structs for its parts.", type.span);
  }
  return type;
}

/** Of one type. */
const MAX_TOKENS = 1_000;

function parseTypeHere(s: Scanner, keywords: readonly string[]): TypeNode {
  const start = s.peek();
  const word = s.takeWord();
  if (word === "") s.fail("syntax", `Expected a type, but found ${s.found()}.`);
  switch (word) {
    case "Array": {
      const [item] = parseParameters(s, word, 1);
      const nonEmpty = s.take("+");
      return { kind: "array", item, nonEmpty, ...parseEnd(s, start) };
    }
    case "Map": {
      const [key, value] = parseParameters(s, word, 2);
      return { kind: "map", key, value, ...parseEnd(s, start) };
    }
    case "Pair": {
      const [left, right] = parseParameters(s, word, 2);
      return { kind: "pair", left, right, ...parseEnd(s, start) };
    }
    default: {
      if (s.code() === 91 /* [ */) {
        const span = s.span(start);
        const hint = keywordHint(word, ["Array", "Map", "Pair"]) ?? "Only Array, Map and Pair have types in brackets.";
        s.fail("syntax", `\`${word}\` takes no types in brackets.`, hint, span);
      }
      const next = s.code();
      if (next === 40 /* ( */ || next === 123 /* { */ || next === 60 /* < */) {
        const hint = keywordHint(word, keywords);
        s.fail("syntax", `\`${word}\` does not begin anything that can stand here.`, hint, s.span(start));
      }
      if (isPrimitive(word)) return { kind: "primitive", name: word, ...parseEnd(s, start) };
      return { kind: "struct", name: word, ...parseEnd(s, start) };
    }
  }
}

/** What all types end with: `?`, which may stand apart. */
function parseEnd(s: Scanner, start: number): { readonly optional: boolean; readonly span: Span } {
  return { optional: s.take("?"), span: s.span(start) };
}

function parseParameters(s: Scanner, name: string, count: 1): readonly [TypeNode];
function parseParameters(s: Scanner, name: string, count: 2): readonly [TypeNode, TypeNode];
function parseParameters(s: Scanner, name: string, count: number): readonly TypeNode[] {
  const example = count === 1 ? `${name}[String]` : `${name}[String, Int]`;
  const hint = `Write for example \`${example}\`.`;
  s.expect("[", `after \`${name}\``, hint);
  s.enter();
  const parameters = [parseTypeHere(s, [])];
  while (parameters.length < count) {
    s.expect(",", `between the types of \`${name}\``, hint);
    parameters.push(parseTypeHere(s, []));
  }
  s.leave();
  s.expect("]", `after the ${count === 1 ? "type" : "types"} of \`${name}\``, hint);
  return parameters;
}
