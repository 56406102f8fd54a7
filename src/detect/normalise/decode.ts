// Decoders of whole runs into bytes: base64, hex, decimal and binary codes, and Morse.
// Each writes what comes out behind what a sink holds, and says whether it is text.

import type { TextSink } from "./sink.ts";

/** One more than the values of the digits of base64, both alphabets; 0 for other units. */
const VALUES = new Uint8Array(1 << 16);
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".split("").forEach((c, i) => {
  VALUES[c.charCodeAt(0)] = i + 1;
});
VALUES[0x2d] = 63;
VALUES[0x5f] = 64;

/** Whether a unit belongs to base64, either alphabet, without padding. */
export function isBase64(c: number): boolean {
  return VALUES[c] !== 0;
}

/**
 * Decodes base64 of either alphabet; white space and padding are skipped.
 *
 * @param units The units of the text, and a line end.
 * @param from First unit of the run.
 * @param to One past its last unit.
 * @param sink Takes the text.
 * @returns Whether it is readable; where it is not, the sink is as it was.
 */
export function decodeBase64(
  units: Uint16Array,
  from: number,
  to: number,
  sink: TextSink,
): boolean {
  sink.begin();
  let bits = 0;
  let held = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    const value = VALUES[units[i]!]! - 1;
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    BYTES[count++] = (bits >> held) & 0xff;
    if (count === BYTES.length) {
      if (!sink.bytes(BYTES, count)) return sink.drop();
      count = 0;
    }
  }
  return ended(count, sink);
}

/** Bytes that are decoded before they are looked at: enough to see that they are none of a text. */
const BYTES = new Uint8Array(128);

/** Gives a sink the last bytes; whether all of them are text. */
function ended(count: number, sink: TextSink): boolean {
  return (sink.bytes(BYTES, count) && sink.isText()) || sink.drop();
}

/** Decodes pairs of hex digits; everything else is skipped. See {@link decodeBase64}. */
export function decodeHex(units: Uint16Array, from: number, to: number, sink: TextSink): boolean {
  sink.begin();
  let high = -1;
  let count = 0;
  for (let i = from; i < to; i++) {
    const c = units[i]!;
    if (c === 0x78 || c === 0x58) {
      high = -1;
      continue;
    }
    const v = HEX[c]! - 1;
    if (v < 0) continue;
    if (high < 0) {
      high = v;
      continue;
    }
    BYTES[count++] = high * 16 + v;
    high = -1;
    if (count === BYTES.length) {
      if (!sink.bytes(BYTES, count)) return sink.drop();
      count = 0;
    }
  }
  return ended(count, sink);
}

/** Value of a hex digit, or -1. */
export function hexDigit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** One more than the values of hex digits; 0 for other units. */
export const HEX: Uint8Array = Uint8Array.from({ length: 1 << 16 }, (_, c) => hexDigit(c) + 1);

/** Decodes numbers of the given base that stand apart, as codes of characters. See {@link decodeBase64}. */
export function decodeNumbers(
  units: Uint16Array,
  from: number,
  to: number,
  sink: TextSink,
  base: 2 | 10,
): boolean {
  sink.begin();
  let value = -1;
  let count = 0;
  for (let i = from; i <= to; i++) {
    const digit = i < to ? units[i]! - 0x30 : -1;
    if (digit >= 0 && digit < base) {
      value = Math.min((value < 0 ? 0 : value) * base + digit, 256);
      continue;
    }
    if (value < 0) continue;
    if (value > 255) return sink.drop();
    BYTES[count++] = value;
    value = -1;
    if (count === BYTES.length) {
      if (!sink.bytes(BYTES, count)) return sink.drop();
      count = 0;
    }
  }
  return ended(count, sink);
}

/** Letters by their signs: a 1, then a bit for each sign, 1 for a dash. */
const MORSE = new Uint8Array(1 << 9);
for (
  const letter
    of ("a.- b-... c-.-. d-.. e. f..-. g--. h.... i.. j.--- k-.- l.-.. m-- n-. o--- p.--. q--.- r.-. " +
      "s... t- u..- v...- w.-- x-..- y-.-- z--.. 0----- 1.---- 2..--- 3...-- 4....- 5..... 6-.... 7--... 8---.. " +
      "9----. ,--..-- ?..--.. !-.-.-- '.----. :---... ..-.-.- --....- @.--.-. ;-.-.-.").split(" ")
) {
  let code = 1;
  for (const sign of letter.slice(1)) code = code << 1 | (sign === "-" ? 1 : 0);
  MORSE[code] = letter.charCodeAt(0);
}

/** A letter that is longer than those of Morse, and one that nobody would write. */
const LONG_LETTER = MORSE.length;
const ENDLESS = 64;

/** Decodes Morse: letters are separated by spaces, words by slashes, bars or wide spaces. See {@link decodeBase64}. */
export function decodeMorse(units: Uint16Array, from: number, to: number, sink: TextSink): boolean {
  sink.begin();
  let code = 1;
  let signs = 0;
  let letters = 0;
  let unknown = 0;
  for (let i = from; i <= to; i++) {
    const c = i < to ? units[i]! : 0x20;
    const dot = c === 0x2e || c === 0xb7 || c === 0x2022;
    if (dot || c === 0x2d || c === 0x2212 || c === 0x2013 || c === 0x5f) {
      if (++signs > ENDLESS) return sink.drop();
      code = Math.min(code << 1 | (dot ? 0 : 1), LONG_LETTER);
      continue;
    }
    if (signs > 0) {
      const letter = code < LONG_LETTER ? MORSE[code]! : 0;
      if (letter === 0) unknown++;
      else {
        letters++;
        sink.unit(letter);
      }
      code = 1;
      signs = 0;
    }
    if (
      c === 0x2f || c === 0x7c || c === 0x0a ||
      (c === 0x20 && units[i + 1] === 0x20 && units[i + 2] === 0x20)
    ) sink.unit(0x20);
  }
  return letters >= 6 && unknown * 5 <= letters || sink.drop();
}
