// "Did you mean": the nearest valid spelling by edit distance with transpositions.

/** Longer words are never typos of ours, and would cost time. */
const LONGEST = 64;

/**
 * Edits (insert, delete, replace, swap neighbours) between two short words.
 *
 * @param a One word.
 * @param b The other.
 * @returns The optimal string alignment distance (Damerau 1964, restricted).
 */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (previous[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (previous[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] as number) + 1);
      }
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] as number;
}

/**
 * The nearest of the candidates, when it is near enough to be what was meant.
 *
 * @param word What was written.
 * @param candidates What could have been meant.
 * @returns The candidate, or undefined; case and `-` for `_` cost nothing.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > LONGEST) return undefined;
  const plain = normal(word);
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const edits = distance(plain, normal(candidate));
    const allowed = Math.max(1, Math.floor(Math.min(candidate.length, word.length + 1) / 3));
    if (edits <= allowed && edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

function normal(word: string): string {
  return word.toLowerCase().replaceAll("-", "_");
}
