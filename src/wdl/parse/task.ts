import type { Declaration, Expr, MetaValue, Name, StructNode, TaskNode, Template } from "../ast.ts";
import { parseCommand } from "./command.ts";
import { type DeclarationPlace, IN_INPUT, IN_OUTPUT, IN_STRUCT, inBody, parseDeclaration } from "./declaration.ts";
import { parseExpression } from "./expression.ts";
import { keywordHint, TASK_SECTIONS } from "./keywords.ts";
import { parseMetaSection } from "./meta.ts";
import { parseBlock } from "./recovery.ts";
import { isWordCode, type Scanner } from "./scanner.ts";

/** Reads `struct name { … }`, whose keyword is known to come next. */
export function parseStruct(s: Scanner): StructNode {
  const start = s.peek();
  s.takeKeyword("struct");
  const name = s.name("the struct's name");
  const members = parseDeclarations(s, `the struct \`${name.text}\``, IN_STRUCT);
  return { kind: "struct", name, members, span: s.span(start) };
}

/** Reads `{`, declarations and `}`. */
export function parseDeclarations(s: Scanner, what: string, place: DeclarationPlace): Declaration[] {
  const declarations: Declaration[] = [];
  parseBlock(s, what, () => declarations.push(parseDeclaration(s, place)));
  return declarations;
}

/** Tells sections that are there already. */
export class Sections {
  private readonly seen = new Map<string, number>();

  /** Reports a section that stands twice; `meta` sections are told apart only by a warning, being of no effect. */
  note(s: Scanner, name: Name): void {
    const line = this.seen.get(name.text);
    if (line === undefined) {
      this.seen.set(name.text, name.span.line);
      return;
    }
    const message = `There is a section \`${name.text}\` already, on line ${line}.`;
    const report = name.text.endsWith("meta") ? "warning" : "error";
    s[report]("duplicate-section", name.span, message, "Put everything into one.");
  }

  has(name: string): boolean {
    return this.seen.has(name);
  }
}

/** Moves over the keyword of a section and returns it; `undefined` where a declaration comes instead. */
export function takeSection(s: Scanner, keywords: readonly string[]): Name | undefined {
  const word = s.word();
  if (!keywords.includes(word)) return undefined;
  const start = s.peek();
  s.pos = start + word.length;
  const next = s.code();
  if (next === 123 /* { */ || (word === "command" && s.text.startsWith("<<<", s.peek()))) {
    return { text: word, span: s.spanOf(start, start + word.length) };
  }
  // A type of that name, if a name follows.
  if (isWordCode(next) && s.here().line === s.spanOf(start, s.pos).line) {
    s.pos = start;
    return undefined;
  }
  const opening = word === "command" ? "`<<<` or `{`" : "`{`";
  const hint = next === 58 /* : */ ? `A section is written \`${word} { … }\`.` : undefined;
  return s.fail("syntax", `Expected ${opening} after \`${word}\`, but found ${s.found()}.`, hint);
}

/** Reads `task name { … }`, whose keyword is known to come next. */
export function parseTask(s: Scanner): TaskNode {
  const start = s.peek();
  s.takeKeyword("task");
  const name = s.name("the task's name");
  const sections = new Sections();
  const place = inBody(TASK_SECTIONS);
  const inputs: Declaration[] = [];
  const declarations: Declaration[] = [];
  const outputs: Declaration[] = [];
  const runtime: { name: Name; value: Expr }[] = [];
  let meta: Record<string, MetaValue> = {};
  let parameterMeta: Record<string, MetaValue> = {};
  let command: Template = { parts: [], span: name.span };
  const errorsBefore = s.errors;
  parseBlock(s, `the task \`${name.text}\``, () => {
    const section = takeSection(s, TASK_SECTIONS);
    if (section === undefined) {
      declarations.push(parseDeclaration(s, place));
      return;
    }
    sections.note(s, section);
    switch (section.text) {
      case "input":
        inputs.push(...parseDeclarations(s, "the `input` section", IN_INPUT));
        break;
      case "command":
        command = parseCommand(s);
        break;
      case "output":
        outputs.push(...parseDeclarations(s, "the `output` section", IN_OUTPUT));
        break;
      case "runtime":
        parseBlock(s, "the `runtime` section", () => runtime.push(parseRuntimeEntry(s)));
        break;
      case "meta":
        meta = { ...meta, ...parseMetaSection(s, section.text) };
        break;
      case "parameter_meta":
        parameterMeta = { ...parameterMeta, ...parseMetaSection(s, section.text) };
        break;
    }
  });
  // After an error the command may be what was skipped.
  if (!sections.has("command") && s.errors === errorsBefore) {
    const hint = "Add `command <<< … >>>`.";
    s.error("missing-command", name.span, `The task \`${name.text}\` has no command.`, hint);
  }
  const span = s.span(start);
  return { kind: "task", name, inputs, declarations, command, runtime, outputs, meta, parameterMeta, span };
}

function parseRuntimeEntry(s: Scanner): { name: Name; value: Expr } {
  const name = s.name("the name of a runtime attribute");
  if (!s.take(":")) {
    const hint =
      s.code() === 61 /* = */ ? "Runtime attributes are written `name: value`." : keywordHint(name.text, TASK_SECTIONS);
    s.fail("syntax", `Expected \`:\` after \`${name.text}\`, but found ${s.found()}.`, hint);
  }
  const value = parseExpression(s);
  s.take(",");
  return { name, value };
}
