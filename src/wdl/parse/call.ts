import type { CallNode, Expr, Name } from "../ast.ts";
import { parseExpression } from "./expression.ts";
import type { Scanner } from "./scanner.ts";

/** Reads `call target as alias after other { input: … }`, whose keyword is known to come next. */
export function parseCallStatement(s: Scanner): CallNode {
  const start = s.peek();
  s.takeKeyword("call");
  const target = parseTarget(s);
  let name = target.at(-1) ?? s.name("the name of what is called");
  if (s.takeKeyword("as")) name = s.name("the alias of the call after `as`");
  const after: Name[] = [];
  while (s.word() === "after") {
    const span = s.here();
    s.takeKeyword("after");
    if (s.version === "1.0") {
      const hint = "Begin the document with `version 1.1`, or let the call take an output of the other as an input.";
      s.fail("needs-newer-version", "`after` belongs to WDL 1.1; this document is 1.0.", hint, span);
    }
    after.push(s.name("the name of a call after `after`"));
  }
  const inputs = s.take("{") ? parseInputs(s, name.text) : [];
  return { kind: "call", target, name, after, inputs, span: s.span(start) };
}

function parseTarget(s: Scanner): readonly Name[] {
  const target = [s.name("the name of a task or workflow after `call`")];
  while (s.take(".")) target.push(s.name("the name of a task or workflow after `.`"));
  if (target.length > 2) {
    const path = target.map((part) => part.text).join(".");
    const hint = "Import the document that holds it directly.";
    const span = s.span(target[0]?.span.offset ?? s.pos);
    s.fail("syntax", `\`${path}\` reaches through more than one import.`, hint, span);
  }
  return target;
}

/** Reads the body of a call behind its `{`. `input:` may be left away or stand more than once. */
function parseInputs(s: Scanner, call: string): { name: Name; value: Expr }[] {
  const inputs: { name: Name; value: Expr }[] = [];
  for (;;) {
    while (takeInputLabel(s));
    if (s.take("}")) return inputs;
    inputs.push(parseInput(s));
    if (s.take(",") || isInputLabel(s)) continue;
    const hint =
      s.word() === "" ? undefined : "Inputs of a call are separated by commas: one seems to be missing here.";
    s.expect("}", `or \`,\` in the inputs of the call \`${call}\``, hint);
    return inputs;
  }
}

function isInputLabel(s: Scanner): boolean {
  if (s.word() !== "input") return false;
  const { pos } = s;
  s.takeKeyword("input");
  const labelled = s.code() === 58; /* : */
  s.pos = pos;
  return labelled;
}

function takeInputLabel(s: Scanner): boolean {
  return isInputLabel(s) && s.takeKeyword("input") && s.take(":");
}

function parseInput(s: Scanner): { name: Name; value: Expr } {
  const name = s.name("the name of an input");
  if (s.take("=")) return { name, value: parseExpression(s) };
  if (s.code() === 58 /* : */) {
    const hint = "Inputs of a call are written `name = value`.";
    s.fail("syntax", `Expected \`=\` after \`${name.text}\`, but found \`:\`.`, hint);
  }
  if (s.version === "1.0") {
    const hint = `Write \`${name.text} = ${name.text}\`, or begin the document with \`version 1.1\`.`;
    const message = `The input \`${name.text}\` has no value; leaving it away belongs to WDL 1.1, this document is 1.0.`;
    s.fail("needs-newer-version", message, hint, name.span);
  }
  return { name, value: { kind: "name", name: name.text, span: name.span } };
}
