// What programs read where people see the same: invisible characters left out, fullwidth and other compatibility forms
// and lookalikes as the ASCII they stand for. Case is kept, since keys depend on it; `fold.ts` is for words.

import { codePointIn } from "../../match/code_point.ts";
import { lookalike } from "../../match/confusables.ts";
import { LIKE, SAME, SourceMap } from "./source_map.ts";
import { codeAt, OutBuffer, textOf, UNITS } from "./units.ts";

const INVISIBLE = /^[\p{Cf}\p{DI}\p{Cs}\p{Mn}\p{Me}\u2800]$/u;
const DIGIT = /^\p{Nd}$/u;

/** What a character beyond ASCII is to a reader of values. */
const UNKNOWN = 0;
/** A character of its own. */
const OWN = 1;
/** Seen by nobody. */
const DROPPED = 2;
/** ASCII where ASCII letters or digits stand beside it, see below; the ASCII itself is in the lower bits. */
const BESIDE = 0x100;
/** ASCII wherever it stands. */
const ALWAYS = 0x200;
/** A sign of ASCII where the next letter or digit to one side is one of ASCII: prose of other scripts has signs, too. */
const NEAR = 0x400;

/** Classes of the first 65,536 characters, each found when it is first asked for. */
const CLASSES = new Uint16Array(0x10000);
/** The same for planes 1 and 14, by pages of 256: at most 272 of them. */
const PAGES: (Uint16Array | undefined)[] = new Array<Uint16Array | undefined>(0xe10);

/**
 * Whether a unit beyond ASCII is nothing but itself wherever it stands (0), something else beside ASCII (1), or perhaps
 * something else wherever it stands (2).
 */
export function oddness(unit: number): number {
  if (unit >= 0xd800 && unit < 0xe000) return 2;
  const kind = classOf(unit);
  return kind === OWN ? 0 : (kind & BESIDE) !== 0 ? 1 : 2;
}

function classOf(code: number): number {
  if (code > 0xffff) return rareClassOf(code);
  return CLASSES[code] !== UNKNOWN ? CLASSES[code]! : CLASSES[code] = compute(code);
}

function rareClassOf(code: number): number {
  // In no other plane stands what looks like something else, or like nothing.
  if (code > 0x1ffff && (code < 0xe0000 || code > 0xe0fff)) return OWN;
  const page = PAGES[code >> 8] ??= new Uint16Array(256);
  const known = page[code & 255]!;
  return known !== UNKNOWN ? known : page[code & 255] = compute(code);
}

function compute(code: number): number {
  const char = String.fromCodePoint(code);
  if (INVISIBLE.test(char)) return DROPPED;
  const composed = char.normalize("NFKC");
  if (composed.length === 1 && composed.charCodeAt(0) < 128) {
    const ascii = composed.charCodeAt(0);
    // Spaces, dashes and raised digits stand in honest prose, too: only inside a word or a number they matter.
    if (ascii === 0x20 || code < 0x100) return BESIDE | ascii;
    return (isAlnum(ascii) ? ALWAYS : NEAR) | ascii;
  }
  const like = lookalike(code);
  if (like === undefined) return OWN;
  const ascii = char === char.toLowerCase() ? like : like.toUpperCase();
  return (DIGIT.test(char) ? ALWAYS : BESIDE) | ascii.charCodeAt(0);
}

/** Unchanged letters that part no row of changed ones. */
const GAP = 16;

/** Unchanged units that are copied one by one; more are cut out of the text. */
const COPIED = 48;

const OUT = new OutBuffer();

/** Whether a text holds anything that is not ASCII; found by the engine's own search. */
const FOREIGN = /[\u0080-\uffff]/;

/**
 * Writes a text in ASCII where it only looks like it.
 *
 * @param text Any text; time and memory are linear in its length.
 * @param stretches Start and end of the stretches to look at, see `Outline.odd`; otherwise the whole text.
 * @returns The text and the way back, or null where nothing had to be changed.
 */
export function plainView(
  text: string,
  stretches: readonly number[] = stretchesOf(text),
): { text: string; map: SourceMap } | null {
  if (stretches.length === 0) return null;
  const units = UNITS.of(text);
  let out: Uint16Array | null = null;
  const parts: string[] = [];
  let map: SourceMap | null = null;
  // Units of the new text, those of them that are in `out` and not in `parts` yet, and where the unchanged ones begin.
  let length = 0;
  let held = 0;
  let copied = 0;
  let alike = false;
  // The last unit of what is written, and up to where lookalikes are known to lead to an ASCII letter or not.
  let last = 0;
  let looked = 0;
  let leads = false;
  // The same for signs, and whether the last letter or digit is one of ASCII.
  let signed = 0;
  let nears = false;
  let word = false;
  let stretch = 0;
  let end = 0;
  for (let at = 0;; at++) {
    if (at >= end) {
      // On to the next stretch; what stands between is unchanged.
      if (stretch === stretches.length) break;
      const start = stretches[stretch]!;
      word = isWordBefore(units, start, at, word);
      at = start;
      end = stretches[stretch + 1]!;
      stretch += 2;
      if (at > 0) last = units[at - 1]!;
    }
    let code = units[at]!;
    if (code < 128) {
      if (ALNUM[code] === 1) word = true;
      last = code;
      continue;
    }
    if (code >= 0xd800 && code < 0xdc00) code = codeAt(units, at);
    const kind = classOf(code);
    let replaced = kind >= ALWAYS;
    // Behind a picture or a foreign letter what nobody sees is part of the writing.
    if (kind === DROPPED) replaced = last < 128;
    else if ((kind & BESIDE) !== 0) {
      const ascii = kind & 0x7f;
      replaced = isAlnum(last);
      if (!isAlnum(ascii)) replaced = fits(units, at, ascii, replaced);
      else if (!replaced) {
        if (at >= looked) {
          looked = rowEnd(text, at);
          leads = isAlnum(text.charCodeAt(looked));
        }
        replaced = leads;
      }
    } else if ((kind & NEAR) !== 0 && !word) {
      if (at >= signed) {
        signed = signsEnd(text, at);
        nears = leadsToWord(text, signed);
      }
      replaced = nears;
    }
    if (!replaced) {
      if (kind !== DROPPED) {
        last = code;
        if (kind === OWN || isAlnum(kind & 0x7f)) word = false;
      }
      if (code > 0xffff) at++;
      continue;
    }
    map ??= new SourceMap();
    out ??= OUT.of(text.length);
    const gap = at - copied;
    if (gap > 0) {
      // Few letters between two that changed are taken as changed, which keeps the map small.
      if (!alike || gap > GAP) {
        map.add(length, copied, SAME);
        alike = false;
      }
      length += gap;
      if (gap <= COPIED) { for (let k = copied; k < at; k++) out[held++] = units[k]!; }
      else {
        if (held > 0) parts.push(textOf(out, held));
        parts.push(text.slice(copied, at));
        held = 0;
      }
    }
    const next = at + (code > 0xffff ? 2 : 1);
    if (kind === DROPPED || next > at + 1) {
      map.add(length, at, next);
      alike = false;
    } else if (!alike) {
      // A row of them is one piece.
      map.add(length, at, LIKE);
      alike = true;
    }
    if (kind !== DROPPED) {
      out[held++] = last = kind & 0x7f;
      length++;
      if (ALNUM[last] === 1) word = true;
    }
    copied = next;
    at = next - 1;
  }
  if (map === null || out === null) return null;
  map.add(length, copied, SAME);
  if (held > 0) parts.push(textOf(out, held));
  parts.push(text.slice(copied));
  return { text: parts.join(""), map };
}

/** Where a row of lookalikes of letters and digits ends; one past its first at least. */
function rowEnd(text: string, at: number): number {
  let i = at;
  while (i < text.length) {
    let code = text.charCodeAt(i);
    if (code < 128) break;
    if (code >= 0xd800 && code < 0xdc00) code = codePointIn(text, i);
    const kind = classOf(code);
    if (kind === OWN || (kind !== DROPPED && !isAlnum(kind & 0x7f))) break;
    i += code > 0xffff ? 2 : 1;
  }
  return Math.max(i, at + 1);
}

/** Signs that stand between a name and its value, or inside of values. */
const TELLING = new Uint8Array(128);
for (const c of "=:@/\\\"'_-+()[]{}<>#|~&$") TELLING[c.charCodeAt(0)] = 1;

/** The most units between a space and what it stands beside. */
const WIDE = 24;

/**
 * Whether a sign that looks like one of ASCII stands where ASCII would. One letter or digit of ASCII beside it is enough
 * for what is rare; spaces, dashes and dots stand beside words in honest prose, so that the other side must be a word,
 * too, or a sign that values have: `password : x`, `10 000`, but not `Bonjour !`.
 */
function fits(units: Uint16Array, at: number, ascii: number, before: boolean): boolean {
  if (!before && !isAlnum(units[at + 1]!)) return false;
  const space = ascii === 0x20;
  if (!space && ascii !== 0x2d && ascii !== 0x2e) return true;
  const by = before ? 1 : -1;
  let i = at + by;
  let code = 0;
  for (const stop = at + by * WIDE; i !== stop && i >= 0; i += by) {
    code = units[i]!;
    if (code < 128) {
      if (code === 0x20 && space) continue;
      return ALNUM[code] === 1 || TELLING[code] === 1;
    }
    // The halves of a pair are one character.
    if (code >= 0xdc00 && code < 0xe000 && by < 0) code = codeAt(units, i - 1);
    else if (code >= 0xd800 && code < 0xdc00) code = codeAt(units, i);
    const kind = classOf(code > 0xffff ? code : units[i]!);
    if (kind === DROPPED || (kind === BLANK && space)) {
      if (code > 0xffff && i + by !== stop) i += by;
      continue;
    }
    const other = kind & 0x7f;
    // A dash of another kind may be one of prose.
    return kind > DROPPED && (isAlnum(other) || (TELLING[other] === 1 && other !== 0x2d));
  }
  return false;
}

/** A space of another kind. */
const BLANK = BESIDE | 0x20;

/** Where a row of signs and spaces ends, of ASCII or not; one past its first at least. */
function signsEnd(text: string, at: number): number {
  let i = at + 1;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 128 ? ALNUM[c] === 1 : !isSign(classOf(c))) break;
  }
  return i;
}

function isSign(kind: number): boolean {
  return kind === DROPPED || (kind > DROPPED && !isAlnum(kind & 0x7f));
}

/** Whether a letter or digit stands here that is one of ASCII, or will be. */
function leadsToWord(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  if (!(c >= 128)) return isAlnum(c);
  const kind = classOf(codePointIn(text, at));
  return (kind & ALWAYS) !== 0 ||
    ((kind & BESIDE) !== 0 && isAlnum(text.charCodeAt(rowEnd(text, at))));
}

/** The stretches of a text of which a character may be read as another, or not be seen. */
function stretchesOf(text: string): number[] {
  const out: number[] = [];
  if (!FOREIGN.test(text)) return out;
  const units = UNITS.of(text);
  for (let i = 0; i < text.length; i++) {
    if (units[i]! < 128) continue;
    const start = i;
    let most = 0;
    for (; units[i]! >= 128; i++) most |= oddness(units[i]!);
    if (most > 1 || (most === 1 && besideAscii(units, start, i))) out.push(start, i);
  }
  return out;
}

/** Whether a letter or digit of ASCII stands before or behind a stretch: a lookalike is one beside such a letter only. */
export function besideAscii(units: Uint16Array, start: number, end: number): boolean {
  const before = start > 0 ? units[start - 1]! : 0;
  const after = units[end]!;
  return (before < 128 && ALNUM[before] === 1) || (after < 128 && ALNUM[after] === 1);
}

/** Whether the last letter or digit before a place is one of ASCII; `word` is the answer for what stands before `from`. */
function isWordBefore(units: Uint16Array, at: number, from: number, word: boolean): boolean {
  for (let i = at - 1; i >= from; i--) {
    const c = units[i]!;
    if (c >= 128) return false;
    if (ALNUM[c] === 1) return true;
  }
  return word;
}

function isAlnum(c: number): boolean {
  return (c > 0x2f && c < 0x3a) || (c > 0x40 && c < 0x5b) || (c > 0x60 && c < 0x7b);
}

const ALNUM = Uint8Array.from({ length: 128 }, (_, c) => isAlnum(c) ? 1 : 0);
