import type { WdlVersion } from "../ast.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { Unit } from "../program.ts";

/**
 * Checks names, types, calls and order in one document, whose imports have been checked before.
 *
 * `isMain` is true for the document that is run: only there a workflow may leave inputs of its calls open.
 */
export function checkUnit(unit: Unit, version: WdlVersion, diagnostics: Diagnostics, isMain: boolean): void {
  void [unit, version, diagnostics, isMain];
}
