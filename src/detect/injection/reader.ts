// Takes a text apart into words and signs for the engine, folding as it goes, and notes runs that look encoded.

import { ASCII, EXPANDS, expansion, foldCode, IGNORED, UNSPACED } from "../normalise/fold.ts";
import type { Run } from "../normalise/layers.ts";
import type { Engine } from "./engine.ts";
import type { Lexicon } from "./lexicon.ts";
import { BASIS, step } from "./hash.ts";
import { code16, isOrnament, LongestWord } from "./letters.ts";
import { RunFinder } from "./runs.ts";
import { isLetter, SignFinder } from "./signs.ts";
import { isBroken, isMixed, isZigzag, leetWord, scrambledWord, stemWord } from "./words.ts";

const PRIME = 0x01000193;
const NUMBER = 0x51ed270b;
const LONG_WORD = 0x2c9277b5;
const ORNAMENT = 0x5f356495;
const MAX_WORD = 32;
/** Reads one text; use it once. */
export class Reader {
  readonly #text: string;
  readonly #engine: Engine;
  readonly #lexicon: Lexicon;
  readonly #disguised: readonly number[];
  readonly #found: RunFinder;
  readonly #around: SignFinder;
  readonly #rotated: number;
  readonly #reversed: number;
  readonly #url: number;
  readonly #mail: number;
  readonly #longest: LongestWord;
  #disguisedAt = 0;
  #fenced = false;
  #code = false;
  #lineQuoted = false;

  /**
   * @param text The text.
   * @param disguised Start and end of runs whose letters were encoded one by one.
   * @param engine Where the words go.
   * @param lexicon The lexicon of the engine's grammar.
   */
  constructor(text: string, disguised: readonly number[], engine: Engine, lexicon: Lexicon) {
    this.#text = text;
    this.#disguised = disguised;
    this.#engine = engine;
    this.#lexicon = lexicon;
    this.#longest = new LongestWord(lexicon.unspaced);
    this.#found = new RunFinder(text);
    this.#around = new SignFinder(text, engine, lexicon);
    this.#rotated = lexicon.classOf("ROTATED");
    this.#reversed = lexicon.classOf("REVERSED");
    this.#url = lexicon.classOf("URL");
    this.#mail = lexicon.classOf("MAIL");
  }

  /** Runs that look encoded, by kind in ascending order; complete once the text was read. */
  get runs(): readonly Run[] {
    return this.#found.runs;
  }

  /** Reads the whole text. */
  read(): void {
    const text = this.#text;
    const n = text.length;
    let hash = BASIS;
    let length = 0;
    let start = 0;
    let digits = 0;
    // Letters that look like ASCII but are not: from other alphabets, and from styled blocks.
    let odd = 0;
    let styled = 0;
    for (let i = 0; i <= n; i++) {
      let c = i < n ? text.charCodeAt(i) : 0x0a;
      let value: number;
      if (c < 128 && ASCII[c]! > IGNORED) {
        // Most of most texts: letters and digits of ASCII.
        if (length === 0) start = i;
        do {
          value = ASCII[c]!;
          hash = Math.imul(hash ^ value, PRIME);
          length++;
          if (value < 58) digits++;
          c = ++i < n ? text.charCodeAt(i) : 0x0a;
        } while (c < 128 && ASCII[c]! > IGNORED);
      }
      if (c < 128) value = ASCII[c]!;
      else {
        let code = c;
        if (c >= 0xd800 && c < 0xdc00 && i + 1 < n) code = text.codePointAt(i)!;
        value = foldCode(code);
        if (value >= UNSPACED) {
          if (value >= EXPANDS) {
            const more = expansion(value);
            if (length === 0) start = i;
            for (let k = 0; k < more.length; k++) {
              hash = Math.imul(hash ^ more.charCodeAt(k), PRIME);
              length++;
            }
          } else {
            if (length > 0) {
              this.#word(hash, start, i, length, digits, odd, styled, c);
              hash = BASIS;
              length =
                digits =
                odd =
                styled =
                  0;
            }
            i = this.#unspaced(i, value) - 1;
            continue;
          }
          if (code > 0xffff) i++;
          continue;
        }
        if (value > IGNORED && value < 128 && code >= 0x370) {
          if (code >= 0x2100) styled++;
          else odd++;
        }
        if (code > 0xffff) i++;
      }
      if (value > IGNORED) {
        if (length === 0) start = code16(i, c);
        hash = Math.imul(hash ^ value, PRIME);
        length++;
        if (value < 58) digits++;
      } else if (value !== IGNORED) {
        if (length > 0) {
          this.#word(hash, start, i, length, digits, odd, styled, c);
          hash = BASIS;
          length =
            digits =
            odd =
            styled =
              0;
        }
        if (c !== 0x20) i = this.#sign(c, i);
      }
    }
    this.#found.finish();
    this.#engine.close();
  }

  #word(
    hash: number,
    start: number,
    end: number,
    length: number,
    digits: number,
    odd: number,
    styled: number,
    after: number,
  ): void {
    const text = this.#text;
    this.#found.word(start, end, length, digits);
    const lexicon = this.#lexicon;
    let marks = this.#fenced || this.#code || this.#lineQuoted ? 4 : 0;
    if (digits === length) {
      this.#engine.word(NUMBER, 0, start, end, marks);
      return;
    }
    let value = lexicon.words.get(hash);
    if (value === 0 && length > MAX_WORD) hash = LONG_WORD;
    else if (value === 0) {
      if (digits > 0) {
        const plain = leetWord(text, lexicon, start, end);
        if (plain !== 0) {
          value = plain;
          marks |= 2;
        }
      } else if (length > 3) {
        value = stemWord(text, lexicon, start, end);
        if (value === 0 && length > 5 && length === end - start) {
          value = scrambledWord(text, lexicon, start, length);
          if (value !== 0) marks |= 2;
        }
      }
    }
    if (odd > 0 && odd < length && end - start >= length) {
      marks |= isMixed(text, start, end) ? 2 : 0;
    } else if (styled > 2) marks |= 2;
    if (end - start > length && isBroken(text, start, end)) marks |= 2;
    const first = text.charCodeAt(start);
    if (first < 91 && first > 64 && length > 1) {
      const second = text.charCodeAt(start + 1);
      if (second < 91 && second > 64) marks |= 1;
    } else if (first >= 0x370 && first < 0x2000) marks |= 8;
    if (length > 3 && isZigzag(text, start, end)) marks |= 2;
    if (this.#disguisedAt < this.#disguised.length) marks |= this.#inDisguise(start);
    const engine = this.#engine;
    engine.word(hash, value, start, end, marks);
    if (value <= 1) return;
    const classes = lexicon.classes[value]!;
    for (let i = 0; i < classes.length; i++) {
      if (classes[i] === this.#rotated) this.#found.rotated(start, end);
      else if (classes[i] === this.#reversed) this.#found.reversed(start, end);
    }
    this.#around.around(start, end, after);
  }

  /** One sign that is neither word nor space; returns where it ends. */
  #sign(c: number, i: number): number {
    const text = this.#text;
    const engine = this.#engine;
    switch (c) {
      case 0x0a:
        engine.pause();
        this.#found.lineStart = i + 1;
        this.#code = false;
        this.#lineQuoted = text.charCodeAt(i + 1) === 0x3e;
        return i;
      case 0x2e: // . ends a sentence before a space
      case 0x21:
      case 0x3f: {
        const next = text.charCodeAt(i + 1);
        if (next === 0x20 || next === 0x0a || next !== next) {
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
        const next = text.charCodeAt(i + 1);
        return next === 0x6e || next === 0x72 || next === 0x74 ? i + 1 : i;
      }
      case 0x60:
        if (text.startsWith("```", i)) {
          this.#fenced = !this.#fenced;
          return i + 2;
        }
        this.#code = !this.#code;
        return i;
      case 0x201c:
        this.#code = true;
        return i;
      case 0x201d:
        this.#code = false;
        return i;
      case 0x3a:
        if (text.charCodeAt(i + 1) === 0x2f && text.charCodeAt(i + 2) === 0x2f) {
          engine.slot(this.#url, i, i + 3);
        }
        return i;
      case 0x40:
        if (isLetter(text.charCodeAt(i - 1)) && isLetter(text.charCodeAt(i + 1))) {
          engine.slot(this.#mail, i, i + 1);
        }
        return i;
      case 0x28:
        if (text.charCodeAt(i - 1) === 0x5d) this.#around.image(i);
        return i;
      case 0x3d:
      case 0x2d:
      case 0x2b:
      case 0x2a:
      case 0x23:
      case 0x3c:
      case 0x3e:
      case 0x2f: {
        if (c === 0x3d || c === 0x3c) this.#around.hidden(i);
        let end = i + 1;
        while (isOrnament(text.charCodeAt(end))) end++;
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

  /** A letter of a script without spaces: the longest word of the lexicon, or the letter itself. */
  #unspaced(at: number, value: number): number {
    const word = this.#longest;
    word.find(this.#text, at, value);
    const { found, foundEnd, foundHash, firstEnd } = word;
    const marks = this.#fenced || this.#code ? 12 : 8;
    this.#found.skip(found !== 0 ? foundEnd : firstEnd);
    if (found !== 0) {
      this.#engine.word(foundHash, found, at, foundEnd, marks);
      return foundEnd;
    }
    this.#engine.word(step(BASIS, value & ~UNSPACED), 0, at, firstEnd, marks);
    // A letter is less than a word: rules count words.
    return firstEnd;
  }

  #inDisguise(start: number): number {
    const d = this.#disguised;
    while (this.#disguisedAt < d.length && d[this.#disguisedAt + 1]! <= start) {
      this.#disguisedAt += 2;
    }
    return this.#disguisedAt < d.length && d[this.#disguisedAt]! <= start ? 2 : 0;
  }
}
