import type { Expr, Span, Template } from "./ast.ts";

/** One look-up that an expression makes in its scope: `name`, or `name.member` (a call's output or a member of a value). */
export interface Need {
  readonly name: string;
  readonly member?: string;
  readonly span: Span;
}

/**
 * The names that an expression refers to: declarations, scatter variables and calls of the scope around it.
 *
 * Member names are not among them: `call.out` refers to `call`. A call and a declaration may have one name; where that
 * matters use `needs`, since a name without a member never means a call.
 */
export function references(expr: Expr): ReadonlySet<string> {
  return new Set(needs(expr).map((need) => need.name));
}

/** The names that the placeholders of a command or string refer to. */
export function templateReferences(template: Template): ReadonlySet<string> {
  const found: Need[] = [];
  collectTemplate(template, found);
  return new Set(found.map((need) => need.name));
}

/** Every look-up of an expression, in the order written; one name may come several times. */
export function needs(expr: Expr): readonly Need[] {
  const found: Need[] = [];
  collect(expr, found);
  return found;
}

function collectTemplate(template: Template, found: Need[]): void {
  for (const part of template.parts) {
    if (typeof part === "string") continue;
    for (const option of [part.options.sep, part.options.true, part.options.false, part.options.default]) {
      if (option) collect(option, found);
    }
    collect(part.expr, found);
  }
}

function collect(expr: Expr, found: Need[]): void {
  switch (expr.kind) {
    case "boolean":
    case "int":
    case "float":
    case "none":
      return;
    case "name":
      found.push({ name: expr.name, span: expr.span });
      return;
    case "string":
      collectTemplate(expr.template, found);
      return;
    case "array":
      for (const item of expr.items) collect(item, found);
      return;
    case "map":
      for (const { key, value } of expr.entries) {
        collect(key, found);
        collect(value, found);
      }
      return;
    case "pair":
    case "binary":
      collect(expr.left, found);
      collect(expr.right, found);
      return;
    case "object":
    case "struct":
      for (const { value } of expr.members) collect(value, found);
      return;
    case "unary":
      collect(expr.operand, found);
      return;
    case "if":
      collect(expr.condition, found);
      collect(expr.whenTrue, found);
      collect(expr.whenFalse, found);
      return;
    case "call":
      for (const argument of expr.arguments) collect(argument, found);
      return;
    case "member":
      if (expr.object.kind === "name") {
        found.push({ name: expr.object.name, member: expr.member.text, span: expr.object.span });
      } else {
        collect(expr.object, found);
      }
      return;
    case "index":
      collect(expr.object, found);
      collect(expr.index, found);
      return;
  }
}
