// Decoders of whole runs: base64, hex, decimal and binary codes, Morse, reversed and rotated text.
// Each gives the decoded text, or null when what comes out is no text.

import { textOf } from "./units.ts";

const BASE64 = new Int8Array(128).fill(-1);
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".split("").forEach((c, i) => {
  BASE64[c.charCodeAt(0)] = i;
});
BASE64[0x2d] = 62;
BASE64[0x5f] = 63;

/** Whether a unit belongs to base64, either alphabet, without padding. */
export function isBase64(c: number): boolean {
  return c < 128 && BASE64[c]! >= 0;
}

/**
 * Decodes base64 of either alphabet; white space and padding are skipped.
 *
 * @param text The run.
 * @param from First unit.
 * @param to One past the last unit.
 * @returns Readable text, or null.
 */
export function decodeBase64(text: string, from: number, to: number): string | null {
  const sink = new TextSink();
  let bits = 0;
  let held = 0;
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    const value = c < 128 ? BASE64[c]! : -1;
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      if (!sink.byte((bits >> held) & 0xff)) return null;
    }
  }
  return sink.end();
}

/** Decodes pairs of hex digits; everything else is skipped. */
export function decodeHex(text: string, from: number, to: number): string | null {
  const sink = new TextSink();
  let high = -1;
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x78 || c === 0x58) {
      high = -1;
      continue;
    }
    const v = hexDigit(c);
    if (v < 0) continue;
    if (high < 0) high = v;
    else {
      if (!sink.byte(high * 16 + v)) return null;
      high = -1;
    }
  }
  return sink.end();
}

/** Value of a hex digit, or -1. */
export function hexDigit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Decodes numbers of the given base that stand apart, as codes of characters. */
export function decodeNumbers(text: string, from: number, to: number, base: 2 | 10): string | null {
  const sink = new TextSink();
  let value = -1;
  for (let i = from; i <= to; i++) {
    const digit = i < to ? text.charCodeAt(i) - 0x30 : -1;
    if (digit >= 0 && digit < base) {
      value = Math.min((value < 0 ? 0 : value) * base + digit, 256);
    } else if (value >= 0) {
      if (value > 255 || !sink.byte(value)) return null;
      value = -1;
    }
  }
  return sink.end();
}

const MORSE: ReadonlyMap<string, string> = new Map(
  ("a.- b-... c-.-. d-.. e. f..-. g--. h.... i.. j.--- k-.- l.-.. m-- n-. o--- p.--. q--.- r.-. s... t- u..- v...- " +
    "w.-- x-..- y-.-- z--.. 0----- 1.---- 2..--- 3...-- 4....- 5..... 6-.... 7--... 8---.. 9----. ,--..-- ?..--.. " +
    "!-.-.-- '.----. :---... ..-.-.- --....- @.--.-. ;-.-.-.").split(" ").map((s) =>
      [s.slice(1), s[0]!] as const
    ),
);

/** Decodes Morse: letters are separated by spaces, words by slashes, bars or wide spaces. */
export function decodeMorse(text: string, from: number, to: number): string | null {
  const out: string[] = [];
  let sign = "";
  let letters = 0;
  let unknown = 0;
  for (let i = from; i <= to; i++) {
    const c = i < to ? text.charCodeAt(i) : 0x20;
    if (c === 0x2e || c === 0xb7 || c === 0x2022) sign += ".";
    else if (c === 0x2d || c === 0x2212 || c === 0x2013 || c === 0x5f) sign += "-";
    else {
      if (sign !== "") {
        const letter = sign.length > 8 ? undefined : MORSE.get(sign);
        if (letter === undefined) unknown++;
        else letters++;
        out.push(letter ?? "");
        sign = "";
      }
      if (c === 0x2f || c === 0x7c || c === 0x0a) out.push(" ");
      else if (c === 0x20 && text.charCodeAt(i + 1) === 0x20 && text.charCodeAt(i + 2) === 0x20) {
        out.push(" ");
      }
    }
    if (sign.length > 64) return null;
  }
  return letters >= 6 && unknown * 5 <= letters ? out.join("") : null;
}

/** Collects bytes as UTF-8 and gives up when they are no text. */
class TextSink {
  #out = new Uint16Array(64);
  #length = 0;
  #letters = 0;
  #bad = 0;
  #count = 0;
  #need = 0;
  #code = 0;

  /** Takes a byte; false when this is no text. */
  byte(b: number): boolean {
    this.#count++;
    if (this.#need > 0 && (b & 0xc0) === 0x80) {
      this.#code = (this.#code << 6) | (b & 0x3f);
      if (--this.#need === 0) this.#push(this.#code);
      return true;
    }
    if (this.#need > 0) this.#bad++;
    this.#need = 0;
    if (b >= 0xc2 && b < 0xf5) {
      this.#need = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
      this.#code = b & (0x3f >> this.#need);
    } else if (b >= 0x80 || (b < 0x20 && b !== 9 && b !== 10 && b !== 13)) this.#bad++;
    else this.#push(b);
    return this.#bad * 12 <= this.#count + 8;
  }

  #push(code: number): void {
    const lower = code | 32;
    if ((lower >= 97 && lower <= 122) || code > 0xbf || code === 32) this.#letters++;
    if (code > 0x10ffff) return;
    if (this.#length + 2 > this.#out.length) {
      const more = new Uint16Array(4 * this.#out.length);
      more.set(this.#out);
      this.#out = more;
    }
    if (code > 0xffff) {
      this.#out[this.#length++] = 0xd800 + ((code - 0x10000) >> 10);
      this.#out[this.#length++] = 0xdc00 + (code & 0x3ff);
    } else this.#out[this.#length++] = code;
  }

  /** The text, or null when less than two thirds are letters and spaces. */
  end(): string | null {
    if (this.#bad * 12 > this.#count || this.#letters * 3 < this.#count * 1.6) return null;
    return textOf(this.#out, this.#length);
  }
}
