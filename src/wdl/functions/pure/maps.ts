import { WdlError } from "../../coerce.ts";
import { valueText } from "../../text.ts";
import { arrayValue, identity, mapValue, pairValue } from "../../values.ts";
import type { Value } from "../../values.ts";
import { mapArgument, pairsArgument } from "../arguments.ts";

/** `keys`, `as_pairs`, `as_map`, `collect_by_key`. */
export const MAPS = {
  keys: ([map]: readonly Value[]): Value => arrayValue(mapArgument(map).map(([key]) => key)),
  as_pairs: ([map]: readonly Value[]): Value => arrayValue(mapArgument(map).map(([key, item]) => pairValue(key, item))),
  as_map: ([pairs]: readonly Value[]): Value => {
    const groups = [...grouped(pairs).values()];
    const repeated = groups.find(({ items }) => items.length > 1);
    if (repeated) {
      throw new WdlError(`met the key ${valueText(repeated.key)} more than once; collect_by_key takes repeated keys`);
    }
    return mapValue(groups.flatMap(({ key, items }) => items.map((item) => [key, item] as const)));
  },
  collect_by_key: ([pairs]: readonly Value[]): Value =>
    mapValue([...grouped(pairs).values()].map(({ key, items }) => [key, arrayValue(items)] as const)),
};

/** The right sides by their left ones, keys in the order of their first appearance. */
function grouped(pairs: Value | undefined): ReadonlyMap<string, { readonly key: Value; readonly items: Value[] }> {
  const groups = new Map<string, { readonly key: Value; readonly items: Value[] }>();
  for (const { left, right } of pairsArgument(pairs)) {
    const group = groups.get(identity(left));
    if (group) group.items.push(right);
    else groups.set(identity(left), { key: left, items: [right] });
  }
  return groups;
}
