import type { Expr, Span } from "../ast.ts";
import { ANY, typeText } from "../type-rules.ts";
import type { Type } from "../types.ts";
import { clash, type Place } from "./place.ts";
import { type CallOutputs, findCall, findValue, visibleNames } from "./scope.ts";
import { didYouMean } from "./suggest.ts";

/** The type of a name that stands alone. A call is no value: only its outputs are. */
export function checkName(place: Place, name: string, span: Span): Type {
  const type = findValue(place.scope, name);
  if (type) return type;
  const call = findCall(place.scope, name);
  if (call) {
    const [output] = call.outputs?.keys() ?? [];
    const hint = output === undefined ? undefined : `Name one of its outputs, such as ${name}.${output}.`;
    place.diagnostics.error("unknown-name", span, `\`${name}\` is a call, not a value.`, hint);
  } else {
    reportUnknown(place, name, span);
  }
  return ANY;
}

function reportUnknown(place: Place, name: string, span: Span): void {
  if (name === "None") {
    place.diagnostics.error(
      "unknown-name",
      span,
      "`None` is not declared: it is a literal of WDL 1.1, and this document is 1.0.",
    );
    return;
  }
  const hint = didYouMean(place.diagnostics, name, visibleNames(place.scope));
  place.diagnostics.error("unknown-name", span, `\`${name}\` is not declared.`, hint);
}

/** The type of `object.member`: an output of a call, or a member of a value. */
export function checkMember(place: Place, expr: Expr & { kind: "member" }, typeOf: (object: Expr) => Type): Type {
  const { object, member } = expr;
  if (object.kind !== "name") return memberType(place, typeOf(object), member.text, member.span);
  const call = findCall(place.scope, object.name);
  const output = call?.outputs?.get(member.text);
  if (output) return output;
  const value = findValue(place.scope, object.name);
  if (value) return memberType(place, value, member.text, member.span);
  if (!call) reportUnknown(place, object.name, object.span);
  else if (call.outputs) {
    const hint = didYouMean(place.diagnostics, member.text, call.outputs.keys()) ?? listed(call.outputs);
    place.diagnostics.error(
      "unknown-output",
      member.span,
      `Call \`${object.name}\` has no output \`${member.text}\`.`,
      hint,
    );
  }
  return ANY;
}

function listed(outputs: NonNullable<CallOutputs>): string {
  return outputs.size === 0 ? "It has no outputs." : `Its outputs are ${[...outputs.keys().take(8)].join(", ")}.`;
}

function memberType(place: Place, object: Type, member: string, span: Span): Type {
  const known = knownMember(object, member);
  if (known) return known;
  const message = `${typeText(object)} has no member \`${member}\`.`;
  clash(place, "unknown-member", span, message, memberHint(place, object, member));
  return ANY;
}

function knownMember(object: Type, member: string): Type | undefined {
  switch (object.kind) {
    case "any":
    case "object":
      return ANY;
    case "struct":
      return object.members.get(member);
    case "pair":
      if (member === "left") return object.left;
      return member === "right" ? object.right : undefined;
    case "map":
      // Cromwell reads `map.key` as `map["key"]`.
      return object.value;
    default:
      return undefined;
  }
}

function memberHint(place: Place, object: Type, member: string): string | undefined {
  if (object.kind === "struct") return didYouMean(place.diagnostics, member, object.members.keys());
  if (object.kind === "pair") return "A Pair has the members left and right.";
  if (object.kind === "optional" && knownMember(object.inner, member)) {
    return "Take the value out of the optional first: select_first([…]).";
  }
  if (object.kind === "array" && knownMember(object.item, member)) return "Index the array first, or scatter over it.";
  return undefined;
}
