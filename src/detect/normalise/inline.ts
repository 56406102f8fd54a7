// Undoes in place what stands for single characters: percent, HTML entities, \u and \x escapes, ANSI escapes,
// comments inside words. One pass; the texts that hold none of their marks are returned as they are.

import { EscapeReader } from "./escapes.ts";
import { SAME, SourceMap } from "./source_map.ts";
import { OutBuffer, textOf, UNITS } from "./units.ts";

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
/** What a decodable sequence begins with. */
const MARKS = ["%", "&", "\\u", "\\x", "\\U", "\u001b", "<!--"];
/** 1 for what marks begin with. */
const FIRSTS = new Uint8Array(1 << 16);
for (const mark of MARKS) FIRSTS[mark.charCodeAt(0)] = 1;
/** Units that are looked at before the next mark is searched for: what stands close is found so for less. */
const NEAR = 24;
/** Texts up to here are looked at unit by unit, which costs less than seven searches. */
const SHORT = 128;
/** Unchanged units that are copied one by one; more are cut out of the text. */
const COPIED = 48;
const NONE: readonly number[] = [];

const OUT = new OutBuffer();
const ESCAPES = new EscapeReader();

/**
 * Undoes single-character encodings.
 *
 * @param text Any text; time and memory are linear in its length.
 * @returns The view; `map` is null and `text` the same string when nothing had to be undone.
 */
export function inlineView(text: string): InlineView {
  if (text.length <= SHORT && isPlain(text)) {
    return { text, map: null, again: false, disguised: NONE };
  }
  const next = new NextMark(text);
  const first = next.from(0);
  if (first < 0) return { text, map: null, again: false, disguised: NONE };
  const units = UNITS.of(text);
  ESCAPES.begin(units, text.length);
  const out = OUT.of(text.length);
  const parts: string[] = [];
  const map = new SourceMap();
  const disguised: number[] = [];
  // Units that were written, and those of them that stand in `parts` already.
  let length = 0;
  let parted = 0;
  let copied = 0;
  let runStart = 0;
  let runLetters = 0;
  let runEnd = -1;
  let again = false;
  for (let i = first; i >= 0; i = next.from(Math.max(copied, i + 1))) {
    const end = ESCAPES.read(i);
    if (end < 0) continue;
    if (runEnd !== i) {
      if (runLetters >= RUN) disguised.push(runStart, length);
      runLetters = 0;
    }
    if (i > copied) {
      map.add(length, copied, SAME);
      if (i - copied <= COPIED) {
        for (let k = copied; k < i; k++) out[length++ - parted] = units[k]!;
      } else {
        if (length > parted) parts.push(textOf(out, length - parted));
        parts.push(text.slice(copied, i));
        parted = length += i - copied;
      }
    }
    if (runLetters === 0) runStart = length;
    map.add(length, i, end);
    const { code } = ESCAPES;
    if (code >= 0) {
      const lower = code | 32;
      if (lower >= 97 && lower <= 122) runLetters++;
      else if (FIRSTS[code & 0xffff] === 1 && code !== 0x1b && code < 128) again = true;
      if (code > 0xffff) out[length++ - parted] = 0xd7c0 + (code >> 10);
      out[length++ - parted] = code > 0xffff ? 0xdc00 + (code & 0x3ff) : code;
    }
    copied = runEnd = end;
  }
  if (runEnd < 0) return { text, map: null, again: false, disguised: NONE };
  if (runLetters >= RUN) disguised.push(runStart, length);
  map.add(length, copied, SAME);
  if (length > parted) parts.push(textOf(out, length - parted));
  parts.push(text.slice(copied));
  return { text: parts.join(""), map, again, disguised };
}

/**
 * Goes through what may stand for single characters.
 *
 * @param text Any text.
 * @param see Told where something may begin, and whether it does.
 */
export function eachMark(text: string, see: (at: number, undone: boolean) => void): void {
  const units = UNITS.of(text);
  ESCAPES.begin(units, text.length);
  for (let i = 0; i < text.length; i++) {
    if (FIRSTS[units[i]!] === 1) see(i, ESCAPES.read(i) >= 0);
  }
}

/** Whether nothing in a short text stands for a single character; whoever reads it next wants its units, too. */
function isPlain(text: string): boolean {
  const units = UNITS.of(text);
  let begun = false;
  for (let i = 0; i < text.length; i++) {
    if (FIRSTS[units[i]!] !== 1) continue;
    if (!begun) ESCAPES.begin(units, text.length);
    begun = true;
    if (ESCAPES.read(i) >= 0) return false;
  }
  return true;
}

/** The next place where one of the marks stands, found by the engine's own search in all but short texts. */
class NextMark {
  readonly #text: string;
  readonly #near: number;
  #places: number[] | null = null;

  constructor(text: string) {
    this.#text = text;
    this.#near = text.length <= SHORT ? SHORT : NEAR;
  }

  /** The first place at or behind a position, or -1. */
  from(position: number): number {
    const text = this.#text;
    const stop = Math.min(position + this.#near, text.length);
    for (let i = position; i < stop; i++) {
      const c = text.charCodeAt(i);
      if (FIRSTS[c] === 1 && this.#isMark(i, c)) return i;
    }
    if (stop === text.length) return -1;
    const places = this.#places ??= MARKS.map((mark) => text.indexOf(mark, stop));
    let least = -1;
    for (let k = 0; k < MARKS.length; k++) {
      let place = places[k]!;
      if (place >= 0 && place < stop) places[k] = place = text.indexOf(MARKS[k]!, stop);
      if (place >= 0 && (least < 0 || place < least)) least = place;
    }
    return least;
  }

  #isMark(at: number, c: number): boolean {
    if (c === 0x5c) {
      const after = this.#text.charCodeAt(at + 1);
      return after === 0x75 || after === 0x78 || after === 0x55;
    }
    return c !== 0x3c || this.#text.startsWith("<!--", at);
  }
}
