import type { Expr, Name } from "./ast.ts";
import { WdlError } from "./coerce.ts";
import { references } from "./dependencies.ts";

/**
 * Declarations of one task's scope, where there are no calls, in an order in which each comes after those it refers to; otherwise as written.
 *
 * A declaration that refers to its own name means something outside (an output may have the name of the input it returns).
 * Throws a WdlError for a cycle, which the static check reports first.
 */
export function inDependencyOrder<T extends { readonly name: Name; readonly value?: Expr }>(
  declarations: readonly T[],
): readonly T[] {
  const byName = new Map(declarations.map((declaration) => [declaration.name.text, declaration]));
  const ordered = new Set<T>();
  const visit = (declaration: T, path: readonly string[]): void => {
    if (ordered.has(declaration)) return;
    const { text: name, span } = declaration.name;
    if (path.includes(name)) {
      throw new WdlError(`${[...path.slice(path.indexOf(name)), name].join(" needs ")}: a cycle`, span);
    }
    for (const needed of declaration.value ? references(declaration.value) : []) {
      const before = needed === name ? undefined : byName.get(needed);
      if (before) visit(before, [...path, name]);
    }
    ordered.add(declaration);
  };
  for (const declaration of declarations) visit(declaration, []);
  return [...ordered];
}
