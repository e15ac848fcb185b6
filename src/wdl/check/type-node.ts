import type { Declaration, TypeNode, WdlVersion } from "../ast.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { Unit } from "../program.ts";
import { isPrimitive, resolveType, type StructTypes, typeText } from "../type-rules.ts";
import { didYouMean } from "./suggest.ts";

/** What the check of a type needs to know of the document around it. */
export interface TypeContext {
  readonly structs: StructTypes;
  readonly version: WdlVersion;
  readonly diagnostics: Diagnostics;
  /** Whether some import could not be read: then a type that is not known may come from there. */
  readonly incomplete: boolean;
}

/** The context of the types of `unit`. */
export function typeContext(unit: Unit, version: WdlVersion, diagnostics: Diagnostics): TypeContext {
  const incomplete = unit.document.imports.some(({ namespace }) => !unit.imports.has(namespace.text));
  return { structs: unit.structs, version, diagnostics, incomplete };
}

/** Checks the types of declarations. */
export function checkTypesOf(declarations: readonly Declaration[], context: TypeContext): void {
  for (const { type } of declarations) checkTypeNode(type, context);
}

/** Reports structs that nobody declares, and types that Cromwell does not have in this version. */
function checkTypeNode(type: TypeNode, context: TypeContext): void {
  switch (type.kind) {
    case "primitive":
      return checkPrimitive(type, context);
    case "struct":
      if (context.structs.has(type.name) || context.incomplete) return;
      return context.diagnostics.error(
        "unknown-type",
        type.span,
        `No type or struct is named \`${type.name}\`.`,
        didYouMean(context.diagnostics, type.name, knownTypes(context.structs)),
      );
    case "array":
      return checkTypeNode(type.item, context);
    case "map":
      checkTypeNode(type.key, context);
      checkTypeNode(type.value, context);
      return checkKey(type.key, context);
    case "pair":
      checkTypeNode(type.left, context);
      return checkTypeNode(type.right, context);
  }
}

function checkPrimitive(type: TypeNode & { kind: "primitive" }, { structs, version, diagnostics }: TypeContext): void {
  if (structs.has(type.name)) return;
  if (type.name === "Object" && version === "1.1") {
    const hint = "Declare a struct with these members.";
    diagnostics.error("unknown-type", type.span, "The type Object does not exist in WDL 1.1.", hint);
  } else if (type.name === "Directory") {
    const hint = "Pack the folder into an archive and pass a File.";
    diagnostics.error("unknown-type", type.span, `The type Directory does not exist in WDL ${version}.`, hint);
  }
}

/** Only a warning: Cromwell does not look at it, but no JSON can hold such a map. */
function checkKey(key: TypeNode, { structs, diagnostics }: TypeContext): void {
  const type = resolveType(key, structs);
  if (isPrimitive(type) || type.kind === "any") return;
  diagnostics.warning("map-key-type", key.span, `The key of a Map must be primitive, but this is ${typeText(type)}.`);
}

const BUILT_IN = ["Boolean", "Int", "Float", "String", "File", "Array", "Map", "Pair"];

function* knownTypes(structs: StructTypes): Generator<string> {
  yield* structs.keys();
  yield* BUILT_IN;
}
