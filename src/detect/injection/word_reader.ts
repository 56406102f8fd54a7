// Looks up the words that the reader takes from a text, and gives them to the engine with what stands around them.

import { ASCII, FOLDED, IGNORED, UNSPACED } from "../normalise/fold.ts";
import type { Engine } from "./engine.ts";
import { frameOf, hasBit, headOf, type Lexicon } from "./lexicon.ts";
import { RunFinder } from "./runs.ts";
import { SignFinder } from "./signs.ts";
import { isBroken, isMixed, isZigzag, leetWord, scrambledWord, stemWord } from "./words.ts";

const NUMBER = 0x51ed270b;
const LONG_WORD = 0x2c9277b5;
const MAX_WORD = 32;

/** 1 for letters and digits of ASCII, whatever the unit: one look, no bound. */
export const PLAIN: Uint8Array = new Uint8Array(1 << 16);
for (let c = 0; c < 128; c++) if (ASCII[c]! > IGNORED) PLAIN[c] = 1;
/** In every small letter and digit, and in every letter. */
export const SMALL = 0x20;
const LETTER = 0x40;

/** Values of the lexicon whose words are something else when rotated or reversed. */
const ROTATED = 1;
const REVERSED = 2;

/** Takes the words of one text after another. */
export class WordReader {
  /** Notes runs that look encoded. */
  readonly found = new RunFinder();
  /** Looks at what stands around words. */
  readonly signs: SignFinder;
  /** Whether the place that is read is code or quoted: 4, otherwise 0. */
  quoted = 0;
  readonly #engine: Engine;
  readonly #lexicon: Lexicon;
  readonly #turned: Uint8Array;
  #units: Uint16Array = new Uint16Array(0);
  #disguised: readonly number[] = [];
  #disguisedAt = 0;

  /**
   * @param engine Where the words go.
   * @param lexicon The lexicon of the engine's grammar.
   */
  constructor(engine: Engine, lexicon: Lexicon) {
    this.#engine = engine;
    this.#lexicon = lexicon;
    this.signs = new SignFinder(engine, lexicon);
    const [rotated, reversed] = [lexicon.classOf("ROTATED"), lexicon.classOf("REVERSED")];
    this.#turned = Uint8Array.from(
      lexicon.classes,
      (classes) =>
        (classes.includes(rotated) ? ROTATED : 0) | (classes.includes(reversed) ? REVERSED : 0),
    );
  }

  /**
   * Begins with a text.
   *
   * @param text The text.
   * @param units Its units and a line end.
   * @param disguised Start and end of runs whose letters were encoded one by one.
   * @param end Where what is read of it first ends.
   */
  begin(text: string, units: Uint16Array, disguised: readonly number[], end: number): void {
    this.#units = units;
    this.#disguised = disguised;
    this.#disguisedAt = 0;
    this.quoted = 0;
    this.found.begin(text, units, 0, end);
    this.signs.begin(text, units);
  }

  /** A word of ASCII; `all` holds the bits that all its units have, `mixed` the exclusive or of all. */
  plain(
    hash: number,
    start: number,
    end: number,
    all: number,
    mixed: number,
    after: number,
  ): void {
    const length = end - start;
    const units = this.#units;
    if ((all & LETTER) !== 0 && length > 2 && length < 12) {
      this.found.pass(start, end);
      // Letters, the second and third of them small: neither all capitals nor alternating.
      if ((units[start + 1]! & units[start + 2]! & SMALL) !== 0 && this.#disguised.length === 0) {
        const lexicon = this.#lexicon;
        let value = lexicon.words.get(hash);
        if (value === 0) {
          const a = units[start]!;
          const known = hasBit(lexicon.heads, headOf(a, units[start + 1]!, units[start + 2]!)) ||
            (length > 5 &&
              hasBit(lexicon.frames, frameOf(a, units[end - 1]!, length, mixed)));
          if (!known || length < 4) {
            this.#engine.unknown(start, end, this.quoted);
            return;
          }
          value = this.#likely(start, end, length);
        }
        this.#take(hash, value, start, end, after, this.quoted);
        return;
      }
      this.#known(hash, start, end, length, 0, (all & SMALL) !== 0, 0, after);
      return;
    }
    let digits = 0;
    if ((all & LETTER) === 0) { for (let i = start; i < end; i++) if (units[i]! < 58) digits++; }
    this.found.word(start, end, length, digits);
    this.#known(hash, start, end, length, digits, (all & SMALL) !== 0, 0, after);
  }

  /**
   * Any word.
   *
   * @param digits How many of its characters are digits, or 1 where some but not all are.
   * @param mixed Whether it has units of ASCII and letters that only look like it.
   * @param styled How many letters are from styled blocks.
   */
  word(
    hash: number,
    start: number,
    end: number,
    length: number,
    digits: number,
    mixed: boolean,
    styled: number,
    after: number,
  ): void {
    const units = this.#units;
    this.found.word(start, end, length, digits);
    let marks = 0;
    if (mixed && end - start >= length) {
      marks = isMixed(units, start, end) ? 2 : 0;
    } else if (styled > 2) marks = 2;
    if (end - start > length && isBroken(units, start, end)) marks = 2;
    this.#known(hash, start, end, length, digits, false, marks, after);
  }

  /**
   * What a word that the lexicon does not know may come from: the value of its stem, the negative one of the word
   * whose letters it has in another order, or 0. Nearly all words show with a look or two that they come from none.
   */
  #likely(start: number, end: number, length: number): number {
    const units = this.#units;
    const lexicon = this.#lexicon;
    const [a, b, c] = [units[start]!, units[start + 1]!, units[start + 2]!];
    if (this.#mayBegin(a, b, c)) {
      const value = stemWord(units, lexicon, start, end);
      if (value !== 0) return value;
    }
    if (length < 6 || length !== end - start) return 0;
    let mixed = 0;
    for (let i = start; i < end; i++) mixed ^= units[i]!;
    return hasBit(lexicon.frames, frameOf(a, units[end - 1]!, length, mixed))
      ? -scrambledWord(units, lexicon, start, length)
      : 0;
  }

  /** Whether a stem may begin with three units; where one of them is no letter by itself, nobody knows. */
  #mayBegin(a: number, b: number, c: number): boolean {
    const [x, y, z] = [FOLDED[a]!, FOLDED[b]!, FOLDED[c]!];
    if (x <= IGNORED || y <= IGNORED || z <= IGNORED) return true;
    return (x | y | z) >= UNSPACED || hasBit(this.#lexicon.heads, headOf(x, y, z));
  }

  /** What the lexicon says of a word; `small` where it surely has no capital. */
  #known(
    hash: number,
    start: number,
    end: number,
    length: number,
    digits: number,
    small: boolean,
    disguise: number,
    after: number,
  ): void {
    const engine = this.#engine;
    let marks = this.quoted;
    if (digits === length) {
      engine.word(NUMBER, 0, start, end, marks);
      return;
    }
    marks |= disguise;
    const units = this.#units;
    const lexicon = this.#lexicon;
    let value = lexicon.words.get(hash);
    if (value === 0) {
      if (length > MAX_WORD) hash = LONG_WORD;
      else if (digits > 0) {
        // `a1`, `t0`: names of columns, not words.
        if (length > 2 && holdsDigit(units, start, end)) {
          value = leetWord(units, lexicon, start, end);
        }
        if (value !== 0) marks |= 2;
      } else if (length > 3) {
        value = this.#likely(start, end, length);
      }
    }
    if (!small) {
      const first = units[start]!;
      if (length > 1 && isCapital(first) && isCapital(units[start + 1]!)) marks |= 1;
      else if (first >= 0x370 && first < 0x2000) marks |= 8;
      if (length > 3 && isZigzag(units, start, end)) marks |= 2;
    }
    if (this.#disguisedAt < this.#disguised.length) marks |= this.#inDisguise(start);
    this.#take(hash, value, start, end, after, marks);
  }

  /** Gives a word to the engine; a negative value is that of a word with its letters in another order. */
  #take(
    hash: number,
    value: number,
    start: number,
    end: number,
    after: number,
    marks: number,
  ): void {
    if (value < 0) {
      value = -value;
      marks |= 2;
    }
    this.#engine.word(hash, value, start, end, marks);
    if (value <= 1) return;
    const turned = this.#turned[value]!;
    if (turned !== 0) {
      if ((turned & ROTATED) !== 0) this.found.rotated(start, end);
      if ((turned & REVERSED) !== 0) this.found.reversed(start, end);
    }
    this.signs.around(start, end, after);
  }

  #inDisguise(start: number): number {
    const d = this.#disguised;
    while (this.#disguisedAt < d.length && d[this.#disguisedAt + 1]! <= start) {
      this.#disguisedAt += 2;
    }
    return this.#disguisedAt < d.length && d[this.#disguisedAt]! <= start ? 2 : 0;
  }
}

/** Whether a digit of ASCII stands in a word: letters that only look like one stand for none. */
function holdsDigit(units: Uint16Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (units[i]! < 58) return true;
  return false;
}

function isCapital(c: number): boolean {
  return c > 64 && c < 91;
}
