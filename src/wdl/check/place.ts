import type { Span, WdlVersion } from "../ast.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { Unit } from "../program.ts";
import type { Scope } from "./scope.ts";
import type { TypeContext } from "./type-node.ts";

/** Where an expression stands, and where to report what is wrong with it. */
export interface Place {
  readonly unit: Unit;
  readonly version: WdlVersion;
  readonly diagnostics: Diagnostics;
  readonly scope: Scope;
  /** For the types written in the document. */
  readonly types: TypeContext;
  /** Whether `stdout`, `stderr` and `glob` mean something here. */
  readonly inTaskOutputs: boolean;
  /**
   * Whether a type clash is only a warning: inside of strings and object literals Cromwell looks at types when it
   * comes to them, and not before.
   */
  readonly lenient: boolean;
}

/** Reports a type clash: an error, or a warning where Cromwell would not see it before the run. */
export function clash(place: Place, rule: string, span: Span, message: string, hint?: string): void {
  if (place.lenient) place.diagnostics.warning(rule, span, message, hint);
  else place.diagnostics.error(rule, span, message, hint);
}
