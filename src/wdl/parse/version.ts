import type { Span, WdlVersion } from "../ast.ts";
import type { Scanner } from "./scanner.ts";

const READS = "AWE reads WDL 1.0 and 1.1.";

const VERSION = /version[ \t]+([^\s#]+)/y;

/** Reads the version statement. `undefined`, with an error told, where AWE does not read that version. */
export function parseVersion(s: Scanner): WdlVersion | undefined {
  if (s.text.charCodeAt(0) === 0xfeff) s.pos = 1;
  const start = s.peek();
  VERSION.lastIndex = start;
  const match = VERSION.exec(s.text);
  if (match === null) {
    tellMissing(s, start);
    return undefined;
  }
  const text = match[1] ?? "";
  s.pos = start + match[0].length;
  const span = s.spanOf(s.pos - text.length, s.pos);
  switch (text) {
    case "1.0":
    case "1.1":
      return text;
    case "development-1.1":
      s.warning(
        "old-version-name",
        span,
        "`development-1.1` is what Cromwell before 92 calls WDL 1.1.",
        "Write `version 1.1`.",
      );
      return "1.1";
    case "draft-3":
      s.warning("old-version-name", span, "`draft-3` was finished as WDL 1.0.", "Write `version 1.0`.");
      return "1.0";
    default:
      s.error("unsupported-version", span, `This document is WDL ${text}. ${READS}`, versionHint(text));
      return undefined;
  }
}

function versionHint(text: string): string {
  if (/^["']/.test(text)) return "The version is written without quotes: `version 1.0`.";
  if (/^(?:1\.[2-9]|development|[2-9])/.test(text))
    return "If the document uses nothing newer, `version 1.1` may do; else it has to be rewritten.";
  if (text.startsWith("draft")) return "Most draft-2 documents need an `input` section and `version 1.0`.";
  return "Write `version 1.0` or `version 1.1`.";
}

/** The first thing that draft-2, the language of documents without a version line, does not have. */
const MODERN = /^[ \t]*(?:(input)\s*\{|(struct)[ \t]+\w+\s*\{)/m;
const LATE_VERSION = /^[ \t]*version[ \t]+[\d.]+[ \t]*$/m;

function tellMissing(s: Scanner, start: number): void {
  const hint = "Put `version 1.0` before everything else.";
  if (start >= s.text.length) {
    s.error("missing-version", s.spanOf(0, 0), `This document is empty. ${READS}`, hint);
    return;
  }
  const late = LATE_VERSION.exec(s.text);
  if (late !== null) {
    const span = s.spanOf(late.index, late.index + late[0].length);
    s.error("missing-version", span, "The version line is not the first statement.", hint);
    return;
  }
  const modern = MODERN.exec(s.text);
  const keyword = modern?.[1] ?? modern?.[2];
  if (modern === null || keyword === undefined) {
    const message = `This document has no version line, so it is draft-2. ${READS}`;
    s.error("missing-version", firstLine(s, start), message, `${hint} Draft-2 differs in more than that.`);
    return;
  }
  const at = modern.index + modern[0].indexOf(keyword);
  const what = keyword === "input" ? "`input` section" : "`struct`";
  const message = `This document has no version line, so it is draft-2, which has no ${what}. ${READS}`;
  s.error("missing-version", s.spanOf(at, at + keyword.length), message, hint);
}

function firstLine(s: Scanner, start: number): Span {
  const end = s.text.indexOf("\n", start);
  return s.spanOf(start, end < 0 ? s.text.length : end);
}
