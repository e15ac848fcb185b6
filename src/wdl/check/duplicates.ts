import type { BodyNode, CallNode, Declaration, Name } from "../ast.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { Unit } from "../program.ts";

/**
 * Reports two declarations of one name in one scope.
 *
 * Cromwell takes a declaration that is repeated letter by letter for one (GATK's mutect2.wdl has such), so that is a
 * warning.
 */
export function checkDuplicateDeclarations(
  declarations: readonly Declaration[],
  unit: Unit,
  diagnostics: Diagnostics,
): void {
  const seen = new Map<string, Declaration>();
  const sources = new Map<string, string>();
  for (const declaration of declarations) {
    const { text, span } = declaration.name;
    const first = seen.get(text);
    if (!first) {
      seen.set(text, declaration);
      continue;
    }
    const source = sources.get(text) ?? sourceOf(first, unit);
    sources.set(text, source);
    if (source === sourceOf(declaration, unit)) {
      diagnostics.warning(
        "repeated-declaration",
        span,
        `\`${text}\` is declared again, in the same words as ${at(first.name)}.`,
      );
    } else {
      diagnostics.error("duplicate-declaration", span, `\`${text}\` is declared already, ${at(first.name)}.`);
    }
  }
}

/** Warns of outputs that take the name of something else; Cromwell lets that pass (WARP's H5adUtils.wdl does it). */
export function checkOutputNames(
  outputs: readonly Declaration[],
  others: readonly Declaration[],
  diagnostics: Diagnostics,
): void {
  const taken = new Map(others.map((declaration) => [declaration.name.text, declaration]));
  for (const { name } of outputs) {
    const other = taken.get(name.text);
    if (!other) continue;
    diagnostics.warning(
      "output-hides-name",
      name.span,
      `Output \`${name.text}\` has the name of a declaration ${at(other.name)}.`,
    );
  }
}

/** Reports two calls of one name anywhere in a workflow, and warns of names that two blocks of one body declare. */
export function checkBodyNames(body: readonly BodyNode[], diagnostics: Diagnostics): void {
  const calls = new Map<string, CallNode>();
  collectNames(body, calls, diagnostics);
}

/** The declarations inside of `body`, at any depth; calls are gathered in `calls` on the way. */
function collectNames(
  body: readonly BodyNode[],
  calls: Map<string, CallNode>,
  diagnostics: Diagnostics,
): Map<string, Declaration> {
  const names = new Map<string, Declaration>();
  for (const node of body) {
    if (node.kind === "call") checkCallName(node, calls, diagnostics);
    else if (node.kind === "declaration") names.set(node.name.text, node);
  }
  for (const node of body) {
    if (node.kind !== "scatter" && node.kind !== "conditional") continue;
    for (const [name, declaration] of collectNames(node.body, calls, diagnostics)) {
      const other = names.get(name);
      if (!other) names.set(name, declaration);
      else {
        const message = `\`${name}\` is declared also ${at(other.name)}; from outside of the blocks only one can be seen.`;
        diagnostics.warning("ambiguous-name", declaration.name.span, message);
      }
    }
  }
  return names;
}

function checkCallName(call: CallNode, calls: Map<string, CallNode>, diagnostics: Diagnostics): void {
  const first = calls.get(call.name.text);
  if (!first) {
    calls.set(call.name.text, call);
    return;
  }
  const message = `A call is named \`${call.name.text}\` already, ${at(first.name)}.`;
  diagnostics.error("duplicate-call", call.name.span, message, "Give one of them another name: `call … as …`.");
}

function sourceOf({ span }: Declaration, unit: Unit): string {
  return unit.text.slice(span.offset, span.end).replaceAll(/\s+/g, " ").trim();
}

function at(name: Name): string {
  return `in line ${name.span.line}`;
}
