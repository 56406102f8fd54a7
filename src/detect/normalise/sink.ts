// Where decoded texts are written, one behind the other, each kept only if it is text.

import { textOf } from "./units.ts";

/** The least room for units; there is none before the first. */
const ROOM = 256;
const NOWHERE = new Uint16Array(0);

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

  /** Begins with a text. */
  begin(): void {
    this.#start = this.#length;
    this.#letters =
      this.#bad =
      this.#count =
      this.#need =
        0;
  }

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

  /** Takes a UTF-16 unit as it is. */
  unit(c: number): void {
    if (this.#length === this.#out.length) this.room(1);
    this.#out[this.#length++] = c;
  }

  #push(code: number): void {
    const lower = code | 32;
    if ((lower >= 97 && lower <= 122) || code > 0xbf || code === 32) this.#letters++;
    if (code < 0x10000) this.unit(code);
    else if (code <= 0x10ffff) {
      this.unit(0xd7c0 + (code >> 10));
      this.unit(0xdc00 + (code & 0x3ff));
    }
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
      const more = new Uint16Array(Math.max(2 * this.#out.length, least, ROOM));
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
