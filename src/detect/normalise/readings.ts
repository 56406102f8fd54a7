// The other readings of a text, for detectors of values: with single characters undone and invisible ones left out, and
// with what is encoded in it decoded, in bounded layers. Clean text has none. Each leads back to the text that was given.

import { type InlineView, inlineView } from "./inline.ts";
import { plainView } from "./plain.ts";
import type { Inner } from "./encodings.ts";
import { hiddenTexts, innerTexts, SHORTEST_RUN } from "./runs.ts";
import { SourceMap } from "./source_map.ts";

/** Another reading of a text, or of the parts of it that differ. */
export interface Reading {
  /** What is read. */
  readonly text: string;
  /** `groups` joins what stood apart, e.g. numbers in a table: for values that are sure of themselves. */
  readonly kind: "plain" | Inner["kind"];
  /** The units of the given text behind a stretch of it. */
  locate(start: number, end: number): { start: number; end: number };
}

/** Encodings inside encodings that are undone. */
const LAYERS = 3;
/** Rounds of undoing single characters: `%2541`. */
const ROUNDS = 3;
/** The longest word around a changed character that is read again as a whole, to each side. */
const WORD = 4096;
/** Longest private key that is read again as a whole: its first line alone says what the rest is. */
const KEY = 16_384;
/** Characters around it that may say what it is. */
const CONTEXT = 64;

type Locate = Reading["locate"];

/** The other readings of one text, made when they are first asked for. Time and memory are linear in its length. */
export class Readings {
  readonly #text: string;
  #all: readonly Reading[] | null = null;
  #view: InlineView | null = null;

  /** @param text Any text. */
  constructor(text: string) {
    this.#text = text;
  }

  /** Every reading; none where the text is clean. */
  get all(): readonly Reading[] {
    if (this.#all !== null) return this.#all;
    if (isShortWord(this.#text)) return this.#all = NONE;
    const out: Reading[] = [];
    read(this.#text, (start, end) => ({ start, end }), LAYERS, out, this.view);
    return this.#all = out;
  }

  /** The text with single characters undone, which readers of words want too. */
  get view(): InlineView {
    return this.#view ??= inlineView(this.#text);
  }
}

const NONE: readonly Reading[] = [];

/** Whether a text is too short to hold another and has no character that could be undone: names of members are. */
function isShortWord(text: string): boolean {
  if (text.length >= SHORTEST_RUN) return false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 0x7e || c < 0x20 || c === 0x25 || c === 0x26 || c === 0x5c || c === 0x3c) return false;
  }
  return true;
}

function read(
  text: string,
  outer: Locate,
  layers: number,
  out: Reading[],
  inline = inlineView(text),
): void {
  const view = undone(text, inline);
  let whole = text;
  let locate = outer;
  if (view !== null) {
    const { map } = view;
    whole = view.text;
    locate = (start, end) => {
      const from = map.find(start).start;
      return outer(from, Math.max(from, map.find(Math.max(start, end - 1)).end));
    };
    out.push(changedParts(whole, map, locate));
  }
  if (layers === 0) return;
  for (const { kind, text: inner, start, end } of innerTexts(whole)) {
    const all = locate(start, end);
    const covering: Locate = () => all;
    out.push({ kind, text: inner, locate: covering });
    // What was joined has been decoded with it.
    if (kind !== "groups") read(inner, covering, layers - 1, out);
  }
  // Invisible characters that carry a text are left out of the other reading.
  if (whole !== text) {
    for (const { kind, text: inner, start, end } of hiddenTexts(text)) {
      const all = outer(start, end);
      out.push({ kind, text: inner, locate: () => all });
      read(inner, () => all, layers - 1, out);
    }
  }
}

/** A text with everything undone that stands for single characters, or null where nothing does. */
function undone(text: string, inline: InlineView): { text: string; map: SourceMap } | null {
  let now = text;
  let map: SourceMap | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    const view = round === 0 ? inline : inlineView(now);
    if (view.map === null) break;
    map = map === null ? view.map : map.under(view.map, view.text.length);
    now = view.text;
    if (!view.again) break;
  }
  const view = plainView(now);
  if (view !== null) {
    map = map === null ? view.map : map.under(view.map, view.text.length);
    now = view.text;
  }
  return map === null ? null : { text: now, map };
}

/** The words around changed characters, with what stands before and behind them. */
function changedParts(text: string, map: SourceMap, locate: Locate): Reading {
  const starts: number[] = [];
  const ends: number[] = [];
  let last = -1;
  let looked = 0;
  map.eachChange(text.length, (at, to) => {
    if (to <= last) return;
    const start = Math.max(leftOf(text, at, last), last);
    let stop = rightOf(text, to);
    const key = text.slice(start, stop).indexOf("-----BEGIN ");
    if (key >= 0 && start + key >= looked) {
      // Where no end follows, none is looked for again in the same stretch.
      looked = start + key + KEY;
      const end = text.slice(start + key, looked).indexOf("-----END");
      if (end >= 0) stop = Math.max(stop, Math.min(text.length, start + key + end + 2 * CONTEXT));
    }
    if (start <= last && ends.length > 0) ends[ends.length - 1] = stop;
    else {
      starts.push(start);
      ends.push(stop);
    }
    last = stop;
  });
  if (starts.length === 1 && starts[0] === 0 && ends[0] === text.length) {
    return { kind: "plain", text, locate };
  }
  const parts: string[] = [];
  const places = new SourceMap();
  let length = 0;
  starts.forEach((start, i) => {
    places.add(length, start, -1);
    parts.push(text.slice(start, ends[i]), "\n");
    length += ends[i]! - start + 1;
  });
  return {
    kind: "plain",
    text: parts.join(""),
    locate: (start, end) => {
      const from = places.find(start).start;
      return locate(from, from + end - start);
    },
  };
}

function leftOf(text: string, at: number, least: number): number {
  const word = Math.max(0, least, at - WORD);
  let i = at;
  while (i > word && !isSpace(text.charCodeAt(i - 1))) i--;
  const context = Math.max(0, least, i - CONTEXT);
  let start = i;
  while (start > context && text.charCodeAt(start - 1) !== 0x0a) start--;
  // Half a word says something else than the whole.
  while (start > 0 && start < i && !isSpace(text.charCodeAt(start - 1))) start++;
  return start;
}

function rightOf(text: string, at: number): number {
  const stop = Math.min(text.length, at + WORD);
  let i = at;
  while (i < stop && !isSpace(text.charCodeAt(i))) i++;
  // A value behind the word goes with it.
  i = Math.min(text.length, i + CONTEXT);
  while (i < stop && !isSpace(text.charCodeAt(i))) i++;
  return i;
}

function isSpace(c: number): boolean {
  return c === 0x20 || (c >= 0x09 && c <= 0x0d);
}
