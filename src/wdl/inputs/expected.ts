import type { Expr } from "../ast.ts";
import type { Program, Unit } from "../program.ts";
import type { Type } from "../types.ts";

/** An input that a program takes. */
export interface ExpectedInput {
  /** The key in the inputs file: `wf.x`, or `wf.call.x` for what a call leaves open. */
  readonly name: string;
  readonly type: Type;
  /** Whether it may be left out: it is declared `?` or has a default. */
  readonly optional: boolean;
  readonly default?: Expr;
  /** The document that declares it, in whose scope its default stands. */
  readonly unit: Unit;
}

/** All inputs of the program's workflow, own ones first, in the order declared. */
export function expectedInputs(program: Program): readonly ExpectedInput[] {
  void program;
  return [];
}
