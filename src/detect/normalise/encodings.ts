// Base64 and hex: what begins like an encoded text, how far it goes over lines, and what it says.

import { hexDigit } from "./decode.ts";
import type { Gathered } from "./gathered.ts";
import type { TextSink } from "./sink.ts";
import { UnitBuffer } from "./units.ts";

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
  const { sink } = into;
  const beginning = DECODER.of(text, start, seen);
  into.begin();
  let end = to;
  let said = seen;
  if (beginning.decode(0, sink)) end = wrappedEnd(text, start, to);
  else {
    said = Math.min(to, seen);
    into.restart();
    if (!DECODER.of(text, start, said).decode(0, sink)) return into.drop();
  }
  if (said !== end) {
    into.restart();
    DECODER.of(text, start, end).decode(0, sink);
  }
  // Signs that are digits may part values, of which a later one begins at any digit of four.
  if (DECODER.signed) {
    for (let shift = 1; shift < 4; shift++) {
      sink.unit(0x0a);
      DECODER.decode(shift, sink);
    }
  }
  return paddedEnd(text, end);
}

/** Units of an encoding that show whether it is one of text. */
const BEGINNING = 160;

/** Reads the digits of one run after another. */
class Decoder {
  readonly #buffer = new UnitBuffer();
  #units: Uint16Array = new Uint16Array(0);
  #length = 0;
  /** Whether one of the digits was `+`, `/`, `-` or `_`. */
  signed = false;

  /** Begins with a run. */
  of(text: string, start: number, end: number): this {
    this.#units = this.#buffer.of(text.slice(start, end));
    this.#length = end - start;
    return this;
  }

  /**
   * Writes the bytes of a run; four digits are three bytes, a rest of one is no base64.
   *
   * @param from The digit to begin with.
   * @param sink Takes them, one unit each.
   * @returns Whether they are text: hardly a control character among them, of which random bytes have one in nine.
   */
  decode(from: number, sink: TextSink): boolean {
    const units = this.#units;
    const length = this.#length;
    const out = sink.room(length);
    let at = sink.length;
    let most = 0;
    let bits = 0;
    let held = 0;
    let controls = 0;
    for (let i = from; i < length; i++) {
      const digit = DIGITS[units[i]!]!;
      // Between lines.
      if (digit === 0) continue;
      if (digit > most) most = digit;
      bits = (bits << 6 | (digit - 1)) & 0x3fff;
      held += 6;
      if (held < 8) continue;
      held -= 8;
      const byte = bits >> held & 255;
      controls += CONTROL[byte]!;
      out[at++] = byte;
    }
    const count = at - sink.length;
    sink.wrote(count);
    if (from === 0) this.signed = most > 62;
    return controls * 33 <= count;
  }
}

const DECODER = new Decoder();

/** 1 for the control characters of ASCII that are no white space. */
const CONTROL = Uint8Array.from({ length: 256 }, (_, c) => c < 0x80 && !isText(c) ? 1 : 0);

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
      into.sink.unit(byte);
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
