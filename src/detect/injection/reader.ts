// Takes a text apart into words and signs for the engine, folding as it goes, and notes runs that look encoded.

import {
  EXPANDS,
  expansion,
  foldCode,
  FOLDED,
  IGNORED,
  SEPARATOR,
  UNSPACED,
} from "../normalise/fold.ts";
import type { Run } from "../normalise/layers.ts";
import { codeAt, UNITS } from "../normalise/units.ts";
import { CLEAN, type Outline, type Taker, walk } from "../outline.ts";
import type { Engine } from "./engine.ts";
import { BASIS, PRIME, step } from "./hash.ts";
import { isOrnament, LongestWord } from "./letters.ts";
import type { Lexicon } from "./lexicon.ts";
import { isLetter } from "./signs.ts";
import { FOLLOWS, isLed, SIGNS } from "./telling.ts";
import { WordReader } from "./word_reader.ts";

const NONE: readonly number[] = [];
const ORNAMENT = 0x5f356495;
const APOSTROPHE = 0x27;
/** In every letter of ASCII, and in no digit. */
const LETTER = 0x40;

/** Reads one text after another. */
export class Reader implements Taker {
  readonly #engine: Engine;
  readonly #words: WordReader;
  readonly #url: number;
  readonly #mail: number;
  readonly #longest: LongestWord;
  /** That of the text that was read last, where it was wanted. */
  outline: Outline = CLEAN;
  #units: Uint16Array = new Uint16Array(0);
  #fenced = false;
  #code = false;
  #lineQuoted = false;
  #text = "";
  /** Where texts end that are read in a row, which of them is read, where it ends, and what is told of each. */
  #ends: readonly number[] = NONE;
  #of = 0;
  #end = -1;
  #ended: (index: number, encoded: boolean) => void = () => {};

  /**
   * @param engine Where the words go.
   * @param lexicon The lexicon of the engine's grammar.
   */
  constructor(engine: Engine, lexicon: Lexicon) {
    this.#engine = engine;
    this.#words = new WordReader(engine, lexicon);
    this.#longest = new LongestWord(lexicon.unspaced);
    this.#url = lexicon.classOf("URL");
    this.#mail = lexicon.classOf("MAIL");
  }

  /**
   * Reads a text; the engine must have begun.
   *
   * @param text The text.
   * @param disguised Start and end of runs whose letters were encoded one by one.
   * @param outlined Whether {@link Reader.outline} is wanted.
   * @returns Runs that look encoded, by kind in ascending order.
   */
  read(text: string, disguised: readonly number[], outlined: boolean): readonly Run[] {
    this.#end = -1;
    this.#walk(text, disguised, outlined);
    // The line end behind the last unit is read too.
    this.sign(0x0a, 0, text.length);
    this.#words.found.finish();
    this.#engine.close();
    return this.#words.found.runs;
  }

  /**
   * Reads texts in a row as if each were alone; the engine must have begun.
   *
   * @param text The texts with line ends between them.
   * @param ends Where each ends, in ascending order.
   * @param ended Told when a text has been read, and whether it has runs that look encoded.
   * @param outlined Whether {@link Reader.outline} is wanted, which is that of all.
   */
  readEach(
    text: string,
    ends: readonly number[],
    ended: (index: number, encoded: boolean) => void,
    outlined: boolean,
  ): void {
    this.#ends = ends;
    this.#of = 0;
    this.#end = ends[0] ?? -1;
    this.#ended = ended;
    this.#walk(text, NONE, outlined);
    this.sign(0x0a, 0, text.length);
  }

  /** Reads all but the line end behind the last unit. */
  #walk(text: string, disguised: readonly number[], outlined: boolean): void {
    const units = UNITS.of(text);
    this.#text = text;
    this.#units = units;
    this.#fenced = this.#code = this.#lineQuoted = false;
    this.#words.begin(text, units, disguised, this.#end < 0 ? text.length : this.#end);
    this.outline = walk(units, text.length, this, outlined);
  }

  /** One of several texts ends at a line end, and the next begins. */
  #next(at: number): void {
    const { found } = this.#words;
    found.finish();
    this.#engine.close();
    this.#ended(this.#of, found.runs.length > 0);
    this.#engine.next();
    this.#end = this.#ends[++this.#of] ?? -1;
    found.begin(this.#text, this.#units, at + 1, this.#end);
    this.#fenced = this.#code = this.#lineQuoted = false;
    this.#quote();
  }

  /** See {@link Taker}. */
  run(hash: number, start: number, end: number, all: number, mixed: number, after: number): number {
    if (after < 128 ? after === APOSTROPHE : foldCode(after) !== SEPARATOR) {
      // Letters that were read need no second look; digits do.
      return (all & LETTER) !== 0
        ? this.#folded(start, end, hash)
        : this.#folded(start, start, BASIS);
    }
    this.#words.plain(hash, start, end, all, mixed, after);
    return end;
  }

  /** See {@link Taker}. */
  sign(c: number, next: number, at: number): number {
    return (SIGNS[c]! & FOLLOWS[next]!) !== 0 || (at > 0 && isLed(c, this.#units[at - 1]!))
      ? this.#sign(c, at) + 1
      : at + 1;
  }

  /** See {@link Taker}. */
  folded(at: number): number {
    return this.#folded(at, at, BASIS);
  }

  /**
   * Reads, character by character, a word that is not all ASCII, or a sign; returns where it goes on.
   *
   * @param start Where the word begins.
   * @param from Where letters of ASCII end that were read already.
   * @param hash Their hash.
   */
  #folded(start: number, from: number, hash: number): number {
    const units = this.#units;
    let length = from - start;
    // Reckoned with signs, since half the letters of some alphabets look like ASCII, and no processor guesses which.
    // Negative: a unit was ASCII, a digit was met, nothing but digits was, a letter that only looks like ASCII was.
    let ascii = -length;
    let digit = 0;
    let number = length > 0 ? 0 : -1;
    let odd = 0;
    // Those from styled blocks.
    let styled = 0;
    for (let i = from;; i++) {
      const c = units[i]!;
      let value = FOLDED[c]!;
      let code = c;
      let last = i;
      if (value < 0) {
        code = codeAt(units, i);
        value = foldCode(code);
        if (code > 0xffff) last++;
      }
      if (value > IGNORED && value < UNSPACED) {
        hash = Math.imul(hash ^ value, PRIME);
        length++;
        const alike = value - 128;
        ascii |= c - 128;
        digit |= value - 58;
        number &= value - 58;
        odd |= alike & (0x36f - code) & (code - 0x2100);
        styled += (alike & (0x20ff - code)) >>> 31;
      } else if (value >= UNSPACED) {
        if (value < EXPANDS) {
          if (length > 0) {
            const digits = number < 0 ? length : digit >>> 31;
            this.#words.word(hash, start, i, length, digits, (odd & ascii) < 0, styled, c);
          }
          return this.#unspaced(i, value);
        }
        const more = expansion(value);
        number = 0;
        length += more.length;
        for (let k = 0; k < more.length; k++) {
          hash = Math.imul(hash ^ more.charCodeAt(k), PRIME);
        }
      } else if (value !== IGNORED) {
        if (length > 0) {
          const digits = number < 0 ? length : digit >>> 31;
          this.#words.word(hash, start, last, length, digits, (odd & ascii) < 0, styled, c);
        }
        return this.#sign(c, last) + 1;
      } else if (length === 0) return last + 1;
      i = last;
    }
  }

  /** One sign that is neither word nor space; returns where it ends. */
  #sign(c: number, i: number): number {
    const units = this.#units;
    const engine = this.#engine;
    switch (c) {
      case 0x0a:
        engine.pause();
        this.#words.found.lineStart = i + 1;
        this.#code = false;
        this.#lineQuoted = units[i + 1] === 0x3e;
        this.#quote();
        if (i === this.#end) this.#next(i);
        return i;
      case 0x2e: // . ends a sentence before a space
      case 0x21:
      case 0x3f: {
        const next = units[i + 1];
        if (next === 0x20 || next === 0x0a) {
          engine.distance(3);
          engine.pause();
        }
        return i;
      }
      case 0x3002:
      case 0xff01:
      case 0xff1f:
        engine.distance(3);
        engine.pause();
        return i;
      case 0x5c: { // \n and the like, as JSON inside of text has them
        const next = units[i + 1];
        return next === 0x6e || next === 0x72 || next === 0x74 ? i + 1 : i;
      }
      case 0x60:
        if (units[i + 1] === 0x60 && units[i + 2] === 0x60) {
          this.#fenced = !this.#fenced;
          this.#quote();
          return i + 2;
        }
        this.#code = !this.#code;
        this.#quote();
        return i;
      case 0x201c:
      case 0x201d:
        this.#code = c === 0x201c;
        this.#quote();
        return i;
      case 0x3a:
        if (units[i + 1] === 0x2f && units[i + 2] === 0x2f) {
          engine.slot(this.#url, i, i + 3);
        }
        return i;
      case 0x40:
        if (i > 0 && isLetter(units[i - 1]!) && isLetter(units[i + 1]!)) {
          engine.slot(this.#mail, i, i + 1);
        }
        return i;
      case 0x28:
        if (i > 0 && units[i - 1] === 0x5d) this.#words.signs.image(i);
        return i;
      case 0x3d:
      case 0x2d:
      case 0x2b:
      case 0x2a:
      case 0x23:
      case 0x3c:
      case 0x3e:
      case 0x2f: {
        if (c === 0x3d || c === 0x3c) this.#words.signs.hidden(i);
        let end = i + 1;
        while (isOrnament(units[end]!)) end++;
        if (end - i >= 4) {
          engine.ornament(ORNAMENT);
          return end - 1;
        }
        return i;
      }
      default:
        return i;
    }
  }

  #quote(): void {
    this.#words.quoted = this.#fenced || this.#code || this.#lineQuoted ? 4 : 0;
  }

  /** A letter of a script without spaces: the longest word of the lexicon, or the letter itself. */
  #unspaced(at: number, value: number): number {
    const word = this.#longest;
    const marks = this.#fenced || this.#code ? 12 : 8;
    const end = word.rowEnd(this.#units, at);
    if (end > at) {
      this.#words.found.unspaced(end);
      this.#engine.letters(at, end, marks);
      return end;
    }
    word.find(this.#units, this.#text.length, at, value);
    const { found, foundEnd, foundHash, firstEnd } = word;
    this.#words.found.unspaced(found !== 0 ? foundEnd : firstEnd);
    if (found !== 0) {
      this.#engine.word(foundHash, found, at, foundEnd, marks);
      return foundEnd;
    }
    this.#engine.word(step(BASIS, value & ~UNSPACED), 0, at, firstEnd, marks);
    // A letter is less than a word: rules count words.
    return firstEnd;
  }
}
