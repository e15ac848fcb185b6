import type { Expr } from "../ast.ts";
import { LATER_FUNCTIONS, SIGNATURES, type Signature } from "../functions/signatures.ts";
import { ANY, isOptional, typeText } from "../type-rules.ts";
import type { Type } from "../types.ts";
import { clash, type Place } from "./place.ts";
import { didYouMean } from "./suggest.ts";

type FunctionCall = Expr & { kind: "call" };

/** The type that a call of a standard function gives, from the types of its arguments. */
export function checkFunctionCall(place: Place, call: FunctionCall, types: readonly Type[]): Type {
  const signature = SIGNATURES.get(call.function.text);
  if (!signature?.versions.includes(place.version)) {
    reportUnknown(place, call, signature);
    return ANY;
  }
  if (types.length < signature.minArguments || types.length > signature.maxArguments) {
    const message = `\`${call.function.text}\` takes ${countText(signature)}, but got ${types.length}.`;
    place.diagnostics.error("argument-count", call.span, message);
    return ANY;
  }
  if (signature.outputsOnly && !place.inTaskOutputs) {
    const message = `\`${call.function.text}\` works only in the outputs of a task.`;
    place.diagnostics.warning("function-outside-outputs", call.function.span, message);
  }
  const result = signature.result(types);
  if (result.kind !== "mismatch") return result;
  const argument = call.arguments[result.argument];
  const found = types[result.argument] ?? ANY;
  const message = `\`${call.function.text}\` needs ${result.expected}, but got ${typeText(found)}.`;
  const hint = isOptional(found) ? "Take the value out of the optional first: select_first([…])." : undefined;
  clash(place, "argument-type", argument?.span ?? call.span, message, hint);
  return ANY;
}

function countText({ minArguments, maxArguments }: Signature): string {
  const count = minArguments === maxArguments ? String(minArguments) : `${minArguments} or ${maxArguments}`;
  return `${count} ${count === "1" ? "argument" : "arguments"}`;
}

function reportUnknown(place: Place, call: FunctionCall, signature: Signature | undefined): void {
  const { text, span } = call.function;
  if (signature) {
    const message = `\`${text}\` is a function of WDL ${signature.versions.join(" and ")}, and this document is ${place.version}.`;
    place.diagnostics.error("unknown-function", span, message, versionHint(signature));
  } else if (LATER_FUNCTIONS.has(text)) {
    place.diagnostics.error(
      "unknown-function",
      span,
      `\`${text}\` is a function of WDL 1.2, and this document is ${place.version}.`,
    );
  } else {
    const known = SIGNATURES.entries().filter(([, { versions }]) => versions.includes(place.version));
    const hint = didYouMean(
      place.diagnostics,
      text,
      known.map(([name]) => name),
    );
    place.diagnostics.error("unknown-function", span, `No function is named \`${text}\`.`, hint);
  }
}

function versionHint(signature: Signature): string {
  return signature.versions.includes("1.1")
    ? "Write version 1.1 in the first line."
    : "Use read_json or write_json, and a struct instead of Object.";
}
