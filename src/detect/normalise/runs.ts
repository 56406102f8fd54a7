// Runs of a text that may hold another text: base64 (RFC 4648, both alphabets, also in lines or groups), hex digits,
// values written in groups, and ASCII in invisible characters. For values; the words of sentences are read elsewhere.

import { hexDigit } from "./decode.ts";
import { textOf, UnitBuffer } from "./units.ts";

/** A text that was found in another. */
export interface Inner {
  /** How it was written. */
  readonly kind: "base64" | "hex" | "groups" | "hidden";
  /** What it says. */
  readonly text: string;
  /** Where its run begins. */
  readonly start: number;
  /** One past its run. */
  readonly end: number;
}

/** What base64 is made of: one more than the digit's value. */
const DIGITS = new Uint8Array(1 << 16);
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".split("").forEach((c, i) => {
  DIGITS[c.charCodeAt(0)] = i + 1;
});
DIGITS[0x2d] = 63;
DIGITS[0x5f] = 64;

/** The shortest encoded value: nine bytes. */
export const SHORTEST_RUN = 12;
/** The fewest units that a line of wrapped base64 has, but for the last. */
const LINE = 16;
/** The longest group, and the fewest groups by their length. */
const GROUP = 8;
const GROUPS = [0, 8, 6, 5, 4, 4, 3, 3, 3];
/** Fewest invisible characters that are read as text. */
const HIDDEN = 6;
/** The most places in one run at which an encoding may begin. */
const MOST_STARTS = 8;

/**
 * Finds what is written in another way inside a text.
 *
 * @param text Any text; time is linear in its length, and what is found is together not longer than twice that.
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
    if (end - start >= SHORTEST_RUN) floor = long(text, units, start, end, found);
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
  const inner = decoded(value, 0, value.length);
  if (inner !== null) found.push({ ...inner, start, end: paddedEnd(text, end) });
  // Words of one length in a row are no value.
  if (/[0-9A-Z]/.test(value)) found.push({ kind: "groups", text: value, start, end });
}

/** A run that is too long for a word: what is encoded in it, and where it ends. */
function long(
  text: string,
  units: Uint16Array,
  from: number,
  to: number,
  found: Inner[],
): number {
  let at = from;
  for (let tries = 0; tries < MOST_STARTS && to - at >= SHORTEST_RUN; tries++) {
    if (beginsText(text, at) || beginsHex(text, at)) {
      const end = wrappedEnd(text, at, to);
      const inner = decoded(text, at, end);
      if (inner !== null) {
        found.push(inner);
        return end;
      }
    }
    // `path/QUtJ...`: it may begin behind a sign that is a digit, too.
    while (at < to && DIGITS[units[at]!]! < 63) at++;
    at++;
  }
  return to;
}

/** Whether eight digits of base64 are six bytes of text: few other runs begin so. */
function beginsText(text: string, at: number): boolean {
  for (let i = at; i < at + 8; i += 4) {
    const bits = (DIGITS[text.charCodeAt(i)]! - 1) << 18 |
      (DIGITS[text.charCodeAt(i + 1)]! - 1) << 12 |
      (DIGITS[text.charCodeAt(i + 2)]! - 1) << 6 | (DIGITS[text.charCodeAt(i + 3)]! - 1);
    if (!isText(bits >> 16 & 255) || !isText(bits >> 8 & 255) || !isText(bits & 255)) return false;
  }
  return true;
}

/** Whether twelve hex digits are six bytes of text. */
function beginsHex(text: string, at: number): boolean {
  for (let i = at; i < at + 12; i += 2) {
    const [high, low] = [hexDigit(text.charCodeAt(i)), hexDigit(text.charCodeAt(i + 1))];
    if (high < 0 || low < 0 || !isText(high * 16 + low)) return false;
  }
  return true;
}

function isText(byte: number): boolean {
  return (byte > 0x1f && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13;
}

function runEnd(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 127 || DIGITS[c] === 0) break;
  }
  return i;
}

/** Where a run ends that goes on in the next lines: each line but the last holds nothing else to its end. */
function wrappedEnd(text: string, start: number, end: number): number {
  let to = end;
  let from = start;
  while (to - from >= LINE) {
    let next = to;
    if (text.charCodeAt(next) === 0x0d) next++;
    if (text.charCodeAt(next) !== 0x0a) break;
    next++;
    while (text.charCodeAt(next) === 0x20 && next - to < 12) next++;
    const stop = runEnd(text, next);
    // A shorter line is the last one.
    if (stop - next < 2 || stop - next > to - from) break;
    [from, to] = [next, stop];
  }
  return to;
}

/** What a run holds, or null. */
function decoded(text: string, start: number, end: number): Inner | null {
  if (beginsHex(text, start)) {
    const inner = fromHex(text, start, end);
    if (inner !== null) return { kind: "hex", text: inner, start, end };
  }
  if (!beginsText(text, start)) return null;
  const inner = fromBase64(text, start, end);
  if (inner === null) return null;
  return { kind: "base64", text: inner, start, end: paddedEnd(text, end) };
}

/** Padding belongs to what is replaced. */
function paddedEnd(text: string, end: number): number {
  let stop = end;
  while (stop < end + 2 && text.charCodeAt(stop) === 0x3d) stop++;
  return stop;
}

/** Hex digits as text; line ends and spaces between them are skipped. */
function fromHex(text: string, start: number, end: number): string | null {
  let out = "";
  let high = -1;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x0d || c === 0x0a || c === 0x20) continue;
    const digit = hexDigit(c);
    if (digit < 0) return null;
    if (high < 0) high = digit;
    else {
      const byte = high * 16 + digit;
      if (!isText(byte)) return null;
      out += String.fromCharCode(byte);
      high = -1;
    }
  }
  return out;
}

/**
 * Base64 as bytes, one unit each, where nine in ten of the first are printable ASCII: values are. Line ends and spaces
 * are skipped, and so is a last digit that makes no byte.
 */
function fromBase64(text: string, start: number, end: number): string | null {
  const out = new Uint16Array((end - start) * 3 >> 2);
  let length = 0;
  let printable = 0;
  let bits = 0;
  let held = 0;
  for (let i = start; i < end; i++) {
    const digit = DIGITS[text.charCodeAt(i)]!;
    if (digit === 0) continue;
    bits = bits << 6 | digit - 1;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const byte = bits >> held & 255;
    bits &= (1 << held) - 1;
    if (length < 512 && isText(byte)) printable++;
    out[length++] = byte;
  }
  return printable * 10 >= Math.min(length, 512) * 9 ? textOf(out, length) : null;
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
