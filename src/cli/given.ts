import { parseArgs } from "node:util";

import type { CommandSpec } from "./command.ts";
import { usage } from "./exit.ts";

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** A command's options and operands as they were given. */
export class Given {
  readonly #values: Values;
  readonly operands: readonly string[];

  constructor(values: Values, operands: readonly string[] = []) {
    this.#values = values;
    this.operands = operands;
  }

  /** The first operand of a command that cannot be without one. */
  get name(): string {
    return this.operands[0] ?? "";
  }

  flag(option: string): boolean {
    return this.#values[option] === true;
  }

  text(option: string): string | undefined {
    const value = this.#values[option];
    return typeof value === "string" ? value : undefined;
  }

  list(option: string): readonly string[] {
    const value = this.#values[option];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** @throws {CliError} where it is not a whole number from `least` to `most`. */
  wholeNumber(option: string, least: number, most: number): number | undefined {
    const value = this.text(option);
    if (value === undefined) return undefined;
    if (/^-?\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    throw usage(`--${option} must be a whole number from ${least} to ${most}, not ${JSON.stringify(value)}.`);
  }
}

/**
 * Reads the arguments of one command.
 *
 * @throws {CliError} naming what is unknown, missing or too much.
 */
export function parseGiven(spec: CommandSpec, args: readonly string[]): Given {
  const hint = `See: awe help ${spec.name}`;
  const { values, positionals } = parse(spec, args, hint);
  const empty = Object.entries(values).find(([, value]) => value === "");
  if (empty) throw usage(`--${empty[0]} needs a value that is not empty.`, hint);
  const words = spec.operands.split(" ").filter((word) => word !== "");
  const missing = words.filter((word) => !word.startsWith("["))[positionals.length];
  if (missing !== undefined) throw usage(`awe ${spec.name} needs ${missing}.`, hint);
  const surplus = positionals[words.length];
  if (surplus !== undefined) throw usage(`awe ${spec.name} does not take ${JSON.stringify(surplus)}.`, hint);
  return new Given(values, positionals);
}

function parse(spec: CommandSpec, args: readonly string[], hint: string) {
  const options = Object.fromEntries(
    spec.options.map(({ name, value, repeats }) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), multiple: repeats === true },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? "";
    if (!code.startsWith("ERR_PARSE_ARGS")) throw thrown;
    // Node's first sentence names the option; what follows is about its own ways out.
    const [said = ""] = (thrown as Error).message.split(/\. |\n/);
    throw usage(`awe ${spec.name}: ${said.replace(/\.$/, "")}.`, hint);
  }
}
