import type { BinaryOperator } from "./ast.ts";
import { intValue, WdlError } from "./coerce.ts";
import { describe, primitiveText } from "./text.ts";
import { booleanValue, equal, fileValue, floatValue, NONE, stringValue } from "./values.ts";
import type { Value } from "./values.ts";

/** Where an expression stands: in a placeholder of a command, of a string, or in neither. */
export type Place = "command" | "string" | "plain";

/**
 * Applies a binary operator to two values. (`&&` and `||` are not here: they must not evaluate both sides.)
 *
 * With `None` the result is `None` in places where that becomes empty text, so that `~{"--name " + name}` leaves the whole
 * flag out: in a command for every operator, in a string for `+`. A String `+ None` is `None` everywhere. All this is
 * Cromwell's; what is left is an error. Only `==` and `!=` compare with `None` as the specification has it.
 */
export function applyBinary(
  operator: Exclude<BinaryOperator, "&&" | "||">,
  left: Value,
  right: Value,
  place: Place,
): Value {
  if (operator === "==") return booleanValue(equal(left, right));
  if (operator === "!=") return booleanValue(!equal(left, right));
  if (left.kind === "none" || right.kind === "none") {
    const vanishes = place === "string" || left.kind === "string";
    if (place === "command" || (operator === "+" && vanishes)) return NONE;
    throw new WdlError(`${operator} needs two values, but one is None; use select_first([x, default])`);
  }
  if (operator === "<" || operator === "<=" || operator === ">" || operator === ">=") {
    return booleanValue(compare(operator, left, right));
  }
  if (isNumber(left) && isNumber(right)) return calculate(operator, left, right);
  const joined = operator === "+" ? join(left, right) : undefined;
  if (!joined)
    throw new WdlError(`${describe(left)} ${operator} ${describe(right)} is not possible${advice(left, right)}`);
  return joined;
}

/** Applies `!`, `-` or `+` to a value. */
export function applyUnary(operator: "!" | "-" | "+", operand: Value): Value {
  if (operator === "!" && operand.kind === "boolean") return booleanValue(!operand.value);
  if (operator === "-" && operand.kind === "int") return intValue(-operand.value);
  if (operator === "-" && operand.kind === "float") return floatValue(-operand.value);
  if (operator === "+" && isNumber(operand)) return operand;
  throw new WdlError(`${operator} needs ${operator === "!" ? "a Boolean" : "a number"}, found ${describe(operand)}`);
}

type NumberValue = Value & { kind: "int" | "float" };

function isNumber(value: Value): value is NumberValue {
  return value.kind === "int" || value.kind === "float";
}

function calculate(operator: "+" | "-" | "*" | "/" | "%", left: NumberValue, right: NumberValue): Value {
  const [a, b] = [left.value, right.value];
  if ((operator === "/" || operator === "%") && b === 0) throw new WdlError(`${a} ${operator} 0: division by zero`);
  if (left.kind === "float" || right.kind === "float") return floatValue(arithmetic(operator, a, b));
  // Truncates toward zero, and exactly: the rounded quotient of two large numbers can be the next integer.
  return intValue(operator === "/" ? (a - (a % b)) / b : arithmetic(operator, a, b));
}

function arithmetic(operator: "+" | "-" | "*" | "/" | "%", a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
  }
}

/** Text with text, numbers or paths. What starts with a File stays one, and drops white space around what it takes, as in Cromwell. */
function join(left: Value, right: Value): Value | undefined {
  if (!isJoinable(left) || !isJoinable(right) || (isNumber(left) && right.kind !== "string")) return undefined;
  if (left.kind === "file" && isNumber(right)) return undefined;
  const [start = "", end = ""] = [primitiveText(left), primitiveText(right)];
  return left.kind === "file" ? fileValue(start + end.trim()) : stringValue(start + end);
}

function isJoinable(value: Value): boolean {
  return value.kind === "string" || value.kind === "file" || value.kind === "directory" || isNumber(value);
}

function advice(left: Value, right: Value): string {
  const kinds = [left.kind, right.kind];
  return kinds.includes("string") && kinds.includes("boolean") ? '; put the Boolean into the text as "~{…}"' : "";
}

function compare(operator: "<" | "<=" | ">" | ">=", left: Value, right: Value): boolean {
  const [a, b] = [ordered(left), ordered(right)];
  if (a === undefined || typeof a !== typeof b || b === undefined) {
    throw new WdlError(`${describe(left)} ${operator} ${describe(right)} is not possible: they have no common order`);
  }
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

/** Texts are ordered by UTF-16 units, as in Java; false comes before true. */
function ordered(value: Value): number | string | boolean | undefined {
  switch (value.kind) {
    case "int":
    case "float":
    case "boolean":
    case "string":
      return value.value;
    case "file":
    case "directory":
      return value.path;
    default:
      return undefined;
  }
}
