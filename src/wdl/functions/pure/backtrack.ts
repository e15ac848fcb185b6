import { createContext, Script } from "node:vm";
import type { Context } from "node:vm";
import { WdlError } from "../../coerce.ts";

/** One match: where it starts, and its text and groups. */
export interface Match {
  readonly index: number;
  readonly groups: readonly (string | undefined)[];
  readonly named: Readonly<Record<string, string | undefined>>;
}

/** How long a backtracking match may take. A bad pattern could otherwise hold up an engine for ever. */
const LIMIT_MS = 2_000;

/** The only way to give a RegExp a time limit is a script of its own. It runs our code on strings, nothing else. */
const SCRIPT = new Script(
  "Array.from(text.matchAll(new RegExp(source, flags)), (m) => ({ index: m.index, groups: [...m], named: { ...m.groups } }))",
);

let context: Context | undefined;

/** All matches of a JavaScript regular expression, or a WdlError if it is wrong or takes too long. */
export function backtrack(
  regex: { readonly source: string; readonly flags: string },
  text: string,
  pattern: string,
): readonly Match[] {
  context ??= createContext({});
  Object.assign(context, { text, source: regex.source, flags: `${regex.flags}g` });
  try {
    return SCRIPT.runInContext(context, { timeout: LIMIT_MS }) as readonly Match[];
  } catch (error) {
    throw new WdlError(
      isTimeout(error)
        ? `the pattern ${JSON.stringify(pattern)} took more than ${LIMIT_MS / 1000} s; write it without look-around and back-references`
        : `the pattern ${JSON.stringify(pattern)} is not understood: ${(error as Error).message}`,
    );
  } finally {
    Object.assign(context, { text: "" });
  }
}

/** What a context throws is no instance of our Error. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
