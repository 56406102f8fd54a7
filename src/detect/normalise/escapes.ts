// What stands for one character, such as `%41` or `&#65;`: read in place, one number out, nothing kept.

import { HEX } from "./decode.ts";

/** Named characters (HTML, section 13.5) that attacks and honest pages use most. */
const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", shy: "\u00ad", colon: ":" },
  ...{ period: ".", comma: ",", excl: "!", lpar: "(", rpar: ")", sol: "/", bsol: "\\", num: "#" },
  ...{ lowbar: "_", NewLine: "\n", Tab: "\t", ensp: " ", emsp: " ", lsqb: "[", rsqb: "]" },
  ...{ zwnj: "\u200c", zwj: "\u200d", vert: "|" },
};
/** Longest of those names. */
const LONGEST = 8;

/** A name as a number; no two of those names have the same, and {@link NAMES} tells whether another has. */
function mix(hash: number, letter: number): number {
  return (Math.imul(hash, 31) + letter) | 0;
}

const NAMES: ReadonlyMap<number, { readonly letters: readonly number[]; readonly code: number }> =
  new Map(
    Object.entries(NAMED).map(([name, char]) => {
      const letters = Array.from(name, (letter) => letter.charCodeAt(0));
      return [letters.reduce(mix, 0), { letters, code: char.charCodeAt(0) }];
    }),
  );

/** What {@link EscapeReader.code} is where nothing is left of a sequence. */
export const NOTHING = -1;

/** Reads the sequences of one text after another; each text's places in ascending order. */
export class EscapeReader {
  /** The code point that the last sequence stood for, or {@link NOTHING}. */
  code = NOTHING;
  #units: Uint16Array = new Uint16Array(0);
  #length = 0;
  /** Where the next `-->` stands, as far as it was looked for. */
  #close = 0;

  /**
   * Begins with a text.
   *
   * @param units Its units, a line end and zeros.
   * @param length How many units it has.
   */
  begin(units: Uint16Array, length: number): void {
    this.#units = units;
    this.#length = length;
    this.#close = 0;
  }

  /**
   * Reads the sequence at a place, if there is one.
   *
   * @param at Where one of `%`, `&`, `\`, `<` or an escape character stands.
   * @returns One past its last unit, or -1 where none is.
   */
  read(at: number): number {
    const units = this.#units;
    const after = units[at + 1]!;
    switch (units[at]!) {
      case 0x25:
        if (HEX[after] !== 0) return this.#percent(at);
        return after === 0x75 ? this.#hex(at + 2, 4, 4, 0) : -1;
      case 0x26:
        return after === 0x23 ? this.#numbered(at) : this.#named(at);
      case 0x5c:
        return this.#escaped(at, after);
      case 0x3c:
        return this.#comment(at);
      default:
        return this.#terminal(at, after);
    }
  }

  /** One byte, or the bytes of one UTF-8 sequence. */
  #percent(at: number): number {
    const byte = this.#byte(at);
    if (byte < 0) return -1;
    this.code = byte;
    if (byte < 0xc2 || byte > 0xf4) return at + 3;
    const more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    let code = byte & (0x3f >> more);
    for (let k = 1; k <= more; k++) {
      const from = at + 3 * k;
      const value = this.#units[from] === 0x25 ? this.#byte(from) : -1;
      if (value < 0x80 || value > 0xbf) return at + 3;
      code = (code << 6) | (value & 0x3f);
    }
    if (code > 0x10ffff) return at + 3;
    this.code = code;
    return at + 3 * (more + 1);
  }

  /** The byte of two hex digits behind a place, or -1. */
  #byte(at: number): number {
    const high = HEX[this.#units[at + 1]!]!;
    const low = high === 0 ? 0 : HEX[this.#units[at + 2]!]!;
    return low === 0 ? -1 : (high - 1) * 16 + low - 1;
  }

  /** `&#105;` or `&#x69;`, also without the semicolon. */
  #numbered(at: number): number {
    const units = this.#units;
    if ((units[at + 2]! | 32) === 0x78) {
      const end = this.#hex(at + 3, 1, 6, 0);
      return end > 0 && units[end] === 0x3b ? end + 1 : end;
    }
    let code = 0;
    let end = at + 2;
    for (; end < at + 9; end++) {
      const digit = units[end]! - 0x30;
      if (!(digit >= 0 && digit < 10)) break;
      code = code * 10 + digit;
    }
    if (end === at + 2 || code === 0 || code > 0x10ffff) return -1;
    this.code = code;
    return units[end] === 0x3b ? end + 1 : end;
  }

  /** `&amp;` */
  #named(at: number): number {
    const units = this.#units;
    let hash = 0;
    let end = at + 1;
    for (; end < at + 1 + LONGEST; end++) {
      const c = units[end]!;
      if ((c | 32) < 97 || (c | 32) > 122) break;
      hash = mix(hash, c);
    }
    if (end < at + 3 || units[end] !== 0x3b) return -1;
    const known = NAMES.get(hash);
    if (known === undefined || known.letters.length !== end - at - 1) return -1;
    for (let i = at + 1; i < end; i++) if (units[i] !== known.letters[i - at - 1]) return -1;
    this.code = known.code;
    return end + 1;
  }

  /** `\u{69}`, `\u0069`, `\x69` or `\U00000069`. */
  #escaped(at: number, letter: number): number {
    if (letter === 0x55) return this.#hex(at + 2, 8, 8, 0);
    if (letter === 0x78) return this.#hex(at + 2, 2, 2, 0);
    if (letter !== 0x75) return -1;
    return this.#units[at + 2] === 0x7b
      ? this.#hex(at + 3, 1, 6, 0x7d)
      : this.#hex(at + 2, 4, 4, 0);
  }

  /** The character of a number in hex digits, of which there are `least` to `most`, and a unit behind them or 0. */
  #hex(from: number, least: number, most: number, close: number): number {
    const units = this.#units;
    let code = 0;
    let end = from;
    for (; end < from + most; end++) {
      const digit = HEX[units[end]!]!;
      if (digit === 0) break;
      code = code * 16 + digit - 1;
    }
    if (end - from < least || code === 0 || code > 0x10ffff) return -1;
    if (close !== 0 && units[end++] !== close) return -1;
    this.code = code;
    return end;
  }

  /** `ESC[31m`, or the beginning of `ESC]8;`. */
  #terminal(at: number, after: number): number {
    const units = this.#units;
    this.code = NOTHING;
    let i = at + 2;
    if (after === 0x5b) {
      while (i < at + 18 && isParameter(units[i]!)) i++;
      const last = units[i]! | 32;
      return last >= 97 && last <= 122 ? i + 1 : -1;
    }
    if (after !== 0x5d) return -1;
    while (i < at + 6 && units[i]! >= 0x30 && units[i]! <= 0x39) i++;
    return i > at + 2 && units[i] === 0x3b ? i + 1 : -1;
  }

  /** A short or empty comment between two letters splits a word for the eye of a program only. */
  #comment(at: number): number {
    const units = this.#units;
    if (at === 0 || !isLetter(units[at - 1]!)) return -1;
    // Looked for once, however many comments begin before it.
    let close = Math.max(this.#close, at + 4);
    const length = this.#length;
    while (
      close < length &&
      !(units[close] === 0x2d && units[close + 1] === 0x2d && units[close + 2] === 0x3e)
    ) close++;
    this.#close = close;
    if (close >= length || close > at + 37 || !isLetter(units[close + 3]!)) return -1;
    this.code = NOTHING;
    return close + 3;
  }
}

/** Digits, `;` and `?`. */
function isParameter(c: number): boolean {
  return (c > 0x2f && c < 0x3a) || c === 0x3b || c === 0x3f;
}

function isLetter(c: number): boolean {
  const lower = c | 32;
  return lower >= 97 && lower <= 122;
}
