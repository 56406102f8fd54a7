// Where decoded texts are written, one behind the other, each kept only if it is text.

import { textOf } from "./units.ts";

const NOWHERE = new Uint16Array(0);
/** The most room that is kept for the next texts. */
const KEPT = 1 << 16;

/** What a byte is: a sign of text, a letter or a space, the first of several of UTF-8, or none of text. */
const LETTER = 1;
const LEAD = 2;
const BAD = 3;
const KINDS = Uint8Array.from({ length: 256 }, (_, b) => {
  const lower = b | 32;
  if (b === 32 || (lower >= 97 && lower <= 122 && b < 128)) return LETTER;
  if (b < 0x20) return b === 9 || b === 10 || b === 13 ? 0 : BAD;
  return b < 0x80 ? 0 : b >= 0xc2 && b < 0xf5 ? LEAD : BAD;
});

/** Collects texts; bytes are taken as UTF-8. */
export class TextSink {
  #out = NOWHERE;
  #length = 0;
  #start = 0;
  #letters = 0;
  #bad = 0;
  #count = 0;
  #need = 0;
  #code = 0;

  /** Units of all that was kept. */
  get length(): number {
    return this.#length;
  }

  /** Forgets all that was kept, so that the sink can be used again. */
  clear(): this {
    if (this.#out.length > KEPT) this.#out = NOWHERE;
    this.#length = this.#start = 0;
    return this;
  }

  /** Begins with a text. */
  begin(): void {
    this.#start = this.#length;
    this.#letters =
      this.#bad =
      this.#count =
      this.#need =
        0;
  }

  /**
   * Takes bytes.
   *
   * @param bytes The bytes.
   * @param count How many of them.
   * @returns False when this is no text.
   */
  bytes(bytes: Uint8Array, count: number): boolean {
    // Bytes of UTF-8 are never fewer than the units that they spell.
    const out = this.room(count);
    let at = this.#length;
    let letters = this.#letters;
    let bad = this.#bad;
    let need = this.#need;
    let code = this.#code;
    let seen = this.#count;
    let text = true;
    for (let i = 0; i < count; i++) {
      const b = bytes[i]!;
      seen++;
      const kind = KINDS[b]!;
      if (need === 0 && kind <= LETTER) {
        letters += kind;
        out[at++] = b;
        continue;
      }
      if (need > 0 && (b & 0xc0) === 0x80) {
        code = (code << 6) | (b & 0x3f);
        if (--need > 0) continue;
        if (code > 0xbf) letters++;
        if (code > 0xffff) {
          if (code > 0x10ffff) continue;
          out[at++] = 0xd7c0 + (code >> 10);
          code = 0xdc00 + (code & 0x3ff);
        }
        out[at++] = code;
        continue;
      }
      if (need > 0) bad++;
      need = 0;
      if (kind <= LETTER) {
        letters += kind;
        out[at++] = b;
      } else if (kind === LEAD) {
        need = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
        code = b & (0x3f >> need);
      } else if (b === 0 && i > 0 && KINDS[bytes[i - 1]!]! <= LETTER) {
        // A zero behind each letter is UTF-16, as PowerShell's encoded commands have it.
        seen--;
      } else bad++;
      // Of bytes that are no text one in two is bad.
      if (bad * 12 > seen + 8) {
        text = false;
        break;
      }
    }
    this.#length = at;
    this.#letters = letters;
    this.#bad = bad;
    this.#need = need;
    this.#code = code;
    this.#count = seen;
    return text;
  }

  /** Takes a UTF-16 unit as it is. */
  unit(c: number): void {
    if (this.#length === this.#out.length) this.room(1);
    this.#out[this.#length++] = c;
  }

  /**
   * Makes room for so many units: they are written behind {@link length}, and then {@link wrote} says how many.
   *
   * @param count How many.
   * @returns All units that were written, and the room.
   */
  room(count: number): Uint16Array {
    const least = this.#length + count;
    if (least > this.#out.length) {
      const more = new Uint16Array(Math.max(2 * this.#out.length, least));
      more.set(this.#out);
      this.#out = more;
    }
    return this.#out;
  }

  /** Takes units that were written into the room. */
  wrote(count: number): void {
    this.#length += count;
  }

  /** Whether the bytes since the beginning are text: at least half of them letters and spaces, few of them bad. */
  isText(): boolean {
    return this.#bad * 12 <= this.#count && this.#letters * 3 >= this.#count * 1.6;
  }

  /** Leaves out what was taken since the beginning; always false. */
  drop(): false {
    this.#length = this.#start;
    return false;
  }

  /** Units since the beginning. */
  get taken(): number {
    return this.#length - this.#start;
  }

  /** All that was kept. */
  text(): string {
    return textOf(this.#out, this.#length);
  }
}
