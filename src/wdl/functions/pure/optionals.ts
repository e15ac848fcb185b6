import { WdlError } from "../../coerce.ts";
import { arrayValue, booleanValue } from "../../values.ts";
import type { Value } from "../../values.ts";
import { arrayArgument } from "../arguments.ts";

/** `defined`, `select_first`, `select_all`. */
export const OPTIONALS = {
  defined: ([x]: readonly Value[]): Value => booleanValue(x !== undefined && x.kind !== "none"),
  select_first: ([candidates]: readonly Value[]): Value => {
    const items = arrayArgument(candidates);
    const first = items.find((item) => item.kind !== "none");
    if (first) return first;
    throw new WdlError(
      items.length === 0
        ? "the Array is empty, so there is no value to choose"
        : `none of the ${items.length} values is defined; add a default as the last item`,
    );
  },
  select_all: ([candidates]: readonly Value[]): Value =>
    arrayValue(arrayArgument(candidates).filter((item) => item.kind !== "none")),
};
