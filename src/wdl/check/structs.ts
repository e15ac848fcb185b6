import type { WdlDocument } from "../ast.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { Unit } from "../program.ts";
import type { StructTypes } from "../type-rules.ts";

/**
 * Every struct that is visible in a document: its own and those of its imports, under the names they have here.
 *
 * `imports` holds the units of the document's imports by namespace; an import that failed is simply absent.
 */
export function resolveStructs(
  document: WdlDocument,
  file: string,
  imports: ReadonlyMap<string, Unit>,
  diagnostics: Diagnostics,
): StructTypes {
  void [document, file, imports, diagnostics];
  return new Map();
}
