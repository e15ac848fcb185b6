/**
 * Types as the checker and the evaluator know them: struct names resolved, optionality explicit.
 *
 * `any` is the type of `read_json`, of an empty literal's items and of whatever could not be checked; it fits everything.
 */
export type Type =
  | { readonly kind: "boolean" }
  | { readonly kind: "int" }
  | { readonly kind: "float" }
  | { readonly kind: "string" }
  | { readonly kind: "file" }
  | { readonly kind: "directory" }
  | { readonly kind: "object" }
  | { readonly kind: "any" }
  /** The type of the literal `None`. */
  | { readonly kind: "none" }
  | { readonly kind: "array"; readonly item: Type; readonly nonEmpty: boolean }
  | { readonly kind: "map"; readonly key: Type; readonly value: Type }
  | { readonly kind: "pair"; readonly left: Type; readonly right: Type }
  /** Members in the order declared. `name` is the name in the document that declares the struct. */
  | { readonly kind: "struct"; readonly name: string; readonly members: ReadonlyMap<string, Type> }
  /** Never nested: an optional of an optional is the optional itself. */
  | { readonly kind: "optional"; readonly inner: Type }
  /** What a call's name stands for in a body: its outputs. */
  | { readonly kind: "call"; readonly outputs: ReadonlyMap<string, Type> };
