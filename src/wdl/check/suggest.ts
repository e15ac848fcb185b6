import { nearestWord } from "../../nearest.ts";

/** How many more suggestions are sought: each costs time, and after some nobody reads them. */
export interface Suggestions {
  left: number;
}

/** Suggestions for one program, or one inputs file. */
export function someSuggestions(): Suggestions {
  return { left: 20 };
}

/** A hint that names the known word nearest to a mistyped one, or `undefined` where none is near or none is left. */
export function didYouMean(
  { suggestions }: { readonly suggestions: Suggestions },
  word: string,
  known: Iterable<string>,
): string | undefined {
  if (suggestions.left <= 0) return undefined;
  suggestions.left--;
  const nearest = nearestWord(word, known);
  return nearest === undefined ? undefined : `Did you mean ${nearest}?`;
}
