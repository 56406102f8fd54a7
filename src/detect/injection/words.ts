// Finds disguised words in the lexicon: digits for letters, scrambled inner letters, known beginnings.

import { ASCII, foldCode, IGNORED, UNSPACED } from "../normalise/fold.ts";
import { BASIS, letterSum, scrambleHash, step } from "./hash.ts";
import { type Lexicon, PREFIX_ONLY } from "./lexicon.ts";

const LEET: Readonly<Record<string, string>> = {
  0: "o",
  1: "i",
  3: "e",
  4: "a",
  5: "s",
  7: "t",
  8: "b",
  9: "g",
};

/** The value of a word whose digits stand for letters, or 0. */
export function leetWord(text: string, lexicon: Lexicon, start: number, end: number): number {
  if (end - start > 20) return 0;
  const word = text.slice(start, end).toLowerCase();
  for (const one of ["i", "l"]) {
    let hash = BASIS;
    for (let k = 0; k < word.length; k++) {
      const letter = word[k] === "1" ? one : LEET[word[k]!] ?? word[k]!;
      hash = step(hash, letter.charCodeAt(0));
    }
    const value = lexicon.words.get(hash);
    if (value !== 0) return value;
  }
  return 0;
}

/** The longest beginning of three to nine letters that the lexicon knows with any ending. */
export function stemWord(text: string, lexicon: Lexicon, start: number, end: number): number {
  const stems = lexicon.stems;
  let hash = BASIS;
  let value = 0;
  let letters = 0;
  for (let i = start; i < end && letters < 9; i++) {
    const c = text.charCodeAt(i);
    const folded = c < 128 ? ASCII[c]! : foldCode(c);
    if (folded <= IGNORED) continue;
    if (folded >= UNSPACED) return value;
    hash = step(hash, folded);
    if (++letters >= 3) {
      const found = stems.get(hash);
      if (found > PREFIX_ONLY) value = found;
      else if (letters === 3 && found === 0) return 0;
    }
  }
  return value;
}

/** The value of a word whose inner letters are out of order, or 0. */
export function scrambledWord(
  text: string,
  lexicon: Lexicon,
  start: number,
  length: number,
): number {
  let sum = 0;
  let first = 0;
  let last = 0;
  for (let k = 0; k < length; k++) {
    const c = text.charCodeAt(start + k);
    if (c >= 128) return 0;
    last = ASCII[c]!;
    if (k === 0) first = last;
    sum = (sum + letterSum(last)) | 0;
  }
  return lexicon.scrambled.get(scrambleHash(first, last, length, sum));
}

/** Whether a word has both ASCII letters and their lookalikes, and nothing else. */
export function isMixed(text: string, start: number, end: number): boolean {
  let plain = false;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c < 128) {
      if (ASCII[c]! > 57) plain = true;
    } else if (foldCode(c) > 128) return false;
  }
  return plain;
}

/** Whether something invisible or a loose accent stands inside a word of ASCII letters; apostrophes are no such thing. */
export function isBroken(text: string, start: number, end: number): boolean {
  let broken = false;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80 || c === 0x2018 || c === 0x2019 || c === 0x2bc) continue;
    if (c !== 0xad && (c < 0x300 || c > 0x36f) && (c < 0x200b || c > 0x2064)) return false;
    broken = true;
  }
  return broken;
}

/** Whether upper and lower case alternate. */
export function isZigzag(text: string, start: number, end: number): boolean {
  // The second or the third letter of such a word is a capital behind a small one.
  if (!rises(text, start) && !rises(text, start + 1)) return false;
  let turns = 0;
  for (let i = start; i + 1 < end; i++) if (rises(text, i)) turns++;
  return turns * 3 >= end - start;
}

function rises(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  const next = text.charCodeAt(at + 1);
  return c >= 97 && c <= 122 && next >= 65 && next <= 90;
}
