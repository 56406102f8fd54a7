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
const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));?/y;
const PERCENT = /%u([0-9a-fA-F]{4})/y;
const ESCAPE =
  /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|[xX]([0-9a-fA-F]{2})|U([0-9a-fA-F]{8}))/y;
// deno-lint-ignore no-control-regex -- escapes of terminals begin with a control character
const ANSI = /\u001b(?:\[[0-9;?]{0,16}[A-Za-z]|\][0-9]{1,4};)/y;

/**
 * Undoes single-character encodings.
 *
 * @param text Any text; time and memory are linear in its length.
 * @returns The view; `map` is null and `text` the same string when nothing had to be undone.
 */
export function inlineView(text: string): InlineView {
  if (text.length < SHORT && !mayHoldMark(text)) {
    return { text, map: null, again: false, disguised: NONE };
  }
  const next = new NextMark(text);
  if (next.at < 0) return { text, map: null, again: false, disguised: NONE };
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
  for (let i = next.at; i >= 0; i = next.from(Math.max(copied, i + 1))) {
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

/** Texts below are looked at unit by unit first, which costs less than seven searches. */
const SHORT = 128;
const NONE: readonly number[] = [];

function mayHoldMark(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x25 || c === 0x26 || c === 0x5c || c === 0x1b || c === 0x3c) return true;
  }
  return false;
}

/** The next place where one of the marks stands, found by the engine's own search; marks that are absent cost nothing. */
class NextMark {
  readonly #text: string;
  readonly #marks: string[] = [];
  readonly #places: number[] = [];

  constructor(text: string) {
    this.#text = text;
    for (const mark of MARKS) {
      const place = text.indexOf(mark);
      if (place < 0) continue;
      this.#marks.push(mark);
      this.#places.push(place);
    }
  }

  /** The first place of all, or -1. */
  get at(): number {
    return this.from(0);
  }

  /** The first place at or behind a position, or -1. Positions must not go back. */
  from(position: number): number {
    let least = -1;
    for (let k = this.#marks.length - 1; k >= 0; k--) {
      let place = this.#places[k]!;
      if (place < position) {
        place = this.#text.indexOf(this.#marks[k]!, position);
        if (place < 0) {
          this.#marks.splice(k, 1);
          this.#places.splice(k, 1);
          continue;
        }
        this.#places[k] = place;
      }
      if (least < 0 || place < least) least = place;
    }
    return least;
  }
}

function isPlain(text: string): boolean {
  const c = text.charCodeAt(0) | 32;
  return text.length === 1 && c >= 97 && c <= 122;
}

function decodeAt(text: string, at: number, c: number): { text: string; end: number } | null {
  if (c === 0x3c) return comment(text, at);
  const after = text.charCodeAt(at + 1);
  if (c === 0x25 && hexDigit(after) < 0 && after !== 0x75) return null;
  if (c === 0x26 && after !== 0x23 && !endsSoon(text, at + 1)) return null;
  if (c === 0x25 && after !== 0x75) {
    // By far the most of them, and a pattern costs more.
    const low = hexDigit(text.charCodeAt(at + 2));
    if (low < 0) return null;
    return percent(text, at, hexDigit(after) * 16 + low, at + 3);
  }
  const pattern = c === 0x25 ? PERCENT : c === 0x26 ? ENTITY : c === 0x5c ? ESCAPE : ANSI;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (found === null) return null;
  const end = at + found[0].length;
  if (c === 0x1b) return { text: "", end };
  if (c === 0x26) {
    if (found[3] !== undefined) {
      const named = NAMED[found[3]];
      return named === undefined ? null : { text: named, end };
    }
    return fromCode(found[1] !== undefined ? Number(found[1]) : parseInt(found[2]!, 16), end);
  }
  if (c === 0x5c) return fromCode(parseInt(found[1] ?? found[2] ?? found[3] ?? found[4]!, 16), end);
  return fromCode(parseInt(found[1]!, 16), end);
}

function isLetter(c: number): boolean {
  const lower = c | 32;
  return lower >= 97 && lower <= 122;
}

/** Whether a name of an entity, with its semicolon, may stand here. */
function endsSoon(text: string, at: number): boolean {
  let i = at;
  while (i < at + 9 && isLetter(text.charCodeAt(i))) i++;
  return i > at + 1 && text.charCodeAt(i) === 0x3b;
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
