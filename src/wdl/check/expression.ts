import type { Expr } from "../ast.ts";
import { ANY, coercible, isOptional, requiredOf, typeText, unify } from "../type-rules.ts";
import type { Type } from "../types.ts";
import { checkFunctionCall } from "./function-call.ts";
import { checkMember, checkName } from "./lookup.ts";
import { binaryType, unaryType } from "./operators.ts";
import { clash, type Place } from "./place.ts";
import { checkStringTemplate } from "./template.ts";
import { didYouMean } from "./suggest.ts";

/**
 * The type of an expression; what is wrong with it is reported on the way.
 *
 * After a mistake the type is `any`, so that one mistake gives one message.
 */
export function typeOf(place: Place, expr: Expr): Type {
  switch (expr.kind) {
    case "boolean":
      return { kind: "boolean" };
    case "int":
      return { kind: "int" };
    case "float":
      return { kind: "float" };
    case "none":
      return noneType(place, expr);
    case "string":
      checkStringTemplate(place, expr.template, typeOf);
      return { kind: "string" };
    case "name":
      return checkName(place, expr.name, expr.span);
    case "array": {
      const item = unify(expr.items.map((item) => typeOf(place, item)));
      return { kind: "array", item, nonEmpty: expr.items.length > 0 };
    }
    case "map": {
      const keys = expr.entries.map(({ key }) => typeOf(place, key));
      const values = expr.entries.map(({ value }) => typeOf(place, value));
      return { kind: "map", key: unify(keys), value: unify(values) };
    }
    case "pair":
      return { kind: "pair", left: typeOf(place, expr.left), right: typeOf(place, expr.right) };
    case "object": {
      const inside = { ...place, lenient: true };
      for (const { value } of expr.members) typeOf(inside, value);
      return { kind: "object" };
    }
    case "struct":
      return structType(place, expr);
    case "unary":
      return unaryOf(place, expr);
    case "binary":
      return binaryOf(place, expr);
    case "if":
      return branchType(place, expr);
    case "call":
      return checkFunctionCall(
        place,
        expr,
        expr.arguments.map((argument) => typeOf(place, argument)),
      );
    case "member":
      return checkMember(place, expr, (object) => typeOf(place, object));
    case "index":
      return indexedType(place, expr);
  }
}

type ExprOf<K extends Expr["kind"]> = Expr & { kind: K };

function noneType(place: Place, expr: ExprOf<"none">): Type {
  if (place.version === "1.1") return { kind: "none" };
  place.diagnostics.error(
    "unknown-name",
    expr.span,
    "`None` is not declared: it is a literal of WDL 1.1, and this document is 1.0.",
    "Use an optional input that nobody sets.",
  );
  return ANY;
}

function unaryOf(place: Place, expr: ExprOf<"unary">): Type {
  const operand = typeOf(place, expr.operand);
  const type = unaryType(expr.operator, operand);
  if (type) return type;
  const wanted = expr.operator === "!" ? "Boolean" : "Int or Float";
  clash(place, "operand-type", expr.span, `\`${expr.operator}\` needs ${wanted}, but this is ${typeText(operand)}.`);
  return ANY;
}

function binaryOf(place: Place, expr: ExprOf<"binary">): Type {
  const left = typeOf(place, expr.left);
  const right = typeOf(place, expr.right);
  const type = binaryType(expr.operator, left, right);
  if (type) return type;
  const text = `\`${expr.operator}\` does not go with ${typeText(left)} and ${typeText(right)}.`;
  const joinsBoolean = expr.operator === "+" && (left.kind === "boolean" || right.kind === "boolean");
  clash(place, "operand-type", expr.span, text, joinsBoolean ? 'Make it text first: "~{…}".' : undefined);
  return ANY;
}

function branchType(place: Place, expr: ExprOf<"if">): Type {
  const condition = typeOf(place, expr.condition);
  if (condition.kind !== "boolean" && condition.kind !== "any") {
    clash(place, "condition-type", expr.condition.span, conditionMessage(condition), conditionHint(condition));
  }
  return unify([typeOf(place, expr.whenTrue), typeOf(place, expr.whenFalse)]);
}

/** What to say about a condition that is no Boolean. */
export function conditionMessage(condition: Type): string {
  return `A condition must be Boolean, but this is ${typeText(condition)}.`;
}

/** What to do about an optional condition. */
export function conditionHint(condition: Type): string | undefined {
  return isOptional(condition) ? "Use select_first([…, false]), or defined(…)." : undefined;
}

function indexedType(place: Place, expr: ExprOf<"index">): Type {
  const object = typeOf(place, expr.object);
  const index = typeOf(place, expr.index);
  if (object.kind === "any") return ANY;
  if (object.kind === "array" && (index.kind === "int" || index.kind === "any")) return object.item;
  if (object.kind === "map" && coercible(index, object.key)) return object.value;
  if (object.kind === "object" && (index.kind === "string" || index.kind === "any")) return ANY;
  if (object.kind === "struct" && index.kind === "string") return fieldByText(object, expr.index);
  const message = `${typeText(object)} cannot be indexed with ${typeText(index)}.`;
  const hint =
    object.kind === "optional" ? "Take the value out of the optional first: select_first([…])[…]." : undefined;
  clash(place, "index-type", expr.span, message, hint);
  return ANY;
}

function fieldByText(struct: Type & { kind: "struct" }, index: Expr): Type {
  const [text] = index.kind === "string" ? index.template.parts : [];
  return (typeof text === "string" ? struct.members.get(text) : undefined) ?? ANY;
}

function structType(place: Place, expr: ExprOf<"struct">): Type {
  const struct = place.unit.structs.get(expr.struct.text);
  const given = new Map(
    expr.members.map(({ name, value }) => [name.text, { name, value, type: typeOf(place, value) }]),
  );
  if (!struct) {
    const hint = didYouMean(place.diagnostics, expr.struct.text, place.unit.structs.keys());
    place.diagnostics.error("unknown-type", expr.struct.span, `No struct is named \`${expr.struct.text}\`.`, hint);
    return ANY;
  }
  for (const { name, value, type } of given.values()) {
    const member = struct.members.get(name.text);
    if (!member) {
      const hint = didYouMean(place.diagnostics, name.text, struct.members.keys());
      clash(place, "unknown-member", name.span, `Struct \`${struct.name}\` has no member \`${name.text}\`.`, hint);
    } else if (!coercible(type, member)) {
      const message = `\`${name.text}\` of \`${struct.name}\` is ${typeText(member)}, but its value is ${typeText(type)}.`;
      clash(place, "member-type", value.span, message);
    }
  }
  for (const [name, type] of struct.members) {
    if (given.has(name) || isOptional(type)) continue;
    clash(
      place,
      "missing-member",
      expr.struct.span,
      `Struct \`${struct.name}\` needs a value for its member \`${name}\`.`,
    );
  }
  return struct;
}

/**
 * Checks the value of a declaration, call input or output against the type it is for.
 *
 * `strict` is false where Cromwell leaves the matter to the run.
 */
export function checkAssignment(
  place: Place,
  expr: Expr,
  to: Type,
  options: { readonly strict: boolean; readonly what: string; readonly span?: Expr["span"] },
): void {
  const from = typeOf(place, expr);
  if (expr.kind === "object" && requiredOf(to).kind === "struct") checkObjectFor(place, expr, requiredOf(to));
  if (coercible(from, to)) return;
  const message = `${options.what} is ${typeText(to)}, but its value is ${typeText(from)}.`;
  const hint = assignmentHint(from, to);
  const at = options.strict ? place : { ...place, lenient: true };
  clash(at, "type-mismatch", options.span ?? expr.span, message, hint);
}

function assignmentHint(from: Type, to: Type): string | undefined {
  if (isOptional(from) && coercible(requiredOf(from), to)) return "Use select_first([…]), or declare it optional.";
  const wanted = requiredOf(to);
  if (wanted.kind === "array" && coercible(from, wanted.item)) return "Put the value into an array: […].";
  if (from.kind === "float" && wanted.kind === "int") return "Use round, floor or ceil.";
  return undefined;
}

/** An object literal that becomes a struct is taken as it is until the run, so its faults are warnings. */
function checkObjectFor(place: Place, expr: ExprOf<"object">, to: Type): void {
  if (to.kind !== "struct") return;
  const given = new Set(expr.members.map(({ name }) => name.text));
  for (const { name } of expr.members) {
    if (to.members.has(name.text)) continue;
    const hint = didYouMean(place.diagnostics, name.text, to.members.keys());
    place.diagnostics.warning(
      "unknown-member",
      name.span,
      `Struct \`${to.name}\` has no member \`${name.text}\`.`,
      hint,
    );
  }
  for (const [name, type] of to.members) {
    if (given.has(name) || isOptional(type)) continue;
    place.diagnostics.warning(
      "missing-member",
      expr.span,
      `Struct \`${to.name}\` needs a value for its member \`${name}\`.`,
    );
  }
}
