// The linear model: which features a text has, and their weights as eight-bit numbers in one table.

/** Features are hashed to this many places. */
export const FEATURES = 1 << 17;

/** Trained weights. */
export interface Model {
  /** One weight for each place; the real weight is this times `scale`. */
  readonly weights: Int8Array;
  /** Size of one step. */
  readonly scale: number;
  /** Added to every passage. */
  readonly bias: number;
}

/** The place of a feature in the table. */
export function place(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) & (FEATURES - 1);
}

/** Joins two hashes; the order matters. */
export function pair(first: number, second: number): number {
  return Math.imul(first, 0x85ebca6b) ^ second;
}

/**
 * What the sum of weights is multiplied with, so that long passages do not say more than short ones.
 *
 * @param words Words of the passage.
 * @returns A factor, 1 for eight words.
 */
export function lengthFactor(words: number): number {
  return 4 / Math.sqrt(8 + words);
}
