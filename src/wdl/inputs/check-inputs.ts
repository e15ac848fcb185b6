import { didYouMean, someSuggestions, type Suggestions } from "../check/suggest.ts";
import { WdlError } from "../coerce.ts";
import { type Diagnostic, MAX_TOLD } from "../diagnostics.ts";
import { fromJson } from "../json.ts";
import type { Program } from "../program.ts";
import { optionalOf, typeText } from "../type-rules.ts";
import { type ExpectedInput, expectedInputs, namesTaskCall } from "./expected.ts";

/** A key that sets a runtime attribute of one call, such as `wf.align.runtime.cpu`. */
const RUNTIME_KEY = /^(.*)\.runtime\.[^.]*$/;

/**
 * Checks an inputs file, parsed, against what the program takes, with the rules that Cromwell has for JSON.
 *
 * Values are never repeated in a message: inputs may be secret. Empty where the program's workflow can start. Of many
 * findings the first `MAX_TOLD` are told, and a last one counts the rest; what stands behind them is not checked, only
 * its names are.
 */
export function checkInputs(program: Program, inputs: Readonly<Record<string, unknown>>): Diagnostic[] {
  if (!program.main.document.workflow) {
    return [error("no-workflow", `${program.main.file} has no workflow that could take inputs.`)];
  }
  const expected = new Map(expectedInputs(program).map((input) => [input.name, input]));
  const found: Found = { all: [], more: 0, suggestions: someSuggestions() };
  checkGiven(program, inputs, expected, found);
  findMissing(inputs, expected.values(), found);
  if (found.more > 0) {
    const message = `There are more than ${MAX_TOLD} errors in the inputs; the other ${found.more} are not shown.`;
    found.all.push(error("more-errors", message));
  }
  return found.all;
}

interface Found {
  readonly all: Diagnostic[];
  /** How many are not told. */
  more: number;
  readonly suggestions: Suggestions;
}

function add(found: Found, make: () => Diagnostic | undefined): void {
  if (found.all.length >= MAX_TOLD) {
    found.more++;
    return;
  }
  const one = make();
  if (one) found.all.push(one);
}

function checkGiven(
  program: Program,
  inputs: Readonly<Record<string, unknown>>,
  expected: ReadonlyMap<string, ExpectedInput>,
  found: Found,
): void {
  for (const [name, value] of Object.entries(inputs)) {
    const input = expected.get(name);
    if (input) {
      if (found.all.length < MAX_TOLD) add(found, () => checkValue(input, value));
      continue;
    }
    const [, call] = RUNTIME_KEY.exec(name) ?? [];
    if (call === undefined || !namesTaskCall(program, call)) add(found, () => unknownInput(found, name, expected));
    else if (program.version === "1.0") {
      add(found, () => error("unknown-input", `${name}: runtime attributes can be inputs in WDL 1.1, not in 1.0.`));
    }
  }
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

function unknownInput(found: Found, name: string, expected: ReadonlyMap<string, ExpectedInput>): Diagnostic {
  const hint = didYouMean(found, name, expected.keys()) ?? listed(expected);
  return error("unknown-input", `${name}: the workflow has no such input.`, hint);
}

function listed(expected: ReadonlyMap<string, ExpectedInput>): string {
  if (expected.size === 0) return "It takes no inputs.";
  const more = expected.size > 8 ? ` and ${expected.size - 8} more` : "";
  return `It takes ${[...expected.keys().take(8)].join(", ")}${more}.`;
}

function findMissing(inputs: Readonly<Record<string, unknown>>, expected: Iterable<ExpectedInput>, found: Found): void {
  for (const { name, type, optional } of expected) {
    if (optional || Object.hasOwn(inputs, name)) continue;
    add(found, () => error("missing-input", `${name}: a value is required (${typeText(type)}), but none is given.`));
  }
}

function error(rule: string, message: string, hint?: string): Diagnostic {
  return { severity: "error", rule, message, ...(hint === undefined ? {} : { hint }) };
}
