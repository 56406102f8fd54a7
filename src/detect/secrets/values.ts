// Values that stand behind a word such as `token` or `password`: which words count, and which values are secrets.

import type { SpanFinding } from "../types.ts";
import { ALNUM, JOINED, type Makeup, makeupOf, runEnd } from "./alphabet.ts";

/** How strongly a word says that a secret follows. */
export type Weight = "strong" | "weak" | "faint" | "password" | "pin";

/** Words by their last letter, lower case; a longer name ends in one of them: `clientSecret`, `API_KEY`. */
const WORDS: readonly (readonly [word: string, weight: Weight])[] = [
  ["secret", "strong"],
  ["token", "strong"],
  ["apikey", "strong"],
  ["credential", "strong"],
  ["credentials", "strong"],
  ["bearer", "strong"],
  ["private", "strong"],
  ["pat", "weak"],
  ["key", "weak"],
  ["keys", "weak"],
  ["access", "weak"],
  ["auth", "weak"],
  ["api", "weak"],
  ["license", "weak"],
  ["basic", "weak"],
  ["password", "password"],
  ["passwd", "password"],
  ["passphrase", "password"],
  ["pwd", "password"],
  ["pass", "password"],
  ["pin", "pin"],
];

/** Three letters as five bits each, whatever their case. */
function endingOf(a: number, b: number, c: number): number {
  return (a & 31) << 10 | (b & 31) << 5 | c & 31;
}

/** One of those words. */
interface Known {
  readonly units: Uint8Array;
  readonly weight: Weight;
}

/** The words of each ending, and which of these lists an ending has; 0 for nearly all of them. */
const LISTS: Known[][] = [[]];
const BY_ENDING = new Uint8Array(1 << 15);
/** One bit for each ending that has one: small enough to stay near. */
const ENDINGS = new Int32Array(1 << 10);
for (const [word, weight] of WORDS) {
  const units = Uint8Array.from(word, (letter) => letter.charCodeAt(0));
  const key = endingOf(units.at(-3)!, units.at(-2)!, units.at(-1)!);
  ENDINGS[key >> 5]! |= 1 << (key & 31);
  if (BY_ENDING[key] === 0) BY_ENDING[key] = LISTS.push([]) - 1;
  LISTS[BY_ENDING[key]!]!.push({ units, weight });
}

/** Whether a word that ends in three letters may be one of those. */
export function isEnding(a: number, b: number, c: number): boolean {
  const key = endingOf(a, b, c);
  return (ENDINGS[key >> 5]! & (1 << (key & 31))) !== 0;
}

/**
 * What a run of letters says about what follows it.
 *
 * @param text The text.
 * @param start Where the run begins.
 * @param end Where it ends.
 * @returns How strongly, or null.
 */
export function weightOf(text: string, start: number, end: number): Weight | null {
  const key = endingOf(
    text.charCodeAt(end - 3),
    text.charCodeAt(end - 2),
    text.charCodeAt(end - 1),
  );
  const list = LISTS[BY_ENDING[key]!]!;
  for (let i = 0; i < list.length; i++) {
    const { units, weight } = list[i]!;
    const from = end - units.length;
    if (from < start || !isWordAt(text, from, units)) continue;
    // `compass`, `monkey`, `path` are words of their own; a name has a border before its last word.
    if (from > start && weight !== "strong" && !isBorder(text, from)) {
      if (weight === "weak") return "faint";
      continue;
    }
    return weight;
  }
  return null;
}

/** Whether letters are those of a word in lower case, whatever their case. */
function isWordAt(text: string, at: number, units: Uint8Array): boolean {
  for (let i = 0; i < units.length; i++) {
    if ((text.charCodeAt(at + i) | 32) !== units[i]) return false;
  }
  return true;
}

/** Whether a word begins here inside a run: a capital after a small letter, or a digit before. */
function isBorder(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const first = text.charCodeAt(at);
  const capital = first >= 0x41 && first <= 0x5a;
  const small = before >= 0x61 && before <= 0x7a;
  return (capital && small) || (before >= 0x30 && before <= 0x39) ||
    // `APIKEY`, `SECRETKEY`: all capitals, where nothing shows the border.
    (capital && before >= 0x41 && before <= 0x5a && KNOWN_HEAD.test(text.slice(at - 8, at))) ||
    (!capital && KNOWN_HEAD.test(text.slice(at - 8, at)));
}

const KNOWN_HEAD = /(?:api|secret|access|private|auth|app|user|db|client|[a-z]io|layer)$/i;

/** Characters that may stand between a word and its value. */
const BETWEEN = new Uint8Array(128);
for (const c of " \t\r\n:=\"'`>-_.,;([{#@|/\\") BETWEEN[c.charCodeAt(0)] = 1;

/** The most characters between a word and its value. */
const GAP = 24;

/**
 * Where the value behind a word begins.
 *
 * @param text The text.
 * @param end Where the word ends.
 * @returns The value's first character, and whether an assignment stands between; null where no value follows.
 */
export function valueStart(text: string, end: number): { at: number; assigned: boolean } | null {
  let assigned = false;
  let i = end;
  for (const stop = Math.min(text.length, end + GAP); i < stop; i++) {
    const c = text.charCodeAt(i);
    if (c > 127 || BETWEEN[c] === 0) break;
    if (c === 0x3a || c === 0x3d) assigned = true;
  }
  if (i === end || i >= text.length) return null;
  const c = text.charCodeAt(i);
  return c < 128 && (JOINED[c] === 1 || PASSWORD_CHARS[c] === 1) ? { at: i, assigned } : null;
}

/** What of a value is judged; the rest of a longer one goes with it. */
const MAX_JUDGED = 256;

/** What a password may hold beside letters and digits. */
export const PASSWORD_CHARS: Uint8Array = new Uint8Array(128);
for (let c = 0x21; c < 0x7f; c++) PASSWORD_CHARS[c] = 1;
for (const c of "\"'`<>(){}[],;| \\") PASSWORD_CHARS[c.charCodeAt(0)] = 0;

/** Values that stand for a value. */
const PLACEHOLDER =
  /x{4}|\*{3}|\.{3}|your|example|placeholder|change.?me|dummy|sample|insert|redacted|todo|my-?(?:secret|token|key|api)|test-?(?:key|token)|process\.env|os\.environ|getenv|config\./i;

/**
 * The end of a secret value, or -1 where it is none.
 *
 * @param text The text.
 * @param units Its units, and a line end.
 * @param at The value's first character.
 * @param stop Where the run of characters ends that may be a value; -1 where nobody looked.
 * @param weight How strongly the word before it says that it is a secret.
 * @param assigned Whether `:` or `=` stands between.
 */
export function secretEnd(
  text: string,
  units: Uint16Array,
  at: number,
  stop: number,
  weight: Weight,
  assigned: boolean,
): number {
  let end = stop;
  // What ends a sentence is not part of the value.
  while (end > at && (text[end - 1] === "." || text[end - 1] === "/")) end--;
  const length = end - at;
  if (length < (weight === "strong" && assigned ? 12 : 16)) return -1;
  const judged = Math.min(end, at + MAX_JUDGED);
  // `SECRET_KEY=...`: the rest of the name is no value; its own last word finds that.
  const equals = text.slice(at, judged).indexOf("=");
  if (equals >= 0 && equals < judged - at - 2) return -1;
  const made = makeupOf(units, at, judged);
  if (!isRandom(made, length, weight, assigned) || made.distinct < 5) return -1;
  if (isWords(units, at, judged, made.digits)) return -1;
  return PLACEHOLDER.test(text.slice(at, judged)) ? -1 : end;
}

/** Whether a value is made as secrets are: the fewer signs of it, the longer it must be. */
function isRandom(made: Makeup, length: number, weight: Weight, assigned: boolean): boolean {
  const letters = made.lower + made.upper;
  if (weight === "faint") return length >= 20 && made.digits >= 6 && letters >= 4;
  if (weight === "weak" && !assigned && length < 20) return made.digits >= 4 && letters >= 4;
  if (made.hex) return length >= 20 || (made.digits >= 2 && letters >= 2);
  if (made.digits >= 2) return letters >= 2;
  return made.digits === 1 && length >= 30 && made.upper >= 5 && made.lower >= 5;
}

/**
 * A value of high entropy that is assigned to any name: long, of mixed letters and digits, no words.
 *
 * @param text The text.
 * @param units Its units, and a line end.
 * @param at Where the run begins.
 * @param end Where the run of characters ends that may be a value; -1 where nobody looked.
 */
export function highEntropyAt(
  text: string,
  units: Uint16Array,
  at: number,
  end: number,
): SpanFinding | null {
  if (end - at < 32 || end - at > 512) return null;
  const before = signBefore(text, at);
  // A name in a URL's query says nothing, and `sha512-` is a digest that is meant to be seen.
  if (text[before] !== "=" || text[end] === "&" || isQuery(text, before)) return null;
  const made = makeupOf(units, at, end);
  if (made.digits < 4 || made.upper < 6 || made.lower < 6 || made.distinct < 20) return null;
  if (isWords(units, at, end, made.digits) || PLACEHOLDER.test(text.slice(at, end))) return null;
  if (text.slice(at, end).includes("/")) return null;
  return {
    rule_id: "secret_high_entropy",
    severity: "low",
    reason: "a long random value",
    start: at,
    end,
  };
}

/** Where the sign stands that may assign a value: `key= "...`. */
function signBefore(text: string, at: number): number {
  let before = at - 1;
  const quote = text.charCodeAt(before);
  if (quote === 0x22 || quote === 0x27) before--;
  return text.charCodeAt(before) === 0x20 ? before - 1 : before;
}

/** Whether `=` stands before a value. */
export function isAssigned(text: string, at: number): boolean {
  return text.charCodeAt(signBefore(text, at)) === 0x3d;
}

/** Whether a name before `=` stands in a query. */
function isQuery(text: string, equals: number): boolean {
  for (let i = equals - 1; i >= 0 && equals - i < 40; i--) {
    const c = text[i]!;
    if (c === "?" || c === "&" || c === "/" || c === "#") return true;
    if (c === " " || c === "\n" || c === '"' || c === "<") return false;
  }
  return false;
}

/** Whether a value is a path, a name or a sentence: long parts of small letters, few digits. */
function isWords(units: Uint16Array, start: number, end: number, digits: number): boolean {
  let parts = 0;
  let words = 0;
  for (let i = start; i < end;) {
    const from = i;
    i = runEnd(units, i, ALNUM);
    if (i > from) {
      parts++;
      if (i - from < 4 || isWord(units, from, i)) words++;
    }
    if (i < end) i++;
  }
  return parts > 2 && words * 2 > parts && (words > 2 || digits * 5 < end - start);
}

/** Whether letters are written as words are: no digits, and capitals only where words begin. */
function isWord(units: Uint16Array, start: number, end: number): boolean {
  let changes = 0;
  let before = 0;
  for (let i = start; i < end; i++) {
    const c = units[i]!;
    if (c < 0x3a) return false;
    const now = c & 0x20;
    if (i > start && now !== before) changes++;
    before = now;
  }
  return changes * 3 < end - start;
}

/**
 * The end of a password, or -1 where it is none.
 *
 * @param text The text.
 * @param units Its units, and a line end.
 * @param at Its first character.
 * @param stop Where the run of characters ends that may be one; -1 where nobody looked.
 * @param assigned Whether `:` or `=` stands before it.
 */
export function passwordEnd(
  text: string,
  units: Uint16Array,
  at: number,
  stop: number,
  assigned: boolean,
): number {
  if (!assigned || stop - at > 400) return -1;
  // In a query the next name ends it.
  const next = /&[A-Za-z0-9_.]{1,40}=/.exec(text.slice(at, stop));
  const end = next === null ? stop : at + next.index;
  const length = end - at;
  if (length < 6 || length > 200) return -1;
  const made = makeupOf(units, at, end);
  const letters = made.lower + made.upper;
  const odd = length - letters - made.digits;
  if (letters === 0 || (made.digits === 0 && (odd === 0 || made.upper === 0))) return -1;
  const after = text[end];
  // A call or an expression is code, not a value.
  if (after === "(" || after === "[" || text[at] === "$" || text[at] === "%") return -1;
  return PLACEHOLDER.test(text.slice(at, end)) || isWords(units, at, end, made.digits) ? -1 : end;
}
