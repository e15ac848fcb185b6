/** After so many findings no more hints are sought: they cost more than they help, and a bad document has thousands. */
const MAX_HINTED = 50;

/**
 * A hint that names the known word nearest to a mistyped one, or `undefined` where none is near.
 *
 * `found` is where the finding will go.
 */
export function didYouMean(
  found: { readonly all: readonly unknown[] },
  word: string,
  known: Iterable<string>,
): string | undefined {
  if (found.all.length >= MAX_HINTED) return undefined;
  const nearest = nearestWord(word, known);
  return nearest === undefined ? undefined : `Did you mean ${nearest}?`;
}

function nearestWord(word: string, known: Iterable<string>): string | undefined {
  // One mistake in three letters still looks like a slip; more looks like another word.
  let limit = Math.min(Math.max(1, Math.floor(word.length / 3)) + 1, word.length);
  let nearest: string | undefined;
  for (const candidate of known) {
    if (candidate === word || Math.abs(candidate.length - word.length) >= limit) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < limit) {
      limit = distance;
      nearest = candidate;
    }
    if (limit === 0) break;
  }
  return nearest;
}

/** Letters to insert, drop, replace or swap with their neighbour to turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = from[i - 1] === to[j - 1] ? 0 : 1;
      let best = Math.min(at(previous, j) + 1, at(current, j - 1) + 1, at(previous, j - 1) + change);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) best = Math.min(best, at(beforePrevious, j - 2) + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
