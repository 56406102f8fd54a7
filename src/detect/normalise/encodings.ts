// Base64 and hex: what begins like an encoded text, how far it goes over lines, and what it says.

import { HEX } from "./decode.ts";
import type { Gathered } from "./gathered.ts";
import type { TextSink } from "./sink.ts";

/** What base64 is made of: one more than the digit's value. */
export const DIGITS = new Uint8Array(1 << 16);
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".split("").forEach((c, i) => {
  DIGITS[c.charCodeAt(0)] = i + 1;
});
DIGITS[0x2d] = 63;
DIGITS[0x5f] = 64;

/** The fewest units that a line of wrapped base64 has, but for the last. */
const LINE = 16;

/** Whether eight digits of base64 are six bytes of text, ASCII, UTF-8 or UTF-16: few other runs begin so. */
export function beginsText(units: Uint16Array, at: number): boolean {
  let more = 0;
  let printed = true;
  for (let i = at; i < at + 8; i += 4) {
    const bits = (DIGITS[units[i]!]! - 1) << 18 | (DIGITS[units[i + 1]!]! - 1) << 12 |
      (DIGITS[units[i + 2]!]! - 1) << 6 | (DIGITS[units[i + 3]!]! - 1);
    for (let shift = 16; shift >= 0; shift -= 8) {
      const byte = bits >> shift & 255;
      const zero = byte === 0 && printed;
      printed = byte > 0x1f && byte < 0x7f;
      if (zero) continue;
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
export function beginsHex(units: Uint16Array, at: number): boolean {
  for (let i = at; i < at + 12; i += 2) {
    const [high, low] = [HEX[units[i]!]!, HEX[units[i + 1]!]!];
    if (high === 0 || low === 0 || !isText((high - 1) * 16 + low - 1)) return false;
  }
  return true;
}

function isText(byte: number): boolean {
  return (byte > 0x1f && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13;
}

/** Where a run of digits ends. */
function runEnd(units: Uint16Array, from: number, limit: number): number {
  let i = from;
  while (i < limit && DIGITS[units[i]!] !== 0) i++;
  return i;
}

/**
 * Where a run ends that goes on in the next lines: each line but the last holds nothing else to its end, and whole
 * bytes only, or lines of their own would be read as one.
 */
function wrappedEnd(
  units: Uint16Array,
  limit: number,
  start: number,
  end: number,
  most = Infinity,
): number {
  let to = end;
  let from = start;
  while (to < limit && to - from >= LINE && (to - from) % 4 === 0 && to - start < most) {
    let next = to;
    if (units[next] === 0x0d) next++;
    if (units[next] !== 0x0a) break;
    next++;
    while (units[next] === 0x20 && next - to < 12) next++;
    const stop = runEnd(units, next, limit);
    // A shorter line is the last one.
    if (stop - next < 2 || stop - next > to - from) break;
    [from, to] = [next, stop];
  }
  return to;
}

/**
 * Reads a text in base64, in one line or several. What its beginning shows is believed of the rest.
 *
 * @param units The units that it stands in, and a line end or none.
 * @param limit How many there are.
 * @param start Its first digit.
 * @param to Where its first line ends.
 * @param into Takes its bytes, one unit each.
 * @returns Where it ends, padding included, or -1 where it is no text.
 */
export function base64At(
  units: Uint16Array,
  limit: number,
  start: number,
  to: number,
  into: Gathered,
): number {
  const seen = Math.min(wrappedEnd(units, limit, start, to, BEGINNING), start + BEGINNING);
  const { sink } = into;
  into.begin();
  let end = to;
  let said = seen;
  if (decode(units, start, seen, sink)) end = wrappedEnd(units, limit, start, to);
  else {
    said = Math.min(to, seen);
    into.restart();
    if (!decode(units, start, said, sink)) return into.drop();
  }
  if (said !== end) {
    into.restart();
    decode(units, start, end, sink);
  }
  afterSigns(units, start, end, sink);
  return paddedEnd(units, end, limit);
}

/** Units of an encoding that show whether it is one of text. */
const BEGINNING = 160;

/**
 * Signs that are digits may part values, of which a later one begins at any digit of four: from the first of each such
 * place on where a text seems to begin, the rest is read once more.
 */
function afterSigns(units: Uint16Array, start: number, end: number, sink: TextSink): void {
  let read = 1;
  let digits = 0;
  for (let i = start; i + 8 < end; i++) {
    const digit = DIGITS[units[i]!]!;
    if (digit === 0) continue;
    digits++;
    const place = 1 << (digits & 3);
    if (digit < 63 || (read & place) !== 0 || !beginsText(units, i + 1)) continue;
    read |= place;
    sink.unit(0x0a);
    decode(units, i + 1, end, sink);
  }
}

/**
 * Writes the bytes of a run; four digits are three bytes, a rest of one is no base64.
 *
 * @returns Whether they are text: hardly a control character among them, of which random bytes have one in nine.
 */
function decode(units: Uint16Array, start: number, end: number, sink: TextSink): boolean {
  const out = sink.room(end - start);
  let at = sink.length;
  let bits = 0;
  let held = 0;
  let controls = 0;
  let printed = true;
  for (let i = start; i < end; i++) {
    const digit = DIGITS[units[i]!]!;
    // Between lines.
    if (digit === 0) continue;
    bits = (bits << 6 | (digit - 1)) & 0x3fff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const byte = bits >> held & 255;
    // The other half of a letter in UTF-16.
    const zero = byte === 0 && printed;
    printed = byte > 0x1f && byte < 0x7f;
    if (zero) continue;
    controls += CONTROL[byte]!;
    out[at++] = byte;
  }
  const count = at - sink.length;
  sink.wrote(count);
  return controls * 33 <= count;
}

/** 1 for the control characters of ASCII that are no white space. */
const CONTROL = Uint8Array.from({ length: 256 }, (_, c) => c < 0x80 && !isText(c) ? 1 : 0);

/** Padding belongs to what is replaced. */
export function paddedEnd(units: Uint16Array, end: number, limit: number): number {
  let stop = end;
  while (stop < end + 2 && stop < limit && units[stop] === 0x3d) stop++;
  return stop;
}

/**
 * Reads a text in hex digits, in one line or several, as far as it is one: what follows may be written in another way.
 *
 * @param units The units that it stands in, and a line end or none.
 * @param limit How many there are.
 * @param start Its first digit.
 * @param into Takes its bytes, one unit each.
 * @returns Where it ends.
 */
export function hexAt(units: Uint16Array, limit: number, start: number, into: Gathered): number {
  const { sink } = into;
  into.begin();
  let high = 0;
  let i = start;
  for (; i < limit; i++) {
    const digit = HEX[units[i]!]!;
    if (digit === 0) {
      const next = nextLine(units, limit, i);
      if (next < 0) break;
      i = next - 1;
      continue;
    }
    if (high === 0) high = digit;
    else {
      const byte = (high - 1) * 16 + digit - 1;
      if (!isText(byte) && byte < 0x80) break;
      sink.unit(byte);
      high = 0;
    }
  }
  return i;
}

/** Where a line of hex digits begins behind a line end, or -1. */
function nextLine(units: Uint16Array, limit: number, at: number): number {
  let i = units[at] === 0x0d ? at + 1 : at;
  if (units[i++] !== 0x0a) return -1;
  while (units[i] === 0x20 && i - at < 12) i++;
  if (i + 8 > limit) return -1;
  for (let k = i; k < i + 8; k++) if (HEX[units[k]!] === 0) return -1;
  return i;
}
