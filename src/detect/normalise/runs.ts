// Runs of a text that may hold another text: base64 (RFC 4648, both alphabets, also in lines or groups), hex digits,
// values written in groups, and ASCII in invisible characters. For values; the words of sentences are read elsewhere.

import { SHORTEST_RUN } from "../outline.ts";
import { base64At, beginsHex, beginsText, DIGITS, hexAt, paddedEnd } from "./encodings.ts";
import { Gathered, type Inner, type InnerKind } from "./gathered.ts";
import { UNITS } from "./units.ts";

/** Fewest invisible characters that are read as text. */
const HIDDEN = 6;

/**
 * Finds what is written in another way inside a text.
 *
 * @param text Any text; time is linear in its length, and what is found is together a few times as long at most.
 * @param runs Its runs, see `Outline`.
 * @returns What was found and is readable, each kind as one text.
 */
export function innerTexts(text: string, runs: readonly number[]): Inner[] {
  const found = new Found();
  let floor = 0;
  for (let k = 0; k < runs.length; k += 2) {
    const start = runs[k]!;
    const end = runs[k + 1]!;
    if (end < 0) floor = row(text, start, -end, floor, found);
    else if (end - Math.max(start, floor) >= SHORTEST_RUN) {
      floor = long(text, Math.max(start, floor), end, found, null);
    }
  }
  const { base64, hex, groups } = found.all;
  return [base64?.inner(), hex?.inner(), hiddenText(text), groups?.inner()].filter((inner) =>
    inner !== null && inner !== undefined
  );
}

/** What is found by kind; most texts hold nothing of any. */
class Found {
  readonly all: Partial<Record<InnerKind, Gathered>> = {};

  /** Takes what is written in one way. */
  of(kind: InnerKind): Gathered {
    return this.all[kind] ??= new Gathered(kind);
  }
}

/** Where a row of groups stands in its text. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds ASCII in invisible characters alone.
 *
 * @param text Any text; time is linear in its length.
 * @returns What was found, or null.
 */
export function hiddenText(text: string): Inner | null {
  return INVISIBLE.test(text) ? hidden(text) : null;
}

/** A row of groups of one length, of which the first is given, and where it ends; what lies before `floor` is taken. */
function row(text: string, from: number, first: number, floor: number, found: Found): number {
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
function grouped(text: string, start: number, end: number, found: Found): void {
  const value = text.slice(start, end).replaceAll(" ", "");
  if (value.length < SHORTEST_RUN) return;
  long(value, 0, value.length, found, { start, end: paddedEnd(text, end) });
  // Words of one length in a row are no value.
  if (!/[0-9A-Z]/.test(value)) return;
  const groups = found.of("groups");
  groups.begin();
  for (let i = 0; i < value.length; i++) groups.sink.unit(value.charCodeAt(i));
  groups.keep(start, end);
}

/**
 * A run that is too long for a word: what is encoded in it, and where it ends.
 *
 * @param text The text it stands in.
 * @param from Its first digit.
 * @param to One past its last digit.
 * @param found Takes what it says.
 * @param place Where it is said to stand, if not where it does.
 */
function long(text: string, from: number, to: number, found: Found, place: Place | null): number {
  let at = from;
  while (to - at >= SHORTEST_RUN) {
    let end = -1;
    if (beginsHex(text, at)) {
      const hex = found.of("hex");
      end = hexAt(text, at, hex);
      hex.keep(place?.start ?? at, place?.end ?? end);
    } else if (beginsText(text, at)) {
      const base64 = found.of("base64");
      end = base64At(text, at, to, base64);
      if (end > 0) base64.keep(place?.start ?? at, place?.end ?? end);
    }
    if (end >= to) return end;
    if (end > 0) {
      at = end;
      continue;
    }
    // `path/QUtJ...`: it may begin behind a sign that is a digit, too.
    while (at < to && DIGITS[text.charCodeAt(at)]! < 63) at++;
    at++;
  }
  return to;
}

/** ASCII in tag characters (U+E0020 to U+E007E) and bytes in variation selectors. */
function hidden(text: string): Inner | null {
  const said = new Gathered("hidden");
  const units = UNITS.of(text);
  let start = 0;
  let end = -1;
  said.begin();
  const close = (): void => {
    if (said.taken >= HIDDEN) said.keep(start, end);
    else said.drop();
    said.begin();
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
      if (said.taken === 0) start = i;
      said.sink.unit(c);
      end = next;
    }
    i = next - 1;
  }
  close();
  said.drop();
  return said.inner();
}
