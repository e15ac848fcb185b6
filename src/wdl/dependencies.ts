import type { Expr, Template } from "./ast.ts";

/**
 * The names that an expression refers to: declarations, scatter variables and calls of the scope around it.
 *
 * Member names are not among them: `call.out` refers to `call`.
 */
export function references(expr: Expr): ReadonlySet<string> {
  const names = new Set<string>();
  collect(expr, names);
  return names;
}

/** The names that the placeholders of a command or string refer to. */
export function templateReferences(template: Template): ReadonlySet<string> {
  const names = new Set<string>();
  collectTemplate(template, names);
  return names;
}

function collectTemplate(template: Template, names: Set<string>): void {
  for (const part of template.parts) {
    if (typeof part === "string") continue;
    collect(part.expr, names);
    for (const option of Object.values(part.options) as (Expr | undefined)[]) if (option) collect(option, names);
  }
}

function collect(expr: Expr, names: Set<string>): void {
  switch (expr.kind) {
    case "boolean":
    case "int":
    case "float":
    case "none":
      return;
    case "name":
      names.add(expr.name);
      return;
    case "string":
      collectTemplate(expr.template, names);
      return;
    case "array":
      for (const item of expr.items) collect(item, names);
      return;
    case "map":
      for (const { key, value } of expr.entries) {
        collect(key, names);
        collect(value, names);
      }
      return;
    case "pair":
    case "binary":
      collect(expr.left, names);
      collect(expr.right, names);
      return;
    case "object":
    case "struct":
      for (const { value } of expr.members) collect(value, names);
      return;
    case "unary":
      collect(expr.operand, names);
      return;
    case "if":
      collect(expr.condition, names);
      collect(expr.then, names);
      collect(expr.else, names);
      return;
    case "call":
      for (const argument of expr.arguments) collect(argument, names);
      return;
    case "member":
      collect(expr.object, names);
      return;
    case "index":
      collect(expr.object, names);
      collect(expr.index, names);
      return;
  }
}
