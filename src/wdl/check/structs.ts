import type { Declaration, ImportNode, StructNode, TypeNode, WdlDocument } from "../ast.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { Unit } from "../program.ts";
import { resolveType, sameType, type StructTypes } from "../type-rules.ts";
import type { Type } from "../types.ts";
import { didYouMean } from "./suggest.ts";

const START = { span: { line: 1, column: 1, offset: 0, end: 0 } };

type StructType = Type & { kind: "struct" };

/** How deep structs may contain each other: far beyond use, and few enough for comparing structs with each other. */
const MAX_DEPTH = 20;

/** Structs visible in one document: far beyond use, and few enough where each of many documents imports them all. */
const MAX_STRUCTS = 1_000;

/**
 * Every struct that is visible in a document: its own and those of its imports, under the names they have here.
 *
 * `imports` holds the units of the document's imports by namespace; an import that failed is simply absent. Where two
 * structs have one name the later import wins, and the document's own wins over all, as in Cromwell.
 */
export function resolveStructs(
  document: WdlDocument,
  file: string,
  imports: ReadonlyMap<string, Unit>,
  diagnostics: Diagnostics,
): StructTypes {
  const structs = new Map<string, StructType>();
  for (const node of document.imports) {
    const unit = imports.get(node.namespace.text);
    if (unit) addImported(structs, node, unit, diagnostics);
  }
  const own = document.structs.slice(0, MAX_STRUCTS);
  addOwn(structs, own, file, diagnostics);
  const odd = document.structs[MAX_STRUCTS];
  if (odd ?? structs.size > MAX_STRUCTS) {
    const { span } = odd?.name ?? document.imports[0]?.namespace ?? START;
    const message = `A document sees at most ${MAX_STRUCTS} structs, its own and those of its imports.`;
    diagnostics.error("too-many-structs", span, message, "Import only what is needed.");
    return new Map([...structs].slice(0, MAX_STRUCTS));
  }
  return structs;
}

function addImported(structs: Map<string, StructType>, node: ImportNode, unit: Unit, diagnostics: Diagnostics): void {
  const aliases = new Map(node.aliases.map(({ from, to }) => [from.text, to.text]));
  for (const { from } of node.aliases) {
    if (unit.structs.has(from.text)) continue;
    const hint = didYouMean(diagnostics, from.text, unit.structs.keys());
    diagnostics.error("unknown-type", from.span, `${node.uri} has no struct \`${from.text}\`.`, hint);
  }
  for (const [name, struct] of unit.structs) {
    const here = aliases.get(name) ?? name;
    const other = structs.get(here);
    if (other && !sameType(other, struct)) {
      const message = `Struct \`${here}\` of ${node.uri} hides another struct of that name.`;
      diagnostics.warning("struct-name-taken", node.span, message, `Rename one: \`import … alias ${name} as …\`.`);
    }
    structs.set(here, struct);
  }
}

/** Resolves members in the order that they need each other; Cromwell wants that order in the text as well. */
function addOwn(
  structs: Map<string, StructType>,
  nodes: readonly StructNode[],
  file: string,
  diagnostics: Diagnostics,
): void {
  const own = new Map<string, StructNode>();
  for (const node of nodes) {
    const other = own.get(node.name.text);
    if (other) {
      const message = `Struct \`${node.name.text}\` is declared already, in line ${other.name.span.line} of ${file}.`;
      diagnostics.warning("duplicate-struct", node.name.span, message);
    } else if (structs.has(node.name.text)) {
      diagnostics.warning("struct-name-taken", node.name.span, `Struct \`${node.name.text}\` hides an imported one.`);
    }
    own.set(node.name.text, node);
  }
  const open = new Set<string>();
  const done = new Set<string>();
  const resolve = (node: StructNode): void => {
    const name = node.name.text;
    if (done.has(name)) return;
    if (open.has(name)) {
      diagnostics.error("circular-struct", node.name.span, `Struct \`${name}\` contains itself.`);
      return;
    }
    if (open.size === MAX_DEPTH) {
      diagnostics.error("struct-depth", node.name.span, `Structs contain each other more than ${MAX_DEPTH} deep.`);
      return;
    }
    open.add(name);
    for (const used of node.members.flatMap((member) => structNames(member.type))) {
      const needed = own.get(used);
      if (needed) resolve(needed);
    }
    open.delete(name);
    done.add(name);
    structs.set(name, structType(node, structs, diagnostics));
  };
  for (const node of own.values()) resolve(node);
}

function structType(node: StructNode, structs: StructTypes, diagnostics: Diagnostics): StructType {
  const members = new Map<string, Type>();
  for (const member of node.members) {
    warnOfRepeated(members, member, diagnostics);
    members.set(member.name.text, resolveType(member.type, structs));
  }
  return { kind: "struct", name: node.name.text, members };
}

function warnOfRepeated(members: ReadonlyMap<string, Type>, { name }: Declaration, diagnostics: Diagnostics): void {
  if (!members.has(name.text)) return;
  diagnostics.warning("repeated-declaration", name.span, `Member \`${name.text}\` is declared more than once.`);
}

/** The names in a type that may be structs. */
function structNames(type: TypeNode): string[] {
  switch (type.kind) {
    case "primitive":
    case "struct":
      return [type.name];
    case "array":
      return structNames(type.item);
    case "map":
      return [...structNames(type.key), ...structNames(type.value)];
    case "pair":
      return [...structNames(type.left), ...structNames(type.right)];
  }
}
