import { text } from "node:stream/consumers";

import type { Context } from "./command.ts";
import { CliError, EXIT } from "./exit.ts";

/** Enter, and Ctrl-D, which ends an input as well. */
const ENDS: readonly string[] = ["\r", "\n", "\u0004"];
const CTRL_C = "\u0003";
const ERASES: readonly string[] = ["\u007F", "\b"];

/**
 * A secret that somebody types without seeing it, or the standard input without the line end.
 *
 * It is no argument and no variable: both can be read by others or end up in a history.
 */
export async function readSecret({ err }: Context, prompt: string): Promise<string> {
  const { stdin } = process;
  if (!stdin.isTTY) return (await text(stdin)).replace(/\r?\n$/, "");
  // Before it is asked for, so that nothing that is typed is ever shown.
  stdin.setRawMode(true);
  err.write(prompt);
  stdin.setEncoding("utf8");
  try {
    let typed = "";
    for await (const chunk of stdin as AsyncIterable<string>) {
      for (const character of chunk) {
        if (ENDS.includes(character)) return typed;
        if (character === CTRL_C) throw new CliError(EXIT.interrupted, "Nothing was stored.");
        typed = ERASES.includes(character) ? typed.slice(0, -1) : typed + character;
      }
    }
    return typed;
  } finally {
    stdin.setRawMode(false);
    err.line();
  }
}
