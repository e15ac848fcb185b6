import { intValue } from "../../coerce.ts";
import { floatValue } from "../../values.ts";
import type { Value } from "../../values.ts";
import { floatArgument } from "../arguments.ts";

/** `floor`, `ceil`, `round`, `min`, `max`. Halves are rounded up, also negative ones, as in Java. */
export const NUMBERS = {
  floor: ([x]: readonly Value[]): Value => intValue(Math.floor(floatArgument(x))),
  ceil: ([x]: readonly Value[]): Value => intValue(Math.ceil(floatArgument(x))),
  round: ([x]: readonly Value[]): Value => intValue(Math.round(floatArgument(x))),
  min: ([a, b]: readonly Value[]): Value => choose(Math.min, a, b),
  max: ([a, b]: readonly Value[]): Value => choose(Math.max, a, b),
};

/** Two Ints give an Int, all else a Float. */
function choose(pick: (a: number, b: number) => number, a: Value | undefined, b: Value | undefined): Value {
  const chosen = pick(floatArgument(a), floatArgument(b));
  return a?.kind === "int" && b?.kind === "int" ? intValue(chosen) : floatValue(chosen);
}
