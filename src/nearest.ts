/** Longer words are not compared: nobody mistypes them letter by letter, and comparing takes time by length squared. */
const MAX_LETTERS = 40;

/** So many words are looked at: a document or a server may offer endlessly many. */
const MAX_CANDIDATES = 500;

/**
 * The word of `known` nearest to a mistyped one, regardless of case; `undefined` where none is near.
 *
 * `limit` is the number of mistakes that make another word of it; by default one in three letters, up to
 * five, still look like slips.
 */
export function nearestWord(
  word: string,
  known: Iterable<string>,
  limit = Math.min(5, Math.max(1, Math.floor(word.length / 3))) + 1,
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
 * Letters to insert, drop, replace or swap with their neighbour to turn one word into the other. Where these are `enough`
 * or more, some number of at least `enough`, which is found faster.
 */
export function editDistance(from: string, to: string, enough = Math.max(from.length, to.length) + 1): number {
  if (Math.abs(from.length - to.length) >= enough) return enough;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    // So far from the diagonal there is enough to change already.
    const first = Math.max(1, i - enough);
    const last = Math.min(to.length, i + enough);
    const current: number[] = Array.from({ length: first }, () => i);
    for (let j = first; j <= last; j++) {
      const change = from[i - 1] === to[j - 1] ? 0 : 1;
      let best = Math.min(at(previous, j) + 1, at(current, j - 1) + 1, at(previous, j - 1) + change);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) best = Math.min(best, at(beforePrevious, j - 2) + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return Math.min(at(previous, to.length), enough);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
