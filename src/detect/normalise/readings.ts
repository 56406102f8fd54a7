// The other readings of a text, for detectors of values: with single characters undone and invisible ones left out, and
// with what is encoded in it decoded, in bounded layers. Clean text has none. Each leads back to the text that was given.

import { type InlineView, inlineView } from "./inline.ts";
import { plainView } from "./plain.ts";
import type { Inner, InnerKind } from "./gathered.ts";
import { type Outline, outlineOf } from "../outline.ts";
import { hiddenText, innerTexts } from "./runs.ts";
import { derivedRuns, sourceOutline } from "./moved.ts";
import { SourceMap } from "./source_map.ts";

/** Another reading of a text, or of the parts of it that differ. */
export interface Reading {
  /** What is read. */
  readonly text: string;
  /** What was seen of it. */
  readonly outline: Outline;
  /** `groups` joins what stood apart, e.g. numbers in a table: for values that are sure of themselves. */
  readonly kind: "plain" | InnerKind;
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

/** A text and its other readings, made when they are first asked for. Time and memory are linear in its length. */
export class Readings {
  /** The text itself. */
  readonly text: string;
  /** Whether its outline will be asked for. */
  readonly values: boolean;
  #outline: Outline | null = null;
  #all: readonly Reading[] | null = null;
  #view: InlineView | null = null;
  #hidden: boolean | null = null;

  /**
   * @param text Any text.
   * @param values Whether somebody will look for values in it: then who reads the view does well to tell what was seen.
   */
  constructor(text: string, values = false) {
    this.text = text;
    this.values = values;
  }

  /** What a first look at the text shows. */
  get outline(): Outline {
    return this.#outline ??= outlineOf(this.text);
  }

  /** Every reading; none where the text is clean. */
  get all(): readonly Reading[] {
    if (this.#all !== null) return this.#all;
    const { odd, inline, runs } = this.outline;
    if (odd.length === 0 && !inline && runs.length === 0) return NONE;
    const out: Reading[] = [];
    read(this.text, this.outline, this.view, (start, end) => ({ start, end }), LAYERS, out);
    return this.#all = out;
  }

  /** The same where somebody has looked already. */
  get seen(): Outline | null {
    return this.#outline;
  }

  /** Whether the text may hold what people do not see; null where nobody has looked. */
  get hidden(): boolean | null {
    return this.#outline === null ? this.#hidden : this.#outline.hidden.length > 0;
  }

  /** Takes the outline of the text itself from somebody who has looked at it with others. */
  know(outline: Outline): void {
    if (this.values) this.#outline = outline;
    else this.#hidden = outline.hidden.length > 0;
  }

  /** Takes that of the view from somebody who has looked at it for other things at the same time. */
  take(outline: Outline): void {
    const { map, text } = this.view;
    if (!this.values) {
      if (map === null) this.#hidden = outline.hidden.length > 0;
      return;
    }
    this.#outline ??= map === null ? outline : sourceOutline(this.text, text, map, outline);
  }

  /** The text with single characters undone, which readers of words want too. */
  get view(): InlineView {
    return this.#view ??= viewOf(this.text, this.#outline);
  }
}

const NONE: readonly Reading[] = [];

function viewOf(text: string, outline: Outline | null): InlineView {
  return outline?.inline === false
    ? { text, map: null, again: false, disguised: [] }
    : inlineView(text);
}

/** What was found in a text that was given; looked at when somebody wants to know. */
class Found implements Reading {
  readonly kind: Reading["kind"];
  readonly text: string;
  readonly locate: Locate;
  #outline: Outline | null = null;

  constructor(kind: Reading["kind"], text: string, locate: Locate) {
    this.kind = kind;
    this.text = text;
    this.locate = locate;
  }

  get outline(): Outline {
    return this.#outline ??= outlineOf(this.text);
  }
}

function read(
  text: string,
  outline: Outline,
  inline: InlineView,
  outer: Locate,
  layers: number,
  out: Reading[],
): void {
  const view = outline.odd.length === 0 && inline.map === null
    ? null
    : undone(text, outline, inline);
  let whole = text;
  let locate = outer;
  let changed: Reading | null = null;
  if (view !== null) {
    const { map } = view;
    whole = view.text;
    locate = (start, end) => {
      const from = map.find(start).start;
      return outer(from, Math.max(from, map.find(Math.max(start, end - 1)).end));
    };
    changed = changedParts(whole, map, locate);
    out.push(changed);
  }
  if (layers === 0) return;
  const add = ({ kind, text: inner, map }: Inner, around: Locate): void => {
    const found = new Found(
      kind,
      inner,
      (start, end) => around(map.find(start).start, map.find(Math.max(start, end - 1)).end),
    );
    out.push(found);
    // What was joined has been decoded with it.
    if (kind === "groups") return;
    const { outline, locate } = found;
    read(inner, outline, viewOf(inner, outline), locate, layers - 1, out);
  };
  let { runs } = outline;
  if (changed !== null && view !== null) {
    if (changed.text === whole) ({ runs } = changed.outline);
    // Where much has changed, a look at all of it costs less than one at each line.
    else if (2 * changed.text.length > whole.length) ({ runs } = outlineOf(whole));
    else runs = derivedRuns(runs, whole, view.map);
  }
  for (const inner of innerTexts(whole, runs)) add(inner, locate);
  // Invisible characters that carry a text are left out of the other reading.
  const hidden = whole === text || outline.odd.length === 0 ? null : hiddenText(text);
  if (hidden !== null) add(hidden, outer);
}

/** A text with everything undone that stands for single characters, or null where nothing does. */
function undone(
  text: string,
  outline: Outline,
  inline: InlineView,
): { text: string; map: SourceMap } | null {
  let now = text;
  let map: SourceMap | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    const view = round === 0 ? inline : inlineView(now);
    if (view.map === null) break;
    map = map === null ? view.map : map.under(view.map, view.text.length);
    now = view.text;
    if (!view.again) break;
  }
  const view = map === null ? plainView(now, outline.odd) : plainView(now);
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
    return new Found("plain", text, locate);
  }
  const parts: string[] = [];
  const places = new SourceMap();
  let length = 0;
  starts.forEach((start, i) => {
    places.add(length, start, -1);
    parts.push(text.slice(start, ends[i]), "\n");
    length += ends[i]! - start + 1;
  });
  return new Found("plain", parts.join(""), (start, end) => {
    const from = places.find(start).start;
    return locate(from, from + end - start);
  });
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
