import { editDistance, nearestWord } from "../../nearest.ts";

/** What a document's statements begin with. */
export const DOCUMENT_KEYWORDS = ["import", "struct", "task", "workflow"] as const;

/** What a task's statements begin with, other than declarations. */
export const TASK_SECTIONS = ["input", "command", "output", "runtime", "meta", "parameter_meta"] as const;

/** What a workflow's statements begin with, other than declarations. */
export const WORKFLOW_SECTIONS = ["input", "output", "call", "scatter", "if", "meta", "parameter_meta"] as const;

/** What a placeholder's options are called. */
export const PLACEHOLDER_OPTIONS = ["sep", "true", "false", "default"] as const;

/** Words that mean something in every expression, so nothing can be declared under them. All other keywords are names where no keyword can stand. */
export const RESERVED: ReadonlySet<string> = new Set(["if", "then", "else", "true", "false"]);

const NEWER_SECTIONS: Readonly<Record<string, string>> = {
  requirements: "`requirements` belongs to WDL 1.2: in 1.0 and 1.1 write `runtime`.",
  hints: "`hints` belongs to WDL 1.2: in 1.0 and 1.1 put its entries into `runtime`.",
  enum: "`enum` belongs to WDL 1.3: in 1.0 and 1.1 use a String.",
  env: "`env` belongs to WDL 1.2: in 1.0 and 1.1 set the variable in the command.",
};

/** A hint for a word that is no keyword here: which keyword may have been meant, or why it does not work. */
export function keywordHint(word: string, keywords: readonly string[]): string | undefined {
  const newer = Object.hasOwn(NEWER_SECTIONS, word) ? NEWER_SECTIONS[word] : undefined;
  if (newer !== undefined) return newer;
  // Keywords are short: more than two mistakes, or mistakes in half of it, look like something else.
  const near = nearestWord(word, keywords, 3);
  if (near === undefined || editDistance(word.toLowerCase(), near) * 2 >= near.length) return undefined;
  return `Did you mean \`${near}\`?`;
}
