import type { CommandSpec } from "./command.ts";
import type { OptionSpec } from "./given.ts";

const WIDTH = 100;

/** What `awe help` prints: every command in one line. */
export function overview(commands: readonly CommandSpec[]): string {
  const rows = commands.map((spec): Row => [synopsis(spec), spec.says]);
  return [
    "awe runs WDL workflows on an AWE server.",
    "",
    "usage: awe COMMAND …",
    "",
    ...columns(rows),
    ...columns([
      ["help [COMMAND]", "Show this, or one command with its options"],
      ["version", "Print the version"],
    ]),
    "",
    "The server and the token come from --server and --token-file, else from AWE_URL and AWE_TOKEN, else from",
    "~/.config/awe/credentials (mode 600). Without any of them the server is http://127.0.0.1:8080.",
    "",
    "Exit status: 0 fine, 1 the run failed or was aborted (check: errors), 2 wrong usage, 3 refused by the server,",
    "4 server not reachable, 130 interrupted.",
    "",
  ].join("\n");
}

/** What `awe help COMMAND` prints. */
export function commandHelp(spec: CommandSpec): string {
  return [
    `usage: awe ${synopsis(spec)}${spec.options.length > 0 ? " [options]" : ""}`,
    "",
    `${spec.says}.`,
    ...(spec.more === undefined ? [] : ["", ...wrap(spec.more, WIDTH)]),
    ...(spec.options.length > 0
      ? ["", "options:", ...columns(spec.options.map((each): Row => [optionText(each), each.says]))]
      : []),
    "",
    spec.examples.length > 1 ? "examples:" : "example:",
    ...spec.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

/** An option as it is written: `--path FOLDER`. */
function optionText({ name, value, repeats }: OptionSpec): string {
  return `--${name}${value === undefined ? "" : ` ${value}`}${repeats === true ? " …" : ""}`;
}

/** A command as it is written: `logs NAME [CALL]`. */
function synopsis({ name, operands }: CommandSpec): string {
  return operands === "" ? name : `${name} ${operands}`;
}

type Row = readonly [string, string];

const LEFT = 26;

function columns(rows: readonly Row[]): string[] {
  return rows.flatMap(([left, right]) => {
    const [first = "", ...more] = wrap(right, WIDTH - LEFT - 2);
    const fits = left.length < LEFT;
    const head = fits ? [`  ${left.padEnd(LEFT)}${first}`] : [`  ${left}`, " ".repeat(LEFT + 2) + first];
    return [...head, ...more.map((line) => " ".repeat(LEFT + 2) + line)];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
