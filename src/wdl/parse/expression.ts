import type { BinaryOperator, Expr, Name } from "../ast.ts";
import { isNumberStart, parseNumber } from "./number.ts";
import type { ExpressionParsers } from "./placeholder.ts";
import type { Scanner } from "./scanner.ts";
import { parseString } from "./string.ts";

/** Reads an expression. */
export function parseExpression(s: Scanner): Expr {
  const outer = s.height;
  s.height = 0;
  s.enter();
  const expr = s.word() === "if" ? parseIf(s) : parseBinary(s, 1);
  s.leave();
  s.grow();
  s.height = Math.max(outer, s.height);
  return expr;
}

/** In an option, as in `~{sep=", " [a, b]}`, a literal ends the value: the bracket is not an index. */
function parseOption(s: Scanner): Expr {
  return isQuote(s.code()) || isNumberStart(s.text, s.peek()) ? parsePrimary(s) : parseUnary(s);
}

const PARSERS: ExpressionParsers = { expression: parseExpression, option: parseOption };

/** What a command's placeholders hold. */
export const EXPRESSION_PARSERS = PARSERS;

function parseIf(s: Scanner): Expr {
  const start = s.peek();
  s.takeKeyword("if");
  const condition = parseExpression(s);
  if (!s.takeKeyword("then")) {
    const hint =
      s.code() === 61 /* = */ ? "Comparing is written `==`." : "An `if` expression has a `then` and an `else`.";
    s.fail("syntax", `Expected \`then\` after the condition, but found ${s.found()}.`, hint);
  }
  const whenTrue = parseExpression(s);
  if (!s.takeKeyword("else")) {
    const hint = "An `if` expression always has an `else`.";
    s.fail("syntax", `Expected \`else\` after the value for true, but found ${s.found()}.`, hint);
  }
  const whenFalse = parseExpression(s);
  return { kind: "if", condition, whenTrue, whenFalse, span: s.span(start) };
}

/* Operators */

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  "||": 1,
  "&&": 2,
  "==": 3,
  "!=": 3,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
};

/** Reads operands and the operators between them that bind at least as tightly as `least`; all are left-associative. */
function parseBinary(s: Scanner, least: number): Expr {
  const start = s.peek();
  let left = parseUnary(s);
  for (;;) {
    const operator = operatorAt(s.text, s.peek());
    if (operator === undefined || PRECEDENCE[operator] < least) return left;
    s.pos = s.peek() + operator.length;
    const right = s.word() === "if" ? parseExpression(s) : parseBinary(s, PRECEDENCE[operator] + 1);
    s.grow();
    left = { kind: "binary", operator, left, right, span: s.span(start) };
  }
}

function operatorAt(text: string, at: number): BinaryOperator | undefined {
  const next = text.charCodeAt(at + 1);
  switch (text.charCodeAt(at)) {
    case 124:
      return next === 124 ? "||" : undefined;
    case 38:
      return next === 38 ? "&&" : undefined;
    case 61:
      return next === 61 ? "==" : undefined;
    case 33:
      return next === 61 ? "!=" : undefined;
    case 60:
      return next === 61 ? "<=" : "<";
    case 62:
      // `>>>` ends a command in which a placeholder was left open.
      return next === 61 ? ">=" : text.startsWith(">>>", at) ? undefined : ">";
    case 43:
      return "+";
    case 45:
      return "-";
    case 42:
      return "*";
    case 47:
      return "/";
    case 37:
      return "%";
    default:
      return undefined;
  }
}

function parseUnary(s: Scanner): Expr {
  const start = s.peek();
  const sign = s.text.charAt(start);
  if (sign !== "!" && sign !== "-" && sign !== "+") return parsePostfix(s);
  s.pos = start + 1;
  s.enter();
  const operand = parseUnary(s);
  s.leave();
  s.grow();
  return { kind: "unary", operator: sign, operand, span: s.span(start) };
}

/** Reads an operand with the `.member` and `[index]` that follow it. */
function parsePostfix(s: Scanner): Expr {
  const start = s.peek();
  let expr = parsePrimary(s);
  for (;;) {
    if (s.take(".")) {
      const member = s.name("the name of a member after `.`");
      expr = { kind: "member", object: expr, member, span: s.span(start) };
    } else if (s.take("[")) {
      const index = parseExpression(s);
      s.expect("]", "after the index");
      expr = { kind: "index", object: expr, index, span: s.span(start) };
    } else return expr;
    s.grow();
  }
}

/* Operands */

function parsePrimary(s: Scanner): Expr {
  const code = s.code();
  if (isQuote(code)) return parseString(s, PARSERS);
  if (code === 91 /* [ */) return parseArray(s);
  if (code === 123 /* { */) return parseMap(s);
  if (code === 40 /* ( */) return parseGroup(s);
  if (isNumberStart(s.text, s.peek())) return parseNumber(s);
  return parseWord(s);
}

function isQuote(code: number): boolean {
  return code === 34 || code === 39;
}

function parseWord(s: Scanner): Expr {
  const start = s.peek();
  const word = s.word();
  if (word === "" || word === "then" || word === "else" || word === "if")
    s.fail("syntax", `Expected an expression, but found ${s.found()}.`);
  s.pos = start + word.length;
  const span = s.span(start);
  if (word === "true" || word === "false") return { kind: "boolean", value: word === "true", span };
  // In 1.0 `None` is a name like any other, as it is for Cromwell.
  if (word === "None" && s.version === "1.1") return { kind: "none", span };
  const next = s.code();
  if (next === 40 /* ( */) return parseCall(s, { text: word, span });
  if (next === 123 /* { */) return parseMembers(s, { text: word, span });
  return { kind: "name", name: word, span };
}

/** Reads what stands between `open`, already read, and `close`, separated by commas; a last comma is allowed. */
export function parseList(s: Scanner, close: string, what: string, parseItem: () => void): void {
  while (!s.take(close)) {
    parseItem();
    if (s.take(",")) continue;
    s.expect(close, `or \`,\` in ${what}`, beginsOperand(s) ? "Is a comma missing?" : undefined);
    return;
  }
}

function beginsOperand(s: Scanner): boolean {
  return s.word() !== "" || isQuote(s.code()) || isNumberStart(s.text, s.peek());
}

function parseArray(s: Scanner): Expr {
  const start = s.peek();
  s.take("[");
  const items: Expr[] = [];
  parseList(s, "]", "the array", () => items.push(parseExpression(s)));
  return { kind: "array", items, span: s.span(start) };
}

function parseMap(s: Scanner): Expr {
  const start = s.peek();
  s.take("{");
  const entries: { key: Expr; value: Expr }[] = [];
  parseList(s, "}", "the map", () => {
    const key = parseExpression(s);
    s.expect(":", "after the key of the map");
    entries.push({ key, value: parseExpression(s) });
  });
  return { kind: "map", entries, span: s.span(start) };
}

/** Reads `(a)` or the pair `(a, b)`. */
function parseGroup(s: Scanner): Expr {
  const start = s.peek();
  s.take("(");
  const left = parseExpression(s);
  if (s.take(",")) {
    const right = parseExpression(s);
    s.expect(")", "after the second part of the pair");
    return { kind: "pair", left, right, span: s.span(start) };
  }
  const hint = s.code() === 61 /* = */ ? "Comparing is written `==`." : undefined;
  s.expect(")", "to close the parenthesis", hint);
  return left;
}

function parseCall(s: Scanner, name: Name): Expr {
  s.take("(");
  const args: Expr[] = [];
  parseList(s, ")", `the arguments of \`${name.text}\``, () => args.push(parseExpression(s)));
  return { kind: "call", function: name, arguments: args, span: s.span(name.span.offset) };
}

/** Reads the members of `object { … }` or of a struct literal such as `Person { … }` (1.1). */
function parseMembers(s: Scanner, head: Name): Expr {
  if (head.text !== "object" && s.version === "1.0") {
    const hint = `Write \`object { … }\`, or begin the document with \`version 1.1\`.`;
    s.fail("needs-newer-version", "Struct literals belong to WDL 1.1; this document is 1.0.", hint, head.span);
  }
  s.take("{");
  const members: { name: Name; value: Expr }[] = [];
  parseList(s, "}", head.text === "object" ? "the object" : `the struct \`${head.text}\``, () => {
    const name = parseMemberName(s);
    s.expect(":", `after \`${name.text}\``, s.code() === 61 /* = */ ? "Members are written `name: value`." : undefined);
    members.push({ name, value: parseExpression(s) });
  });
  const span = s.span(head.span.offset);
  return head.text === "object" ? { kind: "object", members, span } : { kind: "struct", struct: head, members, span };
}

function parseMemberName(s: Scanner): Name {
  const start = s.peek();
  if (!isQuote(s.code())) return s.name("the name of a member");
  const { template, span } = parseString(s, PARSERS);
  const text = template.parts.length === 0 ? "" : template.parts[0];
  if (typeof text === "string" && template.parts.length <= 1) return { text, span };
  return s.fail("syntax", "The name of a member cannot hold placeholders.", undefined, s.span(start));
}
