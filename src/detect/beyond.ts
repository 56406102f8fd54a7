// What a unit beyond printable ASCII says of the stretch it stands in, so that whoever looks for values that are written
// with lookalikes, or for hidden text, need not look where there is nothing.

import { isLetterOfWord, isSuspect, mixes } from "./injection/hidden.ts";
import { oddness } from "./normalise/plain.ts";

/** What units say, bit by bit. */
export const BEYOND = {
  /** Something else beside ASCII, otherwise itself. */
  beside: 1,
  /** Perhaps something else wherever it stands. */
  odd: 2,
  /** Hidden, or hiding, by itself. */
  suspect: 4,
  /** A letter that may pose as one of Latin in a word with others of Latin. */
  letter: 8,
  /** A letter of Latin, or what stands unseen inside of such words. */
  latin: 16,
} as const;

/** Set once a unit was looked at. */
const KNOWN = 128;
const TABLE = new Uint8Array(1 << 16);

/**
 * What a unit says.
 *
 * @param unit A UTF-16 unit that is no printable ASCII.
 * @returns Bits of {@link BEYOND} and one more that says nothing.
 */
export function beyond(unit: number): number {
  const known = TABLE[unit]!;
  return known !== 0 ? known : TABLE[unit] = find(unit);
}

function find(unit: number): number {
  return KNOWN | oddness(unit) | (isSuspect(unit) ? BEYOND.suspect : 0) |
    (isLetterOfWord(unit) ? BEYOND.letter : 0) | (mixes(unit) ? BEYOND.latin : 0);
}
