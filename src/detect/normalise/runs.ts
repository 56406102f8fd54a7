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

/** Whether eight digits of base64 are six bytes of text, ASCII or UTF-8: few other runs begin so. */
function beginsText(text: string, at: number): boolean {
  let more = 0;
  for (let i = at; i < at + 8; i += 4) {
    const bits = (DIGITS[text.charCodeAt(i)]! - 1) << 18 |
      (DIGITS[text.charCodeAt(i + 1)]! - 1) << 12 |
      (DIGITS[text.charCodeAt(i + 2)]! - 1) << 6 | (DIGITS[text.charCodeAt(i + 3)]! - 1);
    for (let shift = 16; shift >= 0; shift -= 8) {
      const byte = bits >> shift & 255;
      if (more > 0) {
        if ((byte & 0xc0) !== 0x80) return false;
        more--;
      } else if (byte > 0xc1 && byte < 0xf5) more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      else if (!isText(byte)) return false;
    }
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

/**
 * Where a run ends that goes on in the next lines: each line but the last holds nothing else to its end, and whole
 * bytes only, or lines of their own would be read as one.
 */
function wrappedEnd(text: string, start: number, end: number, most = Infinity): number {
  let to = end;
  let from = start;
  while (to - from >= LINE && (to - from) % 4 === 0 && to - start < most) {
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

/** A text in base64, in one line or several. What its beginning shows is believed of the rest. */
function base64At(text: string, start: number, to: number): Inner | null {
  const seen = Math.min(wrappedEnd(text, start, to, BEGINNING), start + BEGINNING);
  const wrapped = isReadable(bytesOf(text, start, seen));
  if (!wrapped && !isReadable(bytesOf(text, start, Math.min(to, seen)))) return null;
  const end = wrapped ? wrappedEnd(text, start, to) : to;
<<<<<<< HEAD
  const readings = [bytesOf(text, start, end)];
  // Signs that are digits may part values, of which a later one begins at any digit of four.
  if (SIGN.test(text.slice(start, end))) {
    for (let shift = 1; shift < 4; shift++) readings.push(bytesOf(text, start + shift, end));
  }
  return { kind: "base64", text: readings.join("\n"), start, end: paddedEnd(text, end) };
=======
  return { kind: "base64", text: bytesOf(text, start, end), start, end: paddedEnd(text, end) };
>>>>>>> speed
}

const SIGN = /[-_+/]/;

/** Units of an encoding that show whether it is one of text. */
const BEGINNING = 160;

function bytesOf(text: string, start: number, end: number): string {
  let plain = text.slice(start, end);
  // Most runs are one line of the first alphabet.
  if (plain.includes("\n")) plain = plain.replace(/[\r\n ]/g, "");
  if (plain.includes("-")) plain = plain.replaceAll("-", "+");
  if (plain.includes("_")) plain = plain.replaceAll("_", "/");
  // Four characters are three bytes; a rest of one is no base64.
  return atob(plain.length % 4 === 1 ? plain.slice(0, -1) : plain);
}

/** Padding belongs to what is replaced. */
function paddedEnd(text: string, end: number): number {
  let stop = end;
  while (stop < end + 2 && text.charCodeAt(stop) === 0x3d) stop++;
  return stop;
}

/** A text in hex digits, in one line or several, as far as it is one: what follows may be written in another way. */
function hexAt(text: string, start: number): Inner {
  let out = "";
  let high = -1;
  let i = start;
  for (; i < text.length; i++) {
    const digit = hexDigit(text.charCodeAt(i));
    if (digit < 0) {
      const next = nextLine(text, i);
      if (next < 0) break;
      i = next - 1;
      continue;
    }
    if (high < 0) high = digit;
    else {
      const byte = high * 16 + digit;
      if (!isText(byte) && byte < 0x80) break;
      out += String.fromCharCode(byte);
      high = -1;
    }
  }
  return { kind: "hex", text: out, start, end: i };
}

/** Where a line of hex digits begins behind a line end, or -1. */
function nextLine(text: string, at: number): number {
  let i = text.charCodeAt(at) === 0x0d ? at + 1 : at;
  if (text.charCodeAt(i++) !== 0x0a) return -1;
  while (text.charCodeAt(i) === 0x20 && i - at < 12) i++;
  for (let k = i; k < i + 8; k++) if (hexDigit(text.charCodeAt(k)) < 0) return -1;
  return i;
}

/** Whether bytes are text: hardly a control character among them, of which random bytes have one in nine. */
function isReadable(bytes: string): boolean {
  let controls = 0;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes.charCodeAt(i);
    if (c < 0x80 && !isText(c)) controls++;
  }
  return controls * 33 <= bytes.length;
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
