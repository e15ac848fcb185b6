import type { BodyNode, ConditionalNode, Declaration, MetaValue, Name, ScatterNode, WorkflowNode } from "../ast.ts";
import { parseCallStatement } from "./call.ts";
import { IN_INPUT, IN_OUTPUT, inBody, parseDeclaration } from "./declaration.ts";
import { parseExpression } from "./expression.ts";
import { WORKFLOW_SECTIONS } from "./keywords.ts";
import { parseMetaSection } from "./meta.ts";
import { parseBlock } from "./recovery.ts";
import { isWordCode, type Scanner } from "./scanner.ts";
import { parseDeclarations, Sections, takeSection } from "./task.ts";

const SECTIONS = ["input", "output", "meta", "parameter_meta"];
const IN_WORKFLOW = inBody(WORKFLOW_SECTIONS);

/** Reads `workflow name { … }`, whose keyword is known to come next. */
export function parseWorkflow(s: Scanner): WorkflowNode {
  const start = s.peek();
  s.takeKeyword("workflow");
  const name = s.name("the workflow's name");
  const sections = new Sections();
  const inputs: Declaration[] = [];
  const body: BodyNode[] = [];
  let outputs: Declaration[] | undefined;
  let meta: Record<string, MetaValue> = {};
  let parameterMeta: Record<string, MetaValue> = {};
  parseBlock(s, `the workflow \`${name.text}\``, () => {
    const section = takeSection(s, SECTIONS);
    if (section === undefined) {
      body.push(parseBodyNode(s));
      return;
    }
    sections.note(s, section);
    switch (section.text) {
      case "input":
        inputs.push(...parseDeclarations(s, "the `input` section", IN_INPUT));
        break;
      case "output":
        outputs = [...(outputs ?? []), ...parseDeclarations(s, "the `output` section", IN_OUTPUT)];
        break;
      case "meta":
        meta = { ...meta, ...parseMetaSection(s, section.text) };
        break;
      case "parameter_meta":
        parameterMeta = { ...parameterMeta, ...parseMetaSection(s, section.text) };
        break;
    }
  });
  const span = s.span(start);
  return { kind: "workflow", name, inputs, body, ...(outputs && { outputs }), meta, parameterMeta, span };
}

function parseBodyNode(s: Scanner): BodyNode {
  switch (s.word()) {
    case "call":
      return parseCallStatement(s);
    case "scatter":
      return parseScatter(s);
    case "if":
      return parseConditional(s);
    case "else":
      return s.fail(
        "syntax",
        "WDL 1.0 and 1.1 have no `else` between calls.",
        "Write a second `if` with the opposite condition, and join the results with `select_first`.",
      );
    default:
      return parseDeclaration(s, IN_WORKFLOW);
  }
}

function parseBody(s: Scanner, what: string): BodyNode[] {
  const body: BodyNode[] = [];
  parseBlock(s, what, () => {
    const section = SECTIONS.includes(s.word()) ? misplacedSection(s) : undefined;
    if (section !== undefined) {
      const hint = "Sections stand directly in the workflow.";
      s.fail("syntax", `An \`${section.text}\` section cannot stand inside ${what}.`, hint, section.span);
    }
    body.push(parseBodyNode(s));
  });
  return body;
}

function misplacedSection(s: Scanner): Name | undefined {
  const { pos } = s;
  const section = takeSection(s, SECTIONS);
  s.pos = pos;
  return section;
}

function parseScatter(s: Scanner): ScatterNode {
  const start = s.peek();
  s.takeKeyword("scatter");
  const hint = "A scatter is written `scatter (item in items) { … }`.";
  s.expect("(", "after `scatter`", hint);
  const variable = s.name("the name of the scatter's variable");
  if (!s.takeKeyword("in")) s.fail("syntax", `Expected \`in\`, but found ${s.found()}.`, hint);
  const collection = parseExpression(s);
  s.expect(")", "after the collection of the scatter", hint);
  const body = parseBody(s, "a scatter");
  return { kind: "scatter", variable, collection, body, span: s.span(start) };
}

function parseConditional(s: Scanner): ConditionalNode {
  const start = s.peek();
  s.takeKeyword("if");
  s.expect("(", "after `if`", "A conditional is written `if (condition) { … }`.");
  const condition = parseExpression(s);
  const comparing = s.code() === 61 /* = */ ? "Comparing is written `==`." : undefined;
  s.expect(")", "after the condition", comparing);
  if (isWordCode(s.code()) && s.word() === "then") {
    const hint = "A conditional in a workflow is written `if (condition) { … }`, without `then`.";
    s.fail("syntax", "Expected `{` after the condition, but found `then`.", hint);
  }
  const body = parseBody(s, "a conditional");
  return { kind: "conditional", condition, body, span: s.span(start) };
}
