// Base64 and hex: what begins like an encoded text, how far it goes over lines, and what it says.

import { hexDigit } from "./decode.ts";
import type { Gathered } from "./gathered.ts";

/** What base64 is made of: one more than the digit's value. */
export const DIGITS = new Uint8Array(1 << 16);
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".split("").forEach((c, i) => {
  DIGITS[c.charCodeAt(0)] = i + 1;
});
DIGITS[0x2d] = 63;
DIGITS[0x5f] = 64;

/** The fewest units that a line of wrapped base64 has, but for the last. */
const LINE = 16;

/** Whether eight digits of base64 are six bytes of text, ASCII or UTF-8: few other runs begin so. */
export function beginsText(text: string, at: number): boolean {
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
export function beginsHex(text: string, at: number): boolean {
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

/**
 * Reads a text in base64, in one line or several. What its beginning shows is believed of the rest.
 *
 * @param text The text it stands in.
 * @param start Its first digit.
 * @param to Where its first line ends.
 * @param into Takes its bytes, one unit each.
 * @returns Where it ends, padding included, or -1 where it is no text.
 */
export function base64At(text: string, start: number, to: number, into: Gathered): number {
  const seen = Math.min(wrappedEnd(text, start, to, BEGINNING), start + BEGINNING);
  into.begin();
  let end = to;
  let said = seen;
  if (decode(text, start, seen, into)) end = wrappedEnd(text, start, to);
  else {
    said = Math.min(to, seen);
    into.restart();
    if (!decode(text, start, said, into)) return into.drop();
  }
  if (said !== end) {
    into.restart();
    decode(text, start, end, into);
  }
  // Signs that are digits may part values, of which a later one begins at any digit of four.
  if (hasSign(text, start, end)) {
    for (let shift = 1; shift < 4; shift++) {
      into.unit(0x0a);
      decode(text, start + shift, end, into);
    }
  }
  return paddedEnd(text, end);
}

/** Units of an encoding that show whether it is one of text. */
const BEGINNING = 160;

/** Whether one of the digits is `+`, `/`, `-` or `_`. */
function hasSign(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (DIGITS[text.charCodeAt(i)]! > 62) return true;
  return false;
}

/**
 * Writes the bytes of a run; four digits are three bytes, a rest of one is no base64.
 *
 * @returns Whether they are text: hardly a control character among them, of which random bytes have one in nine.
 */
function decode(text: string, start: number, end: number, into: Gathered): boolean {
  let bits = 0;
  let held = 0;
  let count = 0;
  let controls = 0;
  for (let i = start; i < end; i++) {
    const value = DIGITS[text.charCodeAt(i)]! - 1;
    // Between lines.
    if (value < 0) continue;
    // Both alphabets end with two signs of the same values.
    bits = (bits << 6 | value) & 0x3fff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const byte = bits >> held & 255;
    count++;
    if (byte < 0x80 && !isText(byte)) controls++;
    into.unit(byte);
  }
  return controls * 33 <= count;
}

/** Padding belongs to what is replaced. */
export function paddedEnd(text: string, end: number): number {
  let stop = end;
  while (stop < end + 2 && text.charCodeAt(stop) === 0x3d) stop++;
  return stop;
}

/**
 * Reads a text in hex digits, in one line or several, as far as it is one: what follows may be written in another way.
 *
 * @param text The text it stands in.
 * @param start Its first digit.
 * @param into Takes its bytes, one unit each.
 * @returns Where it ends.
 */
export function hexAt(text: string, start: number, into: Gathered): number {
  into.begin();
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
      into.unit(byte);
      high = -1;
    }
  }
  return i;
}

/** Where a line of hex digits begins behind a line end, or -1. */
function nextLine(text: string, at: number): number {
  let i = text.charCodeAt(at) === 0x0d ? at + 1 : at;
  if (text.charCodeAt(i++) !== 0x0a) return -1;
  while (text.charCodeAt(i) === 0x20 && i - at < 12) i++;
  for (let k = i; k < i + 8; k++) if (hexDigit(text.charCodeAt(k)) < 0) return -1;
  return i;
}
