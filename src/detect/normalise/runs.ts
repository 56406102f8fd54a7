// Runs of a text that may hold another text: base64 (RFC 4648, both alphabets, also in lines or groups), hex digits,
// values written in groups, and ASCII in invisible characters. For values; the words of sentences are read elsewhere.

import {
  base64At,
  beginsHex,
  beginsText,
  DIGITS,
  hexAt,
  type Inner,
  paddedEnd,
} from "./encodings.ts";
import { type Outline, SHORTEST_RUN } from "../outline.ts";
import { textOf, UnitBuffer } from "./units.ts";

/** Fewest invisible characters that are read as text. */
const HIDDEN = 6;

/**
 * Finds what is written in another way inside a text.
 *
 * @param text Any text; time is linear in its length, and what is found is together a few times as long at most.
 * @param runs Its runs, see {@link Outline}.
 * @returns What was found and is readable.
 */
export function innerTexts(text: string, runs: Outline["runs"] | readonly number[]): Inner[] {
  const found: Inner[] = [];
  let floor = 0;
  for (let k = 0; k < runs.length; k += 2) {
    const start = runs[k]!;
    const end = runs[k + 1]!;
    if (end < 0) floor = row(text, start, -end, floor, found);
    else if (end - Math.max(start, floor) >= SHORTEST_RUN) {
      floor = long(text, Math.max(start, floor), end, found);
    }
  }
  for (const inner of hiddenTexts(text)) found.push(inner);
  return found;
}

/**
 * Finds ASCII in invisible characters alone.
 *
 * @param text Any text; time is linear in its length.
 * @returns What was found.
 */
export function hiddenTexts(text: string): Inner[] {
  return INVISIBLE.test(text) ? hidden(text) : [];
}

const BUFFER = new UnitBuffer();

/** A row of groups of one length, of which the first is given, and where it ends; what lies before `floor` is taken. */
function row(text: string, from: number, first: number, floor: number, found: Inner[]): number {
  const size = first - from;
  let start = from;
  // The first group may have been the last and shorter one of the row before.
  while (start < floor && text.charCodeAt(start + size) === 0x20) start += size + 1;
  if (start < floor || !isGroup(text, start, size)) return floor;
  let end = start + size;
  while (text.charCodeAt(end) === 0x20 && isGroup(text, end + 1, size)) end += size + 1;
  // The last group may be shorter.
  if (text.charCodeAt(end) === 0x20 && isDigit(text, end + 1)) {
    let stop = end + 2;
    while (isDigit(text, stop)) stop++;
    if (stop - end - 1 < size) end = stop;
  }
  grouped(text, start, end, found);
  return end;
}

/** Whether a word of exactly this length stands here; a longer text than that is. */
function isGroup(text: string, at: number, size: number): boolean {
  const after = at + size;
  for (let i = at; i < after; i++) if (!isDigit(text, i)) return false;
  return !isDigit(text, after);
}

function isDigit(text: string, at: number): boolean {
  return at < text.length && DIGITS[text.charCodeAt(at)] !== 0;
}

const INVISIBLE = /\udb40|[\ufe00-\ufe0f]{6}/;

/** A row of groups as one value: it may itself be encoded. */
function grouped(text: string, start: number, end: number, found: Inner[]): void {
  const value = text.slice(start, end).replaceAll(" ", "");
  if (value.length < SHORTEST_RUN) return;
  const inner: Inner[] = [];
  long(value, 0, value.length, inner);
  for (const one of inner) found.push({ ...one, start, end: paddedEnd(text, end) });
  // Words of one length in a row are no value.
  if (/[0-9A-Z]/.test(value)) found.push({ kind: "groups", text: value, start, end });
}

/** A run that is too long for a word: what is encoded in it, and where it ends. */
function long(text: string, from: number, to: number, found: Inner[]): number {
  let at = from;
  while (to - at >= SHORTEST_RUN) {
    const inner = beginsHex(text, at)
      ? hexAt(text, at)
      : beginsText(text, at)
      ? base64At(text, at, to)
      : null;
    if (inner !== null) {
      found.push(inner);
      if (inner.end >= to) return inner.end;
      at = inner.end;
      continue;
    }
    // `path/QUtJ...`: it may begin behind a sign that is a digit, too.
    while (at < to && DIGITS[text.charCodeAt(at)]! < 63) at++;
    at++;
  }
  return to;
}

/** ASCII in tag characters (U+E0020 to U+E007E) and bytes in variation selectors. */
function hidden(text: string): Inner[] {
  const found: Inner[] = [];
  const units = BUFFER.of(text);
  const said = new Uint16Array(text.length);
  let length = 0;
  let start = 0;
  let end = -1;
  const close = (): void => {
    if (length >= HIDDEN) found.push({ kind: "hidden", text: textOf(said, length), start, end });
    length = 0;
  };
  for (let i = 0; i < text.length; i++) {
    const unit = units[i]!;
    let c = unit - 0xfe00;
    let next = i + 1;
    if (unit === 0xdb40) {
      const low = units[next]!;
      if (low < 0xdc00 || low > 0xdfff) continue;
      next++;
      c = low < 0xdd00 ? low - 0xdc00 : low - 0xdd00 + 16;
    } else if (unit < 0xfe00 || unit > 0xfe0f) continue;
    if (c >= 0x20 && c <= 0x7e) {
      if (i - end > 8) close();
      if (length === 0) start = i;
      said[length++] = c;
      end = next;
    }
    i = next - 1;
  }
  close();
  return found;
}
