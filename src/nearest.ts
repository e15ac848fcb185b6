/** Longer words are not compared: nobody mistypes them letter by letter, and comparing takes time by length squared. */
const MAX_LETTERS = 64;

/** So many words are looked at: a document or a server may offer endlessly many. */
const MAX_CANDIDATES = 1_000;

/**
 * The word of `known` nearest to a mistyped one, regardless of case; `undefined` where none is near.
 *
 * `limit` is the number of mistakes that make another word of it; by default one in three letters still looks like a slip.
 */
export function nearestWord(
  word: string,
  known: Iterable<string>,
  limit = Math.max(1, Math.floor(word.length / 3)) + 1,
): string | undefined {
  if (word.length > MAX_LETTERS) return undefined;
  const lower = word.toLowerCase();
  let below = Math.min(limit, word.length);
  let nearest: string | undefined;
  let looked = 0;
  for (const candidate of known) {
    if (++looked > MAX_CANDIDATES || below <= 0) break;
    if (candidate === word || Math.abs(candidate.length - word.length) >= below) continue;
    const distance = editDistance(lower, candidate.toLowerCase(), below);
    if (distance >= below) continue;
    below = distance;
    nearest = candidate;
  }
  return nearest;
}

/**
 * Letters to insert, drop, replace or swap with their neighbour to turn one word into the other. Where that is clearly
 * `enough` or more, some number of at least `enough`.
 */
export function editDistance(from: string, to: string, enough = Number.POSITIVE_INFINITY): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  let leastBefore = 0;
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    let least = i;
    for (let j = 1; j <= to.length; j++) {
      const change = from[i - 1] === to[j - 1] ? 0 : 1;
      let best = Math.min(at(previous, j) + 1, at(current, j - 1) + 1, at(previous, j - 1) + change);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) best = Math.min(best, at(beforePrevious, j - 2) + 1);
      current.push(best);
      least = Math.min(least, best);
    }
    // A swap looks two rows back.
    if (least >= enough && leastBefore >= enough) return enough;
    leastBefore = least;
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
