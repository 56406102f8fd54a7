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
  const hidden = hiddenText(text);
  if (runs.length === 0) return hidden === null ? NONE : [hidden];
  const found = new Found(text);
  let floor = 0;
  for (let k = 0; k < runs.length; k += 2) {
    const start = runs[k]!;
    const end = runs[k + 1]!;
    if (end < 0) floor = row(start, -end, floor, found);
    else if (end - Math.max(start, floor) >= SHORTEST_RUN) {
      floor = long(found.units, found.length, Math.max(start, floor), end, found, null);
    }
  }
  const { base64, hex, groups } = found.all;
  return [base64?.inner(), hex?.inner(), hidden, groups?.inner()].filter((inner) =>
    inner !== null && inner !== undefined
  );
}

const NONE: Inner[] = [];

/** The units that are looked at, and what is found in them by kind; most texts hold nothing of any. */
class Found {
  readonly units: Uint16Array;
  readonly length: number;
  readonly all: Partial<Record<InnerKind, Gathered>> = {};

  constructor(text: string) {
    this.units = UNITS.of(text);
    this.length = text.length;
  }

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
function row(from: number, first: number, floor: number, found: Found): number {
  const { units } = found;
  const size = first - from;
  let start = from;
  // The first group may have been the last and shorter one of the row before.
  while (start < floor && units[start + size] === 0x20) start += size + 1;
  if (start < floor || !isGroup(units, start, size)) return floor;
  let end = start + size;
  while (units[end] === 0x20 && isGroup(units, end + 1, size)) end += size + 1;
  // The last group may be shorter.
  if (units[end] === 0x20 && DIGITS[units[end + 1]!] !== 0) {
    let stop = end + 2;
    while (DIGITS[units[stop]!] !== 0) stop++;
    if (stop - end - 1 < size) end = stop;
  }
  grouped(start, end, found);
  return end;
}

/** Whether a word of exactly this length stands here; a line end stands behind the last unit. */
function isGroup(units: Uint16Array, at: number, size: number): boolean {
  const after = at + size;
  for (let i = at; i < after; i++) if (DIGITS[units[i]!] === 0) return false;
  return DIGITS[units[after]!] === 0;
}

/** A row of groups as one value: it may itself be encoded. */
function grouped(start: number, end: number, found: Found): void {
  const { units, length } = found;
  const groups = found.of("groups");
  groups.begin();
  const { sink } = groups;
  const out = sink.room(end - start);
  const from = sink.length;
  let to = from;
  // Words of one length in a row are no value: of those one has a digit or a capital.
  let telling = false;
  for (let i = start; i < end; i++) {
    const c = units[i]!;
    if (c === 0x20) continue;
    out[to++] = c;
    if (c < 0x5b && c > 0x2f) telling = true;
  }
  sink.wrote(to - from);
  if (to - from >= SHORTEST_RUN) {
    long(out, to, from, to, found, { start, end: paddedEnd(units, end, length) });
    if (telling) return groups.keep(start, end);
  }
  groups.drop();
}

/**
 * A run that is too long for a word: what is encoded in it, and where it ends.
 *
 * @param units The units that it stands in.
 * @param limit How many there are.
 * @param from Its first digit.
 * @param to One past its last digit.
 * @param found Takes what it says.
 * @param place Where it is said to stand, if not where it does.
 */
function long(
  units: Uint16Array,
  limit: number,
  from: number,
  to: number,
  found: Found,
  place: Place | null,
): number {
  let at = from;
  while (to - at >= SHORTEST_RUN) {
    let end = -1;
    if (beginsHex(units, at)) {
      end = hexAt(units, limit, at, found.of("hex"));
      found.of("hex").keep(place?.start ?? at, place?.end ?? end);
    } else if (beginsText(units, at)) {
      end = base64At(units, limit, at, to, found.of("base64"));
      if (end > 0) found.of("base64").keep(place?.start ?? at, place?.end ?? end);
    }
    if (end >= to) return end;
    if (end > 0) {
      at = end;
      continue;
    }
    // `path/QUtJ...`: it may begin behind a sign that is a digit, too.
    while (at < to && DIGITS[units[at]!]! < 63) at++;
    at++;
  }
  return to;
}

const INVISIBLE = /\udb40|[\ufe00-\ufe0f]{6}/;

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
