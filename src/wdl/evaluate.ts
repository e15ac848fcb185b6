import type { Expr, Span, Template } from "./ast.ts";
import { coerce, intValue, WdlError } from "./coerce.ts";
import type { Environment } from "./environment.ts";
import { chain, eachInTurn } from "./eventual.ts";
import type { Eventual } from "./eventual.ts";
import { FUNCTIONS } from "./functions/table.ts";
import { alike } from "./literals.ts";
import { applyBinary, applyUnary } from "./operators.ts";
import type { Place } from "./operators.ts";
import { describe, primitiveText, valueText } from "./text.ts";
import {
  arrayValue,
  booleanValue,
  floatValue,
  lookUp,
  mapValue,
  NONE,
  objectValue,
  pairValue,
  stringValue,
} from "./values.ts";
import type { Of, Value } from "./values.ts";

export type { Environment, Io } from "./environment.ts";

/** Evaluates an expression. Rejects with a WdlError that says where in the document it went wrong. */
export async function evaluate(expr: Expr, env: Environment): Promise<Value> {
  return await compute(expr, env);
}

/**
 * Evaluates an expression, at once where nothing has to be read: then it returns the value (or throws) without a promise.
 *
 * @param place where the expression stands, which decides what operators make of `None`: see `applyBinary`.
 */
export function compute(expr: Expr, env: Environment, place: Place = "plain"): Eventual<Value> {
  try {
    const value = step(expr, env, place);
    return value instanceof Promise ? value.catch((error: unknown) => fail(error, expr.span)) : value;
  } catch (error) {
    return fail(error, expr.span);
  }
}

function fail(error: unknown, span: Span): never {
  throw error instanceof WdlError && !error.span ? new WdlError(error.reason, span) : error;
}

const BOOLEAN = { kind: "boolean" } as const;

function step(expr: Expr, env: Environment, place: Place): Eventual<Value> {
  const go = (inner: Expr): Eventual<Value> => compute(inner, env, place);
  switch (expr.kind) {
    case "boolean":
      return booleanValue(expr.value);
    case "int":
      return intValue(expr.value);
    case "float":
      return floatValue(expr.value);
    case "none":
      return NONE;
    case "string":
      return interpolate(expr.template, env, place);
    case "name":
      return env.lookup(expr.name);
    case "array":
      return chain(eachInTurn(expr.items, go), (items) => arrayValue(alike(items)));
    case "map":
      return chain(
        eachInTurn(expr.entries, ({ key, value }) => chain(go(key), (k) => chain(go(value), (v) => pairValue(k, v)))),
        mapOfPairs,
      );
    case "pair":
      return chain(go(expr.left), (left) => chain(go(expr.right), (right) => pairValue(left, right)));
    case "object":
    case "struct":
      return composite(expr, env, go);
    case "unary":
      return chain(go(expr.operand), (operand) => applyUnary(expr.operator, operand));
    case "binary":
      return binary(expr, go, place);
    case "if":
      return chain(go(expr.condition), (condition) => go(isTrue(condition) ? expr.whenTrue : expr.whenFalse));
    case "call":
      return chain(eachInTurn(expr.arguments, go), (values) => callFunction(expr.function.text, values, env));
    case "member":
      return chain(objectOf(expr, env, go), (object) => memberOf(object, expr.member.text));
    case "index":
      return chain(go(expr.object), (object) => chain(go(expr.index), (index) => itemOf(object, index)));
  }
}

function isTrue(value: Value): boolean {
  const coerced = coerce(value, BOOLEAN);
  return coerced.kind === "boolean" && coerced.value;
}

function binary(expr: Expr & { kind: "binary" }, go: (expr: Expr) => Eventual<Value>, place: Place): Eventual<Value> {
  const { operator, left, right } = expr;
  if (operator === "&&" || operator === "||") {
    return chain(go(left), (value) =>
      isTrue(value) === (operator === "||")
        ? booleanValue(operator === "||")
        : chain(go(right), (other) => booleanValue(isTrue(other))),
    );
  }
  return chain(go(left), (a) => chain(go(right), (b) => applyBinary(operator, a, b, place)));
}

function mapOfPairs(pairs: readonly Of<"pair">[]): Value {
  const keys = alike(pairs.map(({ left }) => left));
  const values = alike(pairs.map(({ right }) => right));
  return mapValue(keys.map((key, index) => [key, values[index] ?? NONE] as const));
}

function composite(
  expr: Expr & { kind: "object" | "struct" },
  env: Environment,
  go: (expr: Expr) => Eventual<Value>,
): Eventual<Value> {
  const values = eachInTurn(expr.members, ({ value }) => go(value));
  return chain(values, (values) => {
    const object = objectValue(new Map(expr.members.map(({ name }, index) => [name.text, values[index] ?? NONE])));
    if (expr.kind === "object") return object;
    const type = env.structs.get(expr.struct.text);
    if (!type) throw new WdlError(`there is no struct ${expr.struct.text}; declare or import it`);
    return coerce(object, type);
  });
}

function callFunction(name: string, values: readonly Value[], env: Environment): Eventual<Value> {
  const implementation = FUNCTIONS.get(name);
  if (!implementation) throw new WdlError(`there is no function ${name}`);
  const inFunction = (error: unknown): never => {
    throw error instanceof WdlError ? error.within(name) : error;
  };
  try {
    const value = implementation(values, env);
    return value instanceof Promise ? value.catch(inFunction) : value;
  } catch (error) {
    return inFunction(error);
  }
}

function objectOf(
  { object, member }: Expr & { kind: "member" },
  env: Environment,
  go: (expr: Expr) => Eventual<Value>,
): Eventual<Value> {
  return object.kind === "name" ? env.lookup(object.name, member.text) : go(object);
}

function memberOf(object: Value, name: string): Value {
  if (object.kind === "pair" && name === "left") return object.left;
  if (object.kind === "pair" && name === "right") return object.right;
  if (object.kind === "object" || object.kind === "map") {
    const member = object.kind === "object" ? object.members.get(name) : lookUp(object, stringValue(name));
    if (member) return member;
    const names = object.kind === "object" ? [...object.members.keys()] : object.entries.map(([key]) => valueText(key));
    throw new WdlError(`there is no member ${name}; the members are ${listed(names)}`);
  }
  throw new WdlError(`${describe(object)} has no member ${name}`);
}

function itemOf(object: Value, index: Value): Value {
  if (object.kind === "array") {
    const position = coerce(index, { kind: "int" });
    const item = position.kind === "int" ? object.items[position.value] : undefined;
    if (item) return item;
    throw new WdlError(`index ${valueText(index)} is outside the Array, which has ${object.items.length} items`);
  }
  if (object.kind === "map") {
    const item = lookUp(object, index) ?? byText(object, index);
    if (item) return item;
    const keys = object.entries.map(([key]) => valueText(key));
    throw new WdlError(`the Map has no key ${valueText(index)}; the keys are ${listed(keys)}`);
  }
  if (object.kind === "object") return memberOf(object, valueText(index));
  throw new WdlError(`${describe(object)} cannot be indexed; [] works for Arrays and Maps`);
}

/** A key may be given as text where the Map has numbers and the other way round; both coerce to each other. */
function byText(map: Of<"map">, index: Value): Value | undefined {
  const text = primitiveText(index);
  return map.entries.find(([key]) => key.kind !== index.kind && primitiveText(key) === text)?.[1];
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  return names.length > 10 ? `${names.slice(0, 10).join(", ")}, …` : names.join(", ");
}

/** The text of a string. The options of its placeholders are dropped, as Cromwell does: they work in commands only. */
function interpolate(template: Template, env: Environment, place: Place): Eventual<Value> {
  const { parts } = template;
  const [only] = parts;
  if (parts.length === 0) return stringValue("");
  if (parts.length === 1 && typeof only === "string") return stringValue(only);
  const texts = eachInTurn(parts, (part) =>
    typeof part === "string"
      ? part
      : chain(compute(part.expr, env, place === "command" ? "command" : "string"), valueText),
  );
  return chain(texts, (texts) => stringValue(texts.join("")));
}
