import { didYouMean } from "../check/suggest.ts";
import { WdlError } from "../coerce.ts";
import type { Diagnostic } from "../diagnostics.ts";
import { fromJson } from "../json.ts";
import type { Program } from "../program.ts";
import { optionalOf, typeText } from "../type-rules.ts";
import { type ExpectedInput, expectedInputs, namesTaskCall } from "./expected.ts";

/** A key that sets a runtime attribute of one call, such as `wf.align.runtime.cpu`. */
const RUNTIME_KEY = /^(.*)\.runtime\.[^.]*$/;

/**
 * Checks an inputs file, parsed, against what the program takes, with the rules that Cromwell has for JSON.
 *
 * Values are never repeated in a message: inputs may be secret. Empty where the program's workflow can start.
 */
export function checkInputs(program: Program, inputs: Readonly<Record<string, unknown>>): Diagnostic[] {
  if (!program.main.document.workflow) {
    return [error("no-workflow", `${program.main.file} has no workflow that could take inputs.`)];
  }
  const expected = new Map(expectedInputs(program).map((input) => [input.name, input]));
  return [...checkGiven(program, inputs, expected), ...missingInputs(inputs, expected.values())];
}

function checkGiven(
  program: Program,
  inputs: Readonly<Record<string, unknown>>,
  expected: ReadonlyMap<string, ExpectedInput>,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [name, value] of Object.entries(inputs)) {
    const input = expected.get(name);
    if (input) {
      const wrong = checkValue(input, value);
      if (wrong) found.push(wrong);
      continue;
    }
    const [, call] = RUNTIME_KEY.exec(name) ?? [];
    if (call === undefined || !namesTaskCall(program, call)) found.push(unknownInput(found, name, expected));
    else if (program.version === "1.0") {
      found.push(error("unknown-input", `${name}: runtime attributes can be inputs in WDL 1.1, not in 1.0.`));
    }
  }
  return found;
}

function checkValue(input: ExpectedInput, value: unknown): Diagnostic | undefined {
  try {
    fromJson(value, input.optional ? optionalOf(input.type) : input.type, input.name);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof WdlError) return error("input-type", `${thrown.message}.`);
    throw thrown;
  }
}

function unknownInput(
  found: readonly Diagnostic[],
  name: string,
  expected: ReadonlyMap<string, ExpectedInput>,
): Diagnostic {
  const hint = didYouMean({ all: found }, name, expected.keys()) ?? listed(expected);
  return error("unknown-input", `${name}: the workflow has no such input.`, hint);
}

function listed(expected: ReadonlyMap<string, ExpectedInput>): string {
  const names = [...expected.keys()];
  if (names.length === 0) return "It takes no inputs.";
  const more = names.length > 8 ? ` and ${names.length - 8} more` : "";
  return `It takes ${names.slice(0, 8).join(", ")}${more}.`;
}

function missingInputs(inputs: Readonly<Record<string, unknown>>, expected: Iterable<ExpectedInput>): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { name, type, optional } of expected) {
    if (optional || Object.hasOwn(inputs, name)) continue;
    found.push(error("missing-input", `${name}: a value is required (${typeText(type)}), but none is given.`));
  }
  return found;
}

function error(rule: string, message: string, hint?: string): Diagnostic {
  return { severity: "error", rule, message, ...(hint === undefined ? {} : { hint }) };
}
