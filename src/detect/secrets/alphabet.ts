// Classes of characters as tables: one look per character, whatever the text.

import type { Alphabet } from "./format.ts";

function table(...ranges: string[]): Uint8Array {
  const out = new Uint8Array(128);
  for (const range of ranges) {
    const [from, to] = [range.charCodeAt(0), range.charCodeAt(range.length - 1)];
    for (let c = from; c <= to; c++) out[c] = 1;
  }
  return out;
}

/** What a token's rest may hold. */
export const ALPHABETS: Readonly<Record<Alphabet, Uint8Array>> = {
  alnum: table("AZ", "az", "09"),
  upper: table("AZ", "09"),
  hex: table("af", "AF", "09"),
  word: table("AZ", "az", "09", "_", "-"),
  base64: table("AZ", "az", "09", "_", "-", "+", "/", "="),
  dotted: table("AZ", "az", "09", "_", "-", ".", "/", "@", ":"),
  uuid: table("af", "AF", "09", "-"),
};

/** Letters and digits of ASCII. */
export const ALNUM: Uint8Array = ALPHABETS.alnum;

/** What may join the parts of a value. */
export const JOINED: Uint8Array = table("AZ", "az", "09", "_", "-", "+", "/", "=", ".", "~");

/**
 * Where a run of an alphabet ends.
 *
 * @param units The units of the text, and a line end.
 * @param from Where it begins.
 * @param allowed The alphabet.
 * @param most Longest run; a longer one ends there.
 */
export function runEnd(
  units: Uint16Array,
  from: number,
  allowed: Uint8Array,
  most = units.length,
): number {
  const stop = from + most;
  let i = from;
  for (; i < stop; i++) {
    const c = units[i]!;
    if (c > 127 || allowed[c] === 0) break;
  }
  return i;
}

/** The most starts inside one run that are looked at closely; a real one stands at its beginning. */
const MOST_STARTS = 8;

/**
 * Finds the ends of runs of one alphabet in one text, each character looked at once however many runs are asked for:
 * a text of nothing but beginnings must cost no more than another.
 */
export class Runs {
  readonly #units: Uint16Array;
  readonly #allowed: Uint8Array;
  #from = 0;
  #end = 0;
  #starts = 0;

  /**
   * Begins with a text.
   *
   * @param units Its units, and a line end.
   * @param allowed The alphabet.
   */
  constructor(units: Uint16Array, allowed: Uint8Array) {
    this.#units = units;
    this.#allowed = allowed;
  }

  /** Where the run at a place ends, or -1 where too many were asked for inside one run. Places must not go back. */
  endOf(at: number): number {
    if (at < this.#end && at >= this.#from) return ++this.#starts > MOST_STARTS ? -1 : this.#end;
    this.#from = at;
    this.#starts = 1;
    return this.#end = runEnd(this.#units, at, this.#allowed);
  }
}

/** What a piece of text is made of. */
export interface Makeup {
  /** Digits. */
  digits: number;
  /** Lower-case letters. */
  lower: number;
  /** Upper-case letters. */
  upper: number;
  /** Different characters. */
  distinct: number;
  /** Whether everything but digits is a letter from a to f, of one case, or a hyphen. */
  hex: boolean;
}

/** Which characters of ASCII were seen in the piece that is counted: its number where they were. */
const SEEN = new Int32Array(128);
let piece = 0;

/** Counts what a piece of text is made of; `end - start` is bounded by the caller. */
export function makeupOf(units: Uint16Array, start: number, end: number): Makeup {
  piece = (piece + 1) | 0;
  let [digits, lower, upper, distinct] = [0, 0, 0, 0];
  let hex = true;
  for (let i = start; i < end; i++) {
    const c = units[i]!;
    if (c < 128 && SEEN[c] !== piece) {
      SEEN[c] = piece;
      distinct++;
    }
    if (c >= 0x30 && c <= 0x39) digits++;
    else if (c >= 0x61 && c <= 0x7a) {
      lower++;
      if (c > 0x66) hex = false;
    } else if (c >= 0x41 && c <= 0x5a) {
      upper++;
      if (c > 0x46) hex = false;
    } else if (c !== 0x2d) hex = false;
  }
  if (lower > 0 && upper > 0) hex = false;
  return { digits, lower, upper, distinct, hex };
}
