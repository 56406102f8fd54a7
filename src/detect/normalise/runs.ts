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
import { textOf, UnitBuffer } from "./units.ts";

/** The shortest encoded value: nine bytes. */
export const SHORTEST_RUN = 12;
/** The longest group, and the fewest groups by their length. */
const GROUP = 8;
const GROUPS = [0, 8, 6, 5, 4, 4, 3, 3, 3];
/** Fewest invisible characters that are read as text. */
const HIDDEN = 6;

/**
 * Finds what is written in another way inside a text.
 *
 * @param text Any text; time is linear in its length, and what is found is together a few times as long at most.
 * @returns What was found and is readable.
 */
export function innerTexts(text: string): Inner[] {
  const found: Inner[] = [];
  const units = BUFFER.of(text);
  const length = text.length;
  // A run of twelve covers every twelfth place, so that most characters are never looked at; a row of groups does, too.
  for (let floor = 0; floor + SHORTEST_RUN <= length;) {
    let probe = floor + SHORTEST_RUN - 1;
    if (units[probe] === 0x20) probe--;
    if (DIGITS[units[probe]!] === 0) {
      floor = probe + 1;
      continue;
    }
    let start = probe;
    while (start > floor && DIGITS[units[start - 1]!] !== 0) start--;
    let end = probe + 1;
    while (DIGITS[units[end]!] !== 0) end++;
    if (end - start >= SHORTEST_RUN) floor = long(text, start, end, found);
    else if (end - start <= GROUP) floor = row(text, units, start, end, floor, found);
    else floor = end;
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

/** The text that is looked at. */
const BUFFER = new UnitBuffer();

/** A row of groups of one length around one of them, if there is one, and where it ends. */
function row(
  text: string,
  units: Uint16Array,
  from: number,
  to: number,
  floor: number,
  found: Inner[],
): number {
  const size = to - from;
  let start = from;
  let end = to;
  let count = 1;
  while (units[end] === 0x20 && isGroup(units, end + 1, size)) {
    end += size + 1;
    count++;
  }
  while (start - size > floor && units[start - 1] === 0x20) {
    if (!isGroup(units, start - size - 1, size)) break;
    start -= size + 1;
    count++;
  }
  if (count < GROUPS[size]!) return end;
  // The last group may be shorter.
  if (units[end] === 0x20 && DIGITS[units[end + 1]!] !== 0) {
    let stop = end + 2;
    while (DIGITS[units[stop]!] !== 0) stop++;
    if (stop - end - 1 < size) end = stop;
  }
  grouped(text, start, end, found);
  return end;
}

/** Whether a word of exactly this length stands here; a longer text than that is. */
function isGroup(units: Uint16Array, at: number, size: number): boolean {
  const after = at + size;
  if (after >= units.length || DIGITS[units[after]!] !== 0) return false;
  if (at > 0 && DIGITS[units[at - 1]!] !== 0) return false;
  for (let i = at; i < after; i++) if (DIGITS[units[i]!] === 0) return false;
  return true;
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
