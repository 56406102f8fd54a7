// Finds disguised words in the lexicon: digits for letters, scrambled inner letters, known beginnings.

import { ASCII, foldCode, FOLDED, IGNORED, UNSPACED } from "../normalise/fold.ts";
import { BASIS, letterSum, scrambleHash, step } from "./hash.ts";
import { type Lexicon, PREFIX_ONLY } from "./lexicon.ts";

/** What stands for which letter; 1 is an i or an l. */
const LEET: Uint8Array = Uint8Array.from({ length: 128 }, (_, c) => {
  const digit = "0o1i3e4a5s7t8b9g".indexOf(String.fromCharCode(c));
  if (digit >= 0 && digit % 2 === 0) return "0o1i3e4a5s7t8b9g".charCodeAt(digit + 1);
  return String.fromCharCode(c).toLowerCase().charCodeAt(0);
});

/** The value of a word whose digits stand for letters, or 0. */
export function leetWord(
  units: Uint16Array,
  lexicon: Lexicon,
  start: number,
  end: number,
): number {
  if (end - start > 20) return 0;
  let ones = false;
  for (const one of [0x69, 0x6c]) {
    let hash = BASIS;
    for (let i = start; i < end; i++) {
      const c = units[i]!;
      if (c === 0x31) {
        ones = true;
        hash = step(hash, one);
      } else hash = step(hash, c < 128 ? LEET[c]! : lowerUnit(c));
    }
    const value = lexicon.words.get(hash);
    if (value !== 0) return value;
    if (!ones) return 0;
  }
  return 0;
}

/** Units in lower case, each found when it is first asked for. */
const LOWER = new Uint16Array(1 << 16);

/** What a unit is in lower case; the dotted capital I is more than one letter there, and no leet. */
function lowerUnit(c: number): number {
  if (LOWER[c] === 0) {
    LOWER[c] = c === 0x130 ? c : String.fromCharCode(c).toLowerCase().charCodeAt(0);
  }
  return LOWER[c]!;
}

/** The longest beginning of three to nine letters that the lexicon knows with any ending. */
export function stemWord(
  units: Uint16Array,
  lexicon: Lexicon,
  start: number,
  end: number,
): number {
  const stems = lexicon.stems;
  let hash = BASIS;
  let value = 0;
  let letters = 0;
  for (let i = start; i < end && letters < 9; i++) {
    const c = units[i]!;
    let folded = FOLDED[c]!;
    if (folded < 0) folded = foldCode(c);
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
  units: Uint16Array,
  lexicon: Lexicon,
  start: number,
  length: number,
): number {
  let sum = 0;
  for (let i = start; i < start + length; i++) {
    const c = units[i]!;
    if (c >= 128) return 0;
    sum += SUMS[c]!;
  }
  const first = ASCII[units[start]!]!;
  const last = ASCII[units[start + length - 1]!]!;
  return lexicon.scrambled.get(scrambleHash(first, last, length, sum | 0));
}

/** {@link letterSum} of folded ASCII. */
const SUMS: Int32Array = Int32Array.from({ length: 128 }, (_, c) => letterSum(ASCII[c]!));

/** Whether a word has both ASCII letters and their lookalikes, and nothing else. */
export function isMixed(units: Uint16Array, start: number, end: number): boolean {
  let plain = false;
  for (let i = start; i < end; i++) {
    const c = units[i]!;
    if (c < 128) {
      if (ASCII[c]! > 57) plain = true;
    } else if (foldCode(c) > 128) return false;
  }
  return plain;
}

/** Whether something invisible or a loose accent stands inside a word of ASCII letters; apostrophes are no such thing. */
export function isBroken(units: Uint16Array, start: number, end: number): boolean {
  let broken = false;
  for (let i = start; i < end; i++) {
    const c = units[i]!;
    if (c < 0x80 || c === 0x2018 || c === 0x2019 || c === 0x2bc) continue;
    if (c !== 0xad && (c < 0x300 || c > 0x36f) && (c < 0x200b || c > 0x2064)) return false;
    broken = true;
  }
  return broken;
}

/** Whether upper and lower case alternate. */
export function isZigzag(units: Uint16Array, start: number, end: number): boolean {
  // The second or the third letter of such a word is a capital behind a small one.
  if (!rises(units, start) && !rises(units, start + 1)) return false;
  let turns = 0;
  for (let i = start; i + 1 < end; i++) if (rises(units, i)) turns++;
  return turns * 3 >= end - start;
}

function rises(units: Uint16Array, at: number): boolean {
  const c = units[at]!;
  const next = units[at + 1]!;
  return c >= 97 && c <= 122 && next >= 65 && next <= 90;
}
