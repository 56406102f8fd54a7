// What one character looks like to a reader: case, accents, compatibility forms and lookalikes folded away.
// Tables of the first two planes, of which each character is worked out when it is first met.

import { lookalike } from "../../match/confusables.ts";

/** Folded value of a character that separates words. */
export const SEPARATOR = 0;
/** Folded value of a character that nobody sees or that only decorates the one before it. */
export const IGNORED = 1;
/** Set in the folded value of a letter of a script that is written without spaces, or with suffixes glued on. */
export const UNSPACED = 0x400000;
/** Values from here on are places in {@link expansion}. */
export const EXPANDS = 0x800000;

const INVISIBLE = /^[\p{Cf}\p{DI}\p{Cs}\u2800]$/u;
const ACCENT =
  /^[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]$/u;
const WORDLIKE = /^[\p{L}\p{N}\p{M}\p{So}]$/u;
const LETTER = /^[\p{L}\p{N}\p{M}]$/u;
const APOSTROPHE = /^['\u2018\u2019\u02bc\u02b9\u0060\u00b4]$/u;
const NO_SPACES =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc]$/u;

/** What is folded to more than one character, e.g. the ligature fi. */
const expansions: string[] = [];

/** Not worked out yet, or half a pair. */
const UNKNOWN = -1;
/** Folded values of single units; negative where only {@link foldCode} knows, as it does of pairs. */
export const FOLDED: Int32Array = new Int32Array(1 << 16).fill(UNKNOWN);
/** Those of the second plane. */
const second = new Int32Array(1 << 16).fill(UNKNOWN);

/** Folded values of ASCII: letters in lower case, digits as they are, the apostrophe is ignored, all else separates. */
export const ASCII: Int32Array = FOLDED.subarray(0, 128);
for (let c = 0; c < 128; c++) ASCII[c] = compute(c);

/**
 * Folds one code point.
 *
 * @param code A code point, 0 to 0x10FFFF; a lone surrogate is {@link IGNORED}.
 * @returns {@link SEPARATOR}, {@link IGNORED}, the folded code (perhaps with {@link UNSPACED}), or
 *   {@link EXPANDS} plus a place for {@link expansion}.
 */
export function foldCode(code: number): number {
  if (code < 0x20000) {
    const table = code < 0x10000 ? FOLDED : second;
    const known = table[code & 0xffff]!;
    if (known !== UNKNOWN) return known;
    // What stands for a pair is kept unknown: its second half decides.
    if (code >= 0xd800 && code < 0xe000) return IGNORED;
    return table[code & 0xffff] = compute(code);
  }
  // Planes 2 and 3 hold ideographs, plane 14 what nobody sees, the rest is private or empty.
  if (code < 0x40000) return (code & 0x3fffff) | UNSPACED;
  return code >= 0xe0000 && code < 0xe1000 ? IGNORED : SEPARATOR;
}

/**
 * The characters behind a value from {@link EXPANDS} on.
 *
 * @param value What {@link foldCode} returned.
 * @returns Two or more folded characters.
 */
export function expansion(value: number): string {
  return expansions[value - EXPANDS]!;
}

function compute(code: number): number {
  const char = String.fromCodePoint(code);
  if (code < 0x80) {
    if (APOSTROPHE.test(char)) return code === 0x27 ? IGNORED : SEPARATOR;
    return LETTER.test(char) ? char.toLowerCase().charCodeAt(0) : SEPARATOR;
  }
  if (INVISIBLE.test(char) || ACCENT.test(char)) return IGNORED;
  if (APOSTROPHE.test(char)) return IGNORED;
  if (NO_SPACES.test(char)) {
    const composed = char.normalize("NFKC");
    return (composed.length === 1 ? composed.charCodeAt(0) : code) | UNSPACED;
  }
  let out = "";
  for (const part of char.normalize("NFKD").toLowerCase().normalize("NFKD")) {
    if (ACCENT.test(part) || INVISIBLE.test(part)) continue;
    const like = part.charCodeAt(0) < 0x80 ? undefined : lookalike(part.codePointAt(0)!);
    out += like !== undefined && LETTER.test(like) ? like : part;
  }
  const first = lookalike(code);
  if (out.length === 1 && out.charCodeAt(0) >= 0x80 && first !== undefined && LETTER.test(first)) {
    out = first;
  }
  if (out === "") return IGNORED;
  const letters = [...out].filter((c) => WORDLIKE.test(c) && LETTER.test(c)).join("");
  if (letters === "") return SEPARATOR;
  if (letters.length === 1) return letters.charCodeAt(0);
  if (letters.length === 2 && letters.codePointAt(0)! > 0xffff) {
    return letters.codePointAt(0)! & 0x3fffff;
  }
  expansions.push(letters);
  return EXPANDS + expansions.length - 1;
}
