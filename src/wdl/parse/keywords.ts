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
  const near = nearest(word, keywords);
  return near === undefined ? undefined : `Did you mean \`${near}\`?`;
}

/** The keyword that differs from `word` by at most two edits, and less than half of it. */
function nearest(word: string, keywords: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = 3;
  for (const keyword of keywords) {
    if (Math.abs(keyword.length - word.length) >= least) continue;
    const edits = editDistance(word.toLowerCase(), keyword);
    if (edits < least && edits * 2 < keyword.length) {
      best = keyword;
      least = edits;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, (beforePrevious[j - 2] ?? 0) + 1);
      row.push(edits);
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
