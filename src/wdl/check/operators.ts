import type { BinaryOperator } from "../ast.ts";
import { ANY, requiredOf, sameType } from "../type-rules.ts";
import type { Type } from "../types.ts";

const BOOLEAN: Type = { kind: "boolean" };
const INT: Type = { kind: "int" };
const FLOAT: Type = { kind: "float" };
const STRING: Type = { kind: "string" };
const FILE: Type = { kind: "file" };
const DIRECTORY: Type = { kind: "directory" };

/**
 * The type of `left operator right`, or `undefined` where Cromwell refuses it.
 *
 * Optional operands count as what they hold; whether they hold anything is seen at run time.
 */
export function binaryType(operator: BinaryOperator, left: Type, right: Type): Type | undefined {
  const a = requiredOf(left);
  const b = requiredOf(right);
  switch (operator) {
    case "||":
    case "&&":
      return isOpen(a, "boolean") && isOpen(b, "boolean") ? BOOLEAN : undefined;
    case "==":
    case "!=":
      return comparable(a, b) ? BOOLEAN : undefined;
    case "<":
    case ">":
      return ordered(a, b) ? BOOLEAN : undefined;
    case "<=":
    case ">=":
      return ordered(a, b) || comparable(a, b) ? BOOLEAN : undefined;
    case "+":
      return sum(a, b);
    case "-":
    case "*":
    case "/":
    case "%":
      return number(a, b);
  }
}

/** The type of `operator operand`, or `undefined` where Cromwell refuses it. */
export function unaryType(operator: "!" | "-" | "+", operand: Type): Type | undefined {
  const type = requiredOf(operand);
  if (isUnknown(type)) return operator === "!" ? BOOLEAN : ANY;
  if (operator === "!") return type.kind === "boolean" ? BOOLEAN : undefined;
  return isNumber(type) ? type : undefined;
}

function isUnknown(type: Type): boolean {
  return type.kind === "any" || type.kind === "none";
}

function isOpen(type: Type, kind: Type["kind"]): boolean {
  return type.kind === kind || isUnknown(type);
}

function isNumber(type: Type): boolean {
  return type.kind === "int" || type.kind === "float";
}

function number(a: Type, b: Type): Type | undefined {
  if (isUnknown(a) || isUnknown(b)) return isOpen(a, "int") || isOpen(b, "int") ? ANY : FLOAT;
  if (!isNumber(a) || !isNumber(b)) return undefined;
  return a.kind === "int" && b.kind === "int" ? INT : FLOAT;
}

/** `+` joins a String with a String, File, Int or Float, a File with a String, and adds numbers. */
function sum(a: Type, b: Type): Type | undefined {
  if (a.kind === "string") return joinsString(b) ? STRING : undefined;
  if (a.kind === "file") return isOpen(b, "string") ? FILE : undefined;
  if (a.kind === "directory") return isOpen(b, "string") ? DIRECTORY : undefined;
  if (isNumber(a) && b.kind === "string") return STRING;
  if (isUnknown(a)) return ANY;
  return number(a, b);
}

function joinsString(type: Type): boolean {
  return (
    isUnknown(type) || type.kind === "string" || type.kind === "file" || type.kind === "directory" || isNumber(type)
  );
}

function comparable(a: Type, b: Type): boolean {
  if (isUnknown(a) || isUnknown(b)) return true;
  if (isNumber(a)) return isNumber(b);
  // A File may be compared with a String, a String with a File may not: so it is in Cromwell.
  if (a.kind === "file" || a.kind === "directory") return b.kind === a.kind || b.kind === "string";
  return sameType(a, b);
}

function ordered(a: Type, b: Type): boolean {
  if (isUnknown(a) || isUnknown(b)) return true;
  if (isNumber(a)) return isNumber(b);
  return a.kind === b.kind && (a.kind === "string" || a.kind === "boolean");
}
