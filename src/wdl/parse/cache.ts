import { type ParsedDocument, parseDocument } from "./document.ts";
import type { ParseLimits } from "./scanner.ts";

/** Reads a document, or remembers what reading it gave. */
export type ParseText = (text: string, file: string, limits: ParseLimits) => ParsedDocument;

/**
 * A `parseDocument` that remembers documents by their content, since the same ones are submitted again and again.
 *
 * Holds at most `maxChars` of text; what was not asked for longest goes first. The text itself is the key: unlike a
 * digest it costs nothing to have and cannot be forged.
 */
export function cachedParser(maxChars: number): ParseText {
  const entries = new Map<string, ParsedDocument & { readonly file: string; readonly limits: ParseLimits }>();
  let chars = 0;
  return (text, file, limits) => {
    const known = entries.get(text);
    if (known !== undefined && known.limits === limits) {
      entries.delete(text);
      entries.set(text, known);
      if (known.file === file) return known;
      return { ...known, diagnostics: known.diagnostics.map((found) => ({ ...found, file })) };
    }
    const parsed = parseDocument(text, file, limits);
    if (known === undefined) chars += text.length;
    entries.set(text, { ...parsed, file, limits });
    for (const oldest of entries.keys()) {
      if (chars <= maxChars) break;
      chars -= oldest.length;
      entries.delete(oldest);
    }
    return parsed;
  };
}
