import type { Expr, Placeholder, Template } from "../ast.ts";
import { isPrimitive, requiredOf, typeText } from "../type-rules.ts";
import type { Type } from "../types.ts";
import type { Place } from "./place.ts";

/** How the types of the expressions inside are found; given by `expression.ts`, which needs this file. */
export type TypeOf = (place: Place, expr: Expr) => Type;

/** Checks the placeholders of a string: Cromwell looks at their names, but not at their types. */
export function checkStringTemplate(place: Place, template: Template, typeOf: TypeOf): void {
  for (const part of template.parts) {
    if (typeof part === "string") continue;
    const inside = place.lenient ? place : { ...place, lenient: true };
    checkPlaceholder(inside, part, typeOf);
  }
}

/** Checks the placeholders of a command. */
export function checkCommand(place: Place, command: Template, typeOf: TypeOf): void {
  for (const part of command.parts) if (typeof part !== "string") checkPlaceholder(place, part, typeOf);
}

function checkPlaceholder(place: Place, placeholder: Placeholder, typeOf: TypeOf): void {
  const type = typeOf(place, placeholder.expr);
  const { options } = placeholder;
  for (const option of [options.sep, options.true, options.false, options.default]) if (option) typeOf(place, option);
  const reason = unprintable(requiredOf(type), options.sep !== undefined);
  if (reason !== undefined) place.diagnostics.warning("placeholder-type", placeholder.expr.span, reason);
}

/** Why a value of this type cannot be put into text, or `undefined` if it can. */
function unprintable(type: Type, separated: boolean): string | undefined {
  if (type.kind === "array") {
    if (!separated) return `A placeholder cannot hold ${typeText(type)} without \`sep=\`.`;
    const item = requiredOf(type.item);
    return isPrimitive(item) || item.kind === "any" || item.kind === "none"
      ? undefined
      : `\`sep=\` cannot join the items of ${typeText(type)}.`;
  }
  const compound = type.kind === "map" || type.kind === "pair" || type.kind === "object" || type.kind === "struct";
  return compound ? `A placeholder cannot hold ${typeText(type)}.` : undefined;
}
