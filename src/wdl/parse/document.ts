import type { ImportNode, StructNode, TaskNode, WdlDocument, WdlVersion, WorkflowNode } from "../ast.ts";
import { type Diagnostic, Diagnostics } from "../diagnostics.ts";
import { parseImport } from "./import.ts";
import { DOCUMENT_KEYWORDS, keywordHint } from "./keywords.ts";
import { asFailure, skipToTopLevel } from "./recovery.ts";
import { PARSE_LIMITS, type ParseLimits, Scanner } from "./scanner.ts";
import { parseStruct, parseTask } from "./task.ts";
import { parseVersion } from "./version.ts";
import { parseWorkflow } from "./workflow.ts";

/** What reading a document gives. */
export interface ParsedDocument {
  /**
   * Absent where AWE does not read the document's version. With errors among the diagnostics it holds what could be
   * read, which is good for imports, not for running.
   */
  readonly document: WdlDocument | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** How many names, signs and values were read: what the document costs, here and in all that follows. */
  readonly tokens: number;
}

/**
 * Reads a WDL 1.0 or 1.1 document. Never throws for what stands in it: every mistake is a diagnostic, and reading goes
 * on behind the statement that is broken.
 */
export function parseDocument(text: string, file: string, limits: ParseLimits = PARSE_LIMITS): ParsedDocument {
  const diagnostics = new Diagnostics(file);
  const s = new Scanner(text, diagnostics, limits);
  const version = parseVersion(s);
  if (version === undefined) return { document: undefined, diagnostics: diagnostics.all, tokens: s.tokens };
  s.version = version;
  const document = parseStatements(s, version);
  return { document, diagnostics: diagnostics.all, tokens: s.tokens };
}

interface Statements {
  readonly imports: ImportNode[];
  readonly structs: StructNode[];
  readonly tasks: TaskNode[];
  workflow: WorkflowNode | undefined;
}

function parseStatements(s: Scanner, version: WdlVersion): WdlDocument {
  const statements: Statements = { imports: [], structs: [], tasks: [], workflow: undefined };
  while (!s.atEnd()) {
    const start = s.peek();
    try {
      parseStatement(s, statements);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (!failure.lost) {
        s.report(failure);
        if (!failure.lost) skipToTopLevel(s, Math.max(start, failure.span.offset) + 1);
      }
      s.nesting = 0;
      s.height = 0;
    }
  }
  const { workflow, ...rest } = statements;
  return { version, ...rest, ...(workflow && { workflow }) };
}

function parseStatement(s: Scanner, statements: Statements): void {
  switch (s.word()) {
    case "import":
      statements.imports.push(parseImport(s));
      return;
    case "struct":
      statements.structs.push(parseStruct(s));
      return;
    case "task":
      statements.tasks.push(parseTask(s));
      return;
    case "workflow": {
      const keyword = s.here();
      const workflow = parseWorkflow(s);
      if (statements.workflow === undefined) {
        statements.workflow = workflow;
        return;
      }
      const first = statements.workflow.name;
      s.error(
        "two-workflows",
        keyword,
        `A document holds one workflow, and \`${first.text}\` on line ${first.span.line} is one already.`,
        "Move one of them into a document of its own and import it.",
      );
      return;
    }
    case "version":
      s.fail("syntax", "A document has one version line, and it stands first.", "Delete this one.");
  }
  const closing = s.code() === 125 ? "There is one `}` too many before this line or on it." : undefined;
  const hint = closing ?? keywordHint(s.word(), DOCUMENT_KEYWORDS);
  s.fail("syntax", `Expected \`import\`, \`struct\`, \`task\` or \`workflow\`, but found ${s.found()}.`, hint);
}
