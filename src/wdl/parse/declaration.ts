import type { Declaration, Name, TypeNode } from "../ast.ts";
import { parseExpression } from "./expression.ts";
import { keywordHint, RESERVED } from "./keywords.ts";
import { isWordStart, type Scanner } from "./scanner.ts";
import { parseType } from "./type-node.ts";

/** Where a declaration stands, and what that asks of it. */
export interface DeclarationPlace {
  /** Whether `= value` has to follow, may follow or must not. */
  readonly value: "required" | "allowed" | "forbidden";
  /** Keywords that could stand in the declaration's place. */
  readonly keywords: readonly string[];
  /** What to do about a value that is missing or too much. */
  readonly hint: string;
}

/** In an input section. */
export const IN_INPUT: DeclarationPlace = { value: "allowed", keywords: [], hint: "" };

/** In an output section. */
export const IN_OUTPUT: DeclarationPlace = {
  value: "required",
  keywords: [],
  hint: "An output is written `Type name = expression`.",
};

/** In a struct. */
export const IN_STRUCT: DeclarationPlace = {
  value: "forbidden",
  keywords: [],
  hint: "Members of a struct have no defaults: make the member optional with `?`.",
};

/** Between the sections of a task or in the body of a workflow. */
export function inBody(keywords: readonly string[]): DeclarationPlace {
  return { value: "required", keywords, hint: "Declarations without a value belong into the `input` section." };
}

/** Reads `Type name` or `Type name = expression`. */
export function parseDeclaration(s: Scanner, place: DeclarationPlace): Declaration {
  const start = s.peek();
  const type = parseType(s, place.keywords);
  const name = parseDeclaredName(s, type, place);
  if (s.code() === 61 /* = */ && place.value === "forbidden")
    s.fail("struct-default", `The member \`${name.text}\` cannot have a value.`, place.hint);
  if (s.take("=")) {
    if (s.code() === 61) s.fail("syntax", `Expected \`=\` before the value, but found \`==\`.`, "Write one `=`.");
    const value = parseExpression(s);
    rejectSeparator(s);
    return { kind: "declaration", type, name, value, span: s.span(start) };
  }
  rejectMissingEquals(s, name, place);
  if (place.value === "required") {
    const hint = typeHint(type, place.keywords) ?? place.hint;
    s.fail("missing-value", `\`${name.text}\` has no value.`, hint, name.span);
  }
  return { kind: "declaration", type, name, span: s.span(start) };
}

function parseDeclaredName(s: Scanner, type: TypeNode, place: DeclarationPlace): Name {
  if (s.word() === "") {
    const hint = draft2OutputHint(s) ?? typeHint(type, place.keywords);
    s.fail("syntax", `Expected a name after the type, but found ${s.found()}.`, hint);
  }
  const name = s.name("a name");
  if (RESERVED.has(name.text))
    s.fail("reserved-name", `\`${name.text}\` cannot be a name: it is a word of WDL.`, "Choose another.", name.span);
  return name;
}

/** `call.out` in a workflow's outputs, as in draft-2, looks like a type followed by a point. */
function draft2OutputHint(s: Scanner): string | undefined {
  if (s.code() !== 46 /* . */) return undefined;
  return "Outputs have a type and a name, as in `File report = make_report.report`.";
}

/** A type that is really a misspelled keyword, as in `cal align`. */
function typeHint(type: TypeNode, keywords: readonly string[]): string | undefined {
  return type.kind === "struct" ? keywordHint(type.name, keywords) : undefined;
}

/** A value, or another sign for `=`, behind the name on the same line: `Int n 2`, `Int n: 2`. */
function rejectMissingEquals(s: Scanner, name: Name, place: DeclarationPlace): void {
  if (s.atEnd() || s.here().line !== name.span.line) return;
  const code = s.code();
  if (code === 125 /* } */) return;
  rejectSeparator(s);
  // Behind a complete declaration, a word on the same line begins the next statement.
  if (isWordStart(code) && place.value !== "required") return;
  const found = s.found();
  const example = code === 58 /* : */ ? "Values are given with `=`, as in `Int n = 2`." : "Is an `=` missing?";
  s.fail("missing-equals", `Expected \`=\` between \`${name.text}\` and its value, but found ${found}.`, example);
}

function rejectSeparator(s: Scanner): void {
  const code = s.code();
  if (code !== 44 /* , */ && code !== 59 /* ; */) return;
  s.fail("syntax", `A declaration does not end in ${s.found()}.`, "Delete it: declarations stand one below the other.");
}
