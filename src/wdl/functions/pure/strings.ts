import { valueText } from "../../text.ts";
import { arrayValue, stringValue } from "../../values.ts";
import type { Value } from "../../values.ts";
import { arrayArgument, textArgument } from "../arguments.ts";
import { substitute } from "./substitute.ts";

/** `sub`, `basename`, `prefix`, `suffix`, `quote`, `squote`, `sep`. */
export const STRINGS = {
  sub: ([text, pattern, replacement]: readonly Value[]): Value =>
    stringValue(substitute(textArgument(text), textArgument(pattern), textArgument(replacement))),
  basename,
  prefix: ([prefix, items]: readonly Value[]): Value => {
    const before = textArgument(prefix);
    return each(items, (item) => before + item);
  },
  suffix: ([suffix, items]: readonly Value[]): Value => {
    const after = textArgument(suffix);
    return each(items, (item) => item + after);
  },
  quote: ([items]: readonly Value[]): Value => each(items, (item) => `"${item}"`),
  squote: ([items]: readonly Value[]): Value => each(items, (item) => `'${item}'`),
  sep: ([separator, items]: readonly Value[]): Value => stringValue(textsOf(items).join(textArgument(separator))),
};

function each(items: Value | undefined, change: (item: string) => string): Value {
  return arrayValue(textsOf(items).map((item) => stringValue(change(item))));
}

/** The text of each item; one that is absent is empty, as in Cromwell. */
function textsOf(items: Value | undefined): readonly string[] {
  return arrayArgument(items).map(valueText);
}

function basename([path, suffix]: readonly Value[]): Value {
  const name = textArgument(path).replace(/\/+$/, "").replace(/^.*\//s, "");
  const ending = suffix === undefined || suffix.kind === "none" ? "" : textArgument(suffix);
  return stringValue(ending !== "" && name.endsWith(ending) ? name.slice(0, -ending.length) : name);
}
