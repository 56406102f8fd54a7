// Undoes in place what stands for single characters: percent, HTML entities, \u and \x escapes, ANSI escapes,
// comments inside words. One pass; the texts that hold none of their marks are returned as they are.

import { hexDigit } from "./decode.ts";
import { SourceMap } from "./source_map.ts";

/** A text with its single-character encodings undone. */
export interface InlineView {
  /** The text to read. */
  readonly text: string;
  /** Back to the original, or null when nothing was changed. */
  readonly map: SourceMap | null;
  /** Whether what was undone may have been written so to be undone again: `%2541`. */
  readonly again: boolean;
  /** Start and end, in `text`, of runs where letters were encoded that need no encoding, in ascending order. */
  readonly disguised: readonly number[];
}

/** Characters decoded in a row before their run counts as disguised. */
const RUN = 6;
const NAMED: Readonly<Record<string, string>> = {
  ...{
    amp: "&",
    lt: "<",
    gt: ">",
    quot: '"',
    apos: "'",
    nbsp: " ",
    shy: "\u00ad",
    colon: ":",
    period: ".",
  },
  ...{
    comma: ",",
    excl: "!",
    lpar: "(",
    rpar: ")",
    sol: "/",
    bsol: "\\",
    lowbar: "_",
    num: "#",
    NewLine: "\n",
  },
  ...{
    Tab: "\t",
    ensp: " ",
    emsp: " ",
    zwnj: "\u200c",
    zwj: "\u200d",
    lsqb: "[",
    rsqb: "]",
    vert: "|",
  },
};
/** What a decodable sequence begins with. */
const MARKS = ["%", "&", "\\u", "\\x", "\\U", "\u001b", "<!--"];
const AGAIN: ReadonlySet<string> = new Set(["%", "&", "\\", "<"]);
// deno-lint-ignore no-control-regex -- escapes of terminals begin with a control character
const ANSI = /\u001b(?:\[[0-9;?]{0,16}[A-Za-z]|\][0-9]{1,4};)/y;

/**
 * Undoes single-character encodings.
 *
 * @param text Any text; time and memory are linear in its length.
 * @returns The view; `map` is null and `text` the same string when nothing had to be undone.
 */
export function inlineView(text: string): InlineView {
  const next = new NextMark(text);
  const first = next.first();
  if (first < 0) return { text, map: null, again: false, disguised: NONE };
  const out: string[] = [];
  const map = new SourceMap();
  const disguised: number[] = [];
  let length = 0;
  let copied = 0;
  let runStart = 0;
  let runLetters = 0;
  let runEnd = -1;
  let changed = false;
  let again = false;
  const closeRun = (): void => {
    if (runLetters >= RUN) disguised.push(runStart, length);
    runLetters = 0;
  };
  for (let i = first; i >= 0; i = next.from(Math.max(copied, i + 1))) {
    const found = decodeAt(text, i, text.charCodeAt(i));
    if (found === null) continue;
    changed = true;
    if (i > copied) {
      map.add(length, copied, -1);
      out.push(text.slice(copied, i));
    }
    if (runEnd !== i) closeRun();
    length += i - copied;
    if (runLetters === 0) runStart = length;
    map.add(length, i, found.end);
    out.push(found.text);
    length += found.text.length;
    if (isPlain(found.text)) runLetters++;
    else if (AGAIN.has(found.text)) again = true;
    copied = runEnd = found.end;
  }
  if (!changed) return { text, map: null, again: false, disguised: NONE };
  closeRun();
  map.add(length, copied, -1);
  out.push(text.slice(copied));
  return { text: out.join(""), map, again, disguised };
}

/** Texts up to here are looked at unit by unit, which costs less than seven searches. */
const SHORT = 128;
const NONE: readonly number[] = [];

/** The next place where one of the marks stands, found by the engine's own search in all but short texts. */
class NextMark {
  readonly #text: string;
  readonly #near: number;
  readonly #places: number[] | null;

  constructor(text: string) {
    this.#text = text;
    const short = text.length <= SHORT;
    this.#near = short ? SHORT : NEAR;
    this.#places = short ? null : MARKS.map((mark) => text.indexOf(mark));
  }

  /** The first place of all, or -1. */
  first(): number {
    return this.#places === null ? this.from(0) : this.#least();
  }

  #least(): number {
    let least = -1;
    for (const place of this.#places!) {
      if (place >= 0 && (least < 0 || place < least)) least = place;
    }
    return least;
  }

  #isMark(at: number, c: number): boolean {
    if (c === 0x5c) return "uxU".includes(this.#text[at + 1] ?? " ");
    return c !== 0x3c || this.#text.startsWith("<!--", at);
  }

  /** The first place at or behind a position, or -1. */
  from(position: number): number {
    // Where marks stand close together a search for each costs more than a look at a few units.
    const stop = Math.min(position + this.#near, this.#text.length);
    for (let i = position; i < stop; i++) {
      const c = this.#text.charCodeAt(i);
      if (c < 128 && FIRSTS[c] === 1 && this.#isMark(i, c)) return i;
    }
    const places = this.#places;
    if (places === null) return -1;
    for (let k = 0; k < MARKS.length; k++) {
      const place = places[k]!;
      if (place >= 0 && place < stop) places[k] = this.#text.indexOf(MARKS[k]!, stop);
    }
    return this.#least();
  }
}

/** Units that are looked at before the next mark is searched for. */
const NEAR = 24;
/** What marks begin with. */
const FIRSTS = new Uint8Array(128);
for (const mark of MARKS) FIRSTS[mark.charCodeAt(0)] = 1;

function isPlain(text: string): boolean {
  const c = text.charCodeAt(0) | 32;
  return text.length === 1 && c >= 97 && c <= 122;
}

function decodeAt(text: string, at: number, c: number): { text: string; end: number } | null {
  if (c === 0x3c) return comment(text, at);
  const after = text.charCodeAt(at + 1);
  if (c === 0x25 && hexDigit(after) < 0 && after !== 0x75) return null;
  if (c === 0x26) return after === 0x23 ? numbered(text, at) : named(text, at);
  if (c === 0x5c) return escaped(text, at, after);
  if (c === 0x25 && after !== 0x75) {
    // By far the most of them.
    const low = hexDigit(text.charCodeAt(at + 2));
    if (low < 0) return null;
    return percent(text, at, hexDigit(after) * 16 + low, at + 3);
  }
  if (c === 0x25) return hexCode(text, at + 2, 4, 4, at + 6);
  ANSI.lastIndex = at;
  const found = ANSI.exec(text);
  return found === null ? null : { text: "", end: at + found[0].length };
}

/** `&#105;` or `&#x69;`, also without the semicolon. */
function numbered(text: string, at: number): { text: string; end: number } | null {
  const mark = text.charCodeAt(at + 2) | 32;
  if (mark === 0x78) {
    const end = hexEnd(text, at + 3, 6);
    return hexCode(text, at + 3, 1, 6, text.charCodeAt(end) === 0x3b ? end + 1 : end);
  }
  let code = 0;
  let end = at + 2;
  for (; end < at + 9; end++) {
    const digit = text.charCodeAt(end) - 0x30;
    if (!(digit >= 0 && digit < 10)) break;
    code = code * 10 + digit;
  }
  if (end === at + 2) return null;
  return fromCode(code, text.charCodeAt(end) === 0x3b ? end + 1 : end);
}

/** `&amp;` */
function named(text: string, at: number): { text: string; end: number } | null {
  let end = at + 1;
  while (end < at + 9 && isLetter(text.charCodeAt(end))) end++;
  if (end < at + 3 || text.charCodeAt(end) !== 0x3b) return null;
  const name = text.slice(at + 1, end);
  return Object.hasOwn(NAMED, name) ? { text: NAMED[name]!, end: end + 1 } : null;
}

/** `\u{69}`, `\u0069`, `\x69` or `\U00000069`. */
function escaped(text: string, at: number, letter: number): { text: string; end: number } | null {
  if (letter === 0x55) return hexCode(text, at + 2, 8, 8, at + 10);
  if ((letter | 32) === 0x78) return hexCode(text, at + 2, 2, 2, at + 4);
  if (text.charCodeAt(at + 2) !== 0x7b) return hexCode(text, at + 2, 4, 4, at + 6);
  const end = hexEnd(text, at + 3, 6);
  return text.charCodeAt(end) === 0x7d ? hexCode(text, at + 3, 1, 6, end + 1) : null;
}

/** The character of a number in hex digits, of which there are `least` to `most`. */
function hexCode(
  text: string,
  from: number,
  least: number,
  most: number,
  end: number,
): { text: string; end: number } | null {
  const stop = hexEnd(text, from, most);
  if (stop - from < least) return null;
  let code = 0;
  for (let i = from; i < stop; i++) code = code * 16 + hexDigit(text.charCodeAt(i));
  return fromCode(code, end);
}

function hexEnd(text: string, from: number, most: number): number {
  let i = from;
  while (i < from + most && hexDigit(text.charCodeAt(i)) >= 0) i++;
  return i;
}

function isLetter(c: number): boolean {
  const lower = c | 32;
  return lower >= 97 && lower <= 122;
}

function fromCode(code: number, end: number): { text: string; end: number } | null {
  return code > 0 && code <= 0x10ffff ? { text: String.fromCodePoint(code), end } : null;
}

/** One byte, or the bytes of one UTF-8 sequence. */
function percent(
  text: string,
  at: number,
  byte: number,
  end: number,
): { text: string; end: number } {
  const more = byte < 0xc2 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf5 ? 3 : 0;
  let code = more === 0 ? byte : byte & (0x3f >> more);
  for (let k = 1; k <= more; k++) {
    const from = at + 3 * k;
    const [high, low] = [hexDigit(text.charCodeAt(from + 1)), hexDigit(text.charCodeAt(from + 2))];
    const value = text.charCodeAt(from) !== 0x25 || high < 0 || low < 0 ? 0 : high * 16 + low;
    if (value < 0x80 || value > 0xbf) return { text: String.fromCharCode(byte), end };
    code = (code << 6) | (value & 0x3f);
  }
  if (code > 0x10ffff) return { text: String.fromCharCode(byte), end };
  return { text: String.fromCodePoint(code), end: at + 3 * (more + 1) };
}

/** A short or empty comment between two letters splits a word for the eye of a program only. */
function comment(text: string, at: number): { text: string; end: number } | null {
  if (!text.startsWith("<!--", at) || !isPlain(text[at - 1] ?? " ")) return null;
  const close = text.slice(at + 4, at + 40).indexOf("-->");
  if (close < 0) return null;
  const end = at + 4 + close + 3;
  return isPlain(text[end] ?? " ") ? { text: "", end } : null;
}
