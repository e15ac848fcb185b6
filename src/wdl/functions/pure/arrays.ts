import { intValue, WdlError } from "../../coerce.ts";
import { arrayValue, pairValue } from "../../values.ts";
import type { Value } from "../../values.ts";
import { arrayArgument, intArgument, pairsArgument, tableArgument } from "../arguments.ts";

/** How long an Array `range` makes at most; far above Cromwell's scatter limit of a million. */
const MAX_RANGE = 10_000_000;

/** `range`, `transpose`, `zip`, `unzip`, `cross`, `length`, `flatten`. */
export const ARRAYS = {
  range,
  transpose,
  zip,
  unzip: ([pairs]: readonly Value[]): Value => {
    const list = pairsArgument(pairs);
    return pairValue(arrayValue(list.map(({ left }) => left)), arrayValue(list.map(({ right }) => right)));
  },
  cross: ([a, b]: readonly Value[]): Value => {
    const right = arrayArgument(b);
    return arrayValue(arrayArgument(a).flatMap((x) => right.map((y) => pairValue(x, y))));
  },
  length: ([items]: readonly Value[]): Value => intValue(arrayArgument(items).length),
  flatten: ([rows]: readonly Value[]): Value => arrayValue(tableArgument(rows).flat()),
};

function range([n]: readonly Value[]): Value {
  const length = intArgument(n);
  if (length < 0 || length > MAX_RANGE) {
    throw new WdlError(`${length} is no length for an Array; give a number from 0 to ${MAX_RANGE}`);
  }
  return arrayValue(Array.from({ length }, (_, index) => intValue(index)));
}

function transpose([rows]: readonly Value[]): Value {
  const table = tableArgument(rows);
  const width = table[0]?.length ?? 0;
  const odd = table.findIndex((row) => row.length !== width);
  if (odd >= 0) {
    throw new WdlError(
      `all rows must have one length, but row 0 has ${width} items and row ${odd} has ${table[odd]?.length}`,
    );
  }
  return arrayValue(
    Array.from({ length: width }, (_, column) => arrayValue(table.flatMap((row) => row.slice(column, column + 1)))),
  );
}

function zip([a, b]: readonly Value[]): Value {
  const left = arrayArgument(a);
  const right = arrayArgument(b);
  if (left.length !== right.length) {
    throw new WdlError(`both Arrays must have one length, but they have ${left.length} and ${right.length} items`);
  }
  return arrayValue(left.flatMap((x, index) => right.slice(index, index + 1).map((y) => pairValue(x, y))));
}
