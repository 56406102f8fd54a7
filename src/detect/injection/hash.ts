// The one hash of words, for the lexicon and for the model: FNV-1a over folded characters.

import { EXPANDS, expansion, foldCode, IGNORED, SEPARATOR, UNSPACED } from "../normalise/fold.ts";

/** Start value of {@link step}. */
export const BASIS = 0x811c9dc5 | 0;
/** What {@link step} multiplies with. */
export const PRIME = 0x01000193;

/**
 * Takes one more character into a hash.
 *
 * @param hash The hash so far.
 * @param code A folded character.
 * @returns The new hash, a signed 32-bit integer.
 */
export function step(hash: number, code: number): number {
  return Math.imul(hash ^ code, PRIME);
}

/** The folded characters of a word, as the scanner would see them. */
export function foldedCodes(word: string): number[] {
  const codes: number[] = [];
  for (const char of word) {
    const value = foldCode(char.codePointAt(0)!);
    if (value === SEPARATOR || value === IGNORED) continue;
    if (value >= EXPANDS) { for (const c of expansion(value)) codes.push(c.charCodeAt(0)); }
    else codes.push(value & ~UNSPACED);
  }
  return codes;
}

/** Hash of a word as the scanner computes it. */
export function hashCodes(codes: readonly number[]): number {
  let hash = BASIS;
  for (const code of codes) hash = step(hash, code);
  return hash;
}

/** Hash that does not depend on the order of the inner letters. */
export function scrambleHash(first: number, last: number, length: number, sum: number): number {
  return step(step(step(step(BASIS, first), last), length), sum);
}

/** What a letter adds to the sum of {@link scrambleHash}: mixed, so that sums tell letters apart and not their codes. */
export function letterSum(code: number): number {
  let mixed = Math.imul(code, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
