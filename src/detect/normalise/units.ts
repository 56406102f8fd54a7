// A text as an array of its UTF-16 units: looping over an array costs a quarter of what asking a string costs.

/** Zeros behind the last unit and its line end, so that a look ahead needs no bound. */
const PAD = 8;
/** What a kept buffer may hold: longer texts get one of their own. */
const KEPT = 1 << 20;
/** Texts below are copied unit by unit, which costs less than a call. */
const SHORT = 48;
/** Units that are tried at once. */
const CHUNK = 4096;
/** Chunks that are copied unit by unit after one that was not ASCII. */
const BACKOFF = 4;

const encoder = new TextEncoder();

/** Turns texts into units, one at a time: what was returned is overwritten by the next text. */
export class UnitBuffer {
  #units = new Uint16Array(1024);
  #text = "";
  readonly #bytes = new Uint8Array(CHUNK);

  /**
   * The units of a text, then a line end and seven zeros.
   *
   * @param text Any text.
   * @returns An array that is longer than the text and valid until the next call.
   */
  of(text: string): Uint16Array {
    const n = text.length;
    let units = this.#units;
    if (n > 0 && text === this.#text) return units;
    // What is not remembered overwrites what was, and so does half a copy.
    this.#text = "";
    if (units.length < n + PAD) {
      units = new Uint16Array(n <= KEPT ? Math.max(2 * units.length, n + PAD) : n + PAD);
      if (n <= KEPT) this.#units = units;
    }
    if (n < SHORT) { for (let i = 0; i < n; i++) units[i] = text.charCodeAt(i); }
    else this.#copy(text, units);
    units[n] = 0x0a;
    for (let i = n + 1; i < n + PAD; i++) units[i] = 0;
    if (n <= KEPT) this.#text = text;
    return units;
  }

  /** Whether a text was the last one. */
  holds(text: string): boolean {
    return text === this.#text;
  }

  #copy(text: string, units: Uint16Array): void {
    let slow = 0;
    for (let from = 0; from < text.length; from += CHUNK) {
      const to = Math.min(from + CHUNK, text.length);
      if (slow > 0) slow--;
      else {
        const size = to - from;
        const { read, written } = encoder.encodeInto(text.slice(from, to), this.#bytes);
        // A unit beyond ASCII takes more than one byte.
        if (read === size && written === size) {
          units.set(size === CHUNK ? this.#bytes : this.#bytes.subarray(0, size), from);
          continue;
        }
        slow = BACKOFF;
      }
      for (let i = from; i < to; i++) units[i] = text.charCodeAt(i);
    }
  }
}

/** Texts below are kept apart from longer ones: those cost more to copy again. */
const LONG = 4096;

/** A few buffers, of which the one that was not used for longest is overwritten. */
class UnitBuffers {
  /** A text and what was made of it are looked at alternately, and long ones in several rounds. */
  #last = new UnitBuffer();
  #before = new UnitBuffer();
  readonly #long = [new UnitBuffer(), new UnitBuffer(), new UnitBuffer(), new UnitBuffer()];

  /** See {@link UnitBuffer.of}; what was returned is valid until two other texts were asked for. */
  of(text: string): Uint16Array {
    if (text.length >= LONG) return this.#ofLong(text);
    if (this.#last.holds(text)) return this.#last.of(text);
    [this.#last, this.#before] = [this.#before, this.#last];
    return this.#last.of(text);
  }

  #ofLong(text: string): Uint16Array {
    const buffers = this.#long;
    const first = buffers[0]!;
    if (first.holds(text)) return first.of(text);
    let k = 1;
    while (k + 1 < buffers.length && !buffers[k]!.holds(text)) k++;
    const found = buffers[k]!;
    for (; k > 0; k--) buffers[k] = buffers[k - 1]!;
    buffers[0] = found;
    return found.of(text);
  }
}

/**
 * The units of the texts that were asked for last. Detectors look at the same text one after another, so it is copied
 * once; whoever reads its units is done with them before anybody asks for two other texts.
 */
export const UNITS: UnitBuffers = new UnitBuffers();

/** The code point at a place; half a pair stands for itself. */
export function codeAt(units: Uint16Array, at: number): number {
  const c = units[at]!;
  if (c < 0xd800 || c > 0xdbff) return c;
  const low = units[at + 1]!;
  return low >= 0xdc00 && low < 0xe000 ? ((c - 0xd800) << 10) + low - 0xdc00 + 0x10000 : c;
}

/** Units that are made a text at once; the most arguments that a call surely takes. */
const BATCH = 8192;

const decoder = new TextDecoder();
const narrow = new Uint8Array(BATCH);
/** The engine takes arguments from a list faster than from typed arrays. */
const list: number[] = Array.from(narrow);

/**
 * The text that units spell.
 *
 * @param units The units.
 * @param length How many of them.
 * @param start The first of them.
 * @returns A text of so many units.
 */
export function textOf(units: Uint16Array, length: number, start = 0): string {
  if (length <= BATCH) return batchOf(units, start, start + length);
  const parts: string[] = [];
  for (let i = start; i < start + length; i += BATCH) {
    parts.push(batchOf(units, i, Math.min(i + BATCH, start + length)));
  }
  return parts.join("");
}

/** The engine makes a long text of ASCII bytes ten times as fast as of units. */
function batchOf(units: Uint16Array, from: number, to: number): string {
  const length = to - from;
  let all = length < SHORT ? 0x80 : 0;
  for (let i = 0; i < length && all < 0x80; i++) {
    const c = units[from + i]!;
    all |= c;
    narrow[i] = c;
  }
  if (all < 0x80) return decoder.decode(narrow.subarray(0, length));
  for (let i = 0; i < length; i++) list[i] = units[from + i]!;
  return String.fromCharCode.apply(null, length === BATCH ? list : list.slice(0, length));
}

/** Room for what is written while a text is read: kept for the next one, but for long texts. */
export class OutBuffer {
  #units = new Uint16Array(1024);

  /**
   * Room for so many units; what is in it is anything.
   *
   * @param length How many.
   * @returns An array that is at least as long and valid until the next call.
   */
  of(length: number): Uint16Array {
    if (this.#units.length >= length) return this.#units;
    if (length > KEPT) return new Uint16Array(length);
    return this.#units = new Uint16Array(Math.max(2 * this.#units.length, length));
  }
}
