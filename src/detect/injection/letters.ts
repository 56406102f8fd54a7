// Letters that stand alone: ornaments, second halves, and words of scripts that put no spaces between words.

import { EXPANDS, foldCode, IGNORED, UNSPACED } from "../normalise/fold.ts";
import { codeAt } from "../normalise/units.ts";
import { BASIS, step } from "./hash.ts";
import type { Lexicon } from "./lexicon.ts";
import { PREFIX_ONLY } from "./lexicon.ts";

/** Finds the longest word of the lexicon at a place; kept and used again, since it is asked for every letter. */
export class LongestWord {
  /** What the lexicon says of it; 0 where there is none. */
  found = 0;
  /** Where it ends. */
  foundEnd = 0;
  /** Its hash. */
  foundHash = 0;
  /** Where the first letter ends. */
  firstEnd = 0;
  readonly #table: Lexicon["unspaced"];
  /** What is known of units that a word may begin with. */
  readonly #begins = new Uint8Array(1 << 16);

  /** @param table The words. */
  constructor(table: Lexicon["unspaced"]) {
    this.#table = table;
  }

  /** Where a row of letters ends with which no word begins; `at` where none of them stands there. */
  rowEnd(units: Uint16Array, at: number): number {
    const begins = this.#begins;
    let i = at;
    for (;; i++) {
      const c = units[i]!;
      const known = begins[c]!;
      if (known === NEVER) continue;
      if (known !== 0 || this.#beginning(c) !== NEVER) return i;
    }
  }

  /** Whether a word may begin with a unit, or it is no such letter. */
  #beginning(c: number): number {
    const folded = foldCode(c);
    const letter = folded >= UNSPACED && folded < EXPANDS;
    const never = letter && this.#table.get(step(BASIS, folded & ~UNSPACED)) === 0;
    return this.#begins[c] = never ? NEVER : PERHAPS;
  }

  /** Looks at a place; `value` is its first letter, folded. */
  find(units: Uint16Array, length: number, at: number, value: number): void {
    this.found = 0;
    this.foundEnd = 0;
    this.foundHash = 0;
    this.firstEnd = at + 1;
    let hash = BASIS;
    let i = at;
    let code = codeAt(units, at);
    let folded = value;
    for (let k = 0; k < LONGEST; k++) {
      hash = step(hash, folded & ~UNSPACED);
      i += code > 0xffff ? 2 : 1;
      if (k === 0) this.firstEnd = i;
      const known = this.#table.get(hash);
      if (known === 0) return;
      if (known !== PREFIX_ONLY) {
        this.found = known;
        this.foundEnd = i;
        this.foundHash = hash;
      }
      for (const stop = i + HIDDEN; i < length; i += code > 0xffff ? 2 : 1) {
        code = codeAt(units, i);
        folded = foldCode(code);
        if (folded !== IGNORED || i >= stop) break;
      }
      if (i >= length || folded < UNSPACED || folded >= EXPANDS) return;
    }
  }
}

/** A letter with which a word may begin, or a unit that is no letter by itself; and one with which none does. */
const PERHAPS = 1;
const NEVER = 2;

/** Letters of the longest word, and the most units between two of them that nobody sees. */
const LONGEST = 12;
const HIDDEN = 8;

/** Whether a character draws lines and boxes of plain text. */
export function isOrnament(c: number): boolean {
  return c === 0x3d || c === 0x2d || c === 0x2b || c === 0x2a || c === 0x23 || c === 0x3c ||
    c === 0x3e ||
    c === 0x2f || c === 0x5c || c === 0x7e;
}
