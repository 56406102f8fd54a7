// Takes a text apart into words and signs for the engine, folding as it goes, and notes runs that look encoded.

import { ASCII, EXPANDS, expansion, foldCode, IGNORED, UNSPACED } from "../normalise/fold.ts";
import { hexDigit, isBase64 } from "../normalise/decode.ts";
import type { Encoding, Run } from "../normalise/layers.ts";
import type { Engine } from "./engine.ts";
import type { Lexicon } from "./lexicon.ts";
import { PREFIX_ONLY } from "./lexicon.ts";
import { BASIS, letterSum, scrambleHash, step } from "./hash.ts";

const PRIME = 0x01000193;
const NUMBER = 0x51ed270b;
const LONG_WORD = 0x2c9277b5;
const ORNAMENT = 0x5f356495;
const MAX_WORD = 32;
const LEET: Readonly<Record<string, string>> = {
  0: "o",
  1: "i",
  3: "e",
  4: "a",
  5: "s",
  7: "t",
  8: "b",
  9: "g",
};

/** Numbers of the classes that the reader finds by signs, not by words. */
interface Signs {
  readonly url: number;
  readonly mail: number;
  readonly path: number;
  readonly turn: number;
  readonly tagged: number;
  readonly template: number;
  readonly image: number;
  readonly rotated: number;
  readonly reversed: number;
}

/** A run of equal things, such as single letters. */
class Streak {
  count = 0;
  start = 0;
  end = -9;
}

/** Reads one text; use it once. */
export class Reader {
  readonly #text: string;
  readonly #engine: Engine;
  readonly #lexicon: Lexicon;
  readonly #signs: Signs;
  readonly #disguised: readonly number[];
  /** Runs that look encoded, by kind in ascending order. */
  readonly runs: Run[] = [];
  readonly #single = new Streak();
  readonly #hex = new Streak();
  readonly #decimal = new Streak();
  readonly #binary = new Streak();
  readonly #rotated = new Streak();
  readonly #reversed = new Streak();
  #encodedEnd = 0;
  #disguisedAt = 0;
  #fenced = false;
  #code = false;
  #lineQuoted = false;
  #previousEnd = 0;
  #lineStart = 0;

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
    this.#signs = {
      url: lexicon.classOf("URL"),
      mail: lexicon.classOf("MAIL"),
      path: lexicon.classOf("PATH"),
      turn: lexicon.classOf("TURN"),
      tagged: lexicon.classOf("TAGGED"),
      template: lexicon.classOf("TEMPLATE"),
      image: lexicon.classOf("IMGDATA"),
      rotated: lexicon.classOf("ROTATED"),
      reversed: lexicon.classOf("REVERSED"),
    };
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
      const c = i < n ? text.charCodeAt(i) : 0x0a;
      let value: number;
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
    this.#endStreaks();
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
    if (start - this.#previousEnd > 16) this.#gap(this.#previousEnd, start);
    this.#previousEnd = end;
    const lexicon = this.#lexicon;
    let marks = this.#fenced || this.#code || this.#lineQuoted ? 4 : 0;
    if (length === 1) {
      const gap = text.charCodeAt(start - 1);
      if (gap === 0x20 || gap === 0x0a || start === 0) this.#count(this.#single, start, end, 4);
    }
    else if (length === 2) {
      if (hexDigit(text.charCodeAt(start)) >= 0 && hexDigit(text.charCodeAt(start + 1)) >= 0) {
        this.#count(this.#hex, start, end, 4);
      }
    } else if (length >= 12) this.#contiguous(start, end);
    if (digits === length) {
      if (length === 8) this.#count(this.#binary, start, end, 3);
      else if (length <= 3) this.#count(this.#decimal, start, end, 3);
      this.#engine.word(NUMBER, 0, start, end, marks);
      return;
    }
    let value = lexicon.words.get(hash);
    if (value === 0 && length > MAX_WORD) hash = LONG_WORD;
    else if (value === 0) {
      if (digits > 0) {
        const plain = this.#leet(start, end);
        if (plain !== 0) {
          value = plain;
          marks |= 2;
        }
      } else if (length > 3) {
        value = this.#stem(start, end);
        if (value === 0 && length > 5 && length === end - start) {
          value = this.#scrambled(start, length);
          if (value !== 0) marks |= 2;
        }
      }
    }
    if (odd > 0 && odd < length && end - start >= length) marks |= this.#mixed(start, end) ? 2 : 0;
    else if (styled > 2) marks |= 2;
    const first = text.charCodeAt(start);
    if (first < 91 && first > 64 && length > 1) {
      const second = text.charCodeAt(start + 1);
      if (second < 91 && second > 64) marks |= 1;
    }
    if (this.#disguisedAt < this.#disguised.length) marks |= this.#inDisguise(start);
    const engine = this.#engine;
    engine.word(hash, value, start, end, marks);
    if (value > 1) this.#signsOf(value, start, end, after);
  }

  /** Signs that depend on what stands around a word of the lexicon. */
  #signsOf(value: number, start: number, end: number, after: number): void {
    const classes = this.#lexicon.classes[value]!;
    const signs = this.#signs;
    const text = this.#text;
    for (let i = 0; i < classes.length; i++) {
      const c = classes[i]!;
      if (c === signs.rotated) this.#note(this.#rotated, "rot13", start, end);
      else if (c === signs.reversed) this.#note(this.#reversed, "reversed", start, end);
    }
    const before = start > 0 ? text.charCodeAt(start - 1) : 0x0a;
    // Signs stand before or behind few words: the others need no second look.
    if (after !== 0x3a && !LEADS.includes(before)) return;
    const word = end - start <= 12 ? text.slice(start, end).toLowerCase() : "";
    if ((before === 0x2e || before === 0x7e || before === 0x2f) && HIDDEN_PATHS.has(word)) {
      const further = start > 1 ? text.charCodeAt(start - 2) : 0x20;
      if (before === 0x2e && isLetter(further)) return;
      if (before === 0x2f && !DEEP_PATHS.has(word)) return;
      this.#engine.slot(signs.path, start, end);
    } else if (TURNS.has(word)) {
      if (
        before === 0x3c || before === 0x5b || before === 0x7c ||
        (before === 0x2f && text[start - 2] === "<")
      ) {
        const template = before === 0x7c ||
          (before === 0x5b && word === "inst" && after === 0x5d) ||
          (before === 0x3c && text[start - 2] === "<" && word === "sys");
        if (word === "user" && after !== 0x3e && after !== 0x5d && after !== 0x7c) return;
        if (TAGS.has(word)) this.#engine.slot(signs.tagged, start, end);
        this.#engine.slot(template ? signs.template : signs.turn, start, end);
      } else if (
        after === 0x3a && !isLetter(text.charCodeAt(end + 1)) && SPEAKERS.has(word) &&
        this.#startsClause(start)
      ) {
        this.#engine.slot(signs.turn, start, end);
      } else if (
        before === 0x5f && (word === "start" || word === "end") &&
        /\|im_$/.test(text.slice(Math.max(0, start - 4), start))
      ) {
        this.#engine.slot(signs.template, start, end);
      }
    }
  }

  #startsClause(start: number): boolean {
    for (let i = start - 1, k = 0; i >= 0 && k < 4; i--, k++) {
      const c = this.#text.charCodeAt(i);
      if (
        c === 0x0a || c === 0x5b || c === 0x28 || c === 0x23 || c === 0x2d || c === 0x2a ||
        c === 0x27
      ) return true;
      if (c === 0x2e || c === 0x22 || c === 0x3b || c === 0x21) return true;
      if (c !== 0x20) return false;
    }
    return start < 4;
  }

  /** One sign that is neither word nor space; returns where it ends. */
  #sign(c: number, i: number): number {
    const text = this.#text;
    const engine = this.#engine;
    switch (c) {
      case 0x0a:
        engine.pause();
        this.#lineStart = i + 1;
        this.#code = false;
        this.#lineQuoted = text.charCodeAt(i + 1) === 0x3e;
        return i;
      case 0x2e: // . ends a sentence before a space
      case 0x21:
      case 0x3f: {
        const next = text.charCodeAt(i + 1);
        if (next === 0x20 || next === 0x0a || next !== next) {
          engine.distance(1);
          engine.pause();
        }
        return i;
      }
      case 0x3002:
      case 0xff01:
      case 0xff1f:
        engine.distance(1);
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
          engine.slot(this.#signs.url, i, i + 3);
        }
        return i;
      case 0x40:
        if (isLetter(text.charCodeAt(i - 1)) && isLetter(text.charCodeAt(i + 1))) {
          engine.slot(this.#signs.mail, i, i + 1);
        }
        return i;
      case 0x28:
        if (text.charCodeAt(i - 1) === 0x5d) this.#image(i);
        return i;
      case 0x3d:
      case 0x2d:
      case 0x2b:
      case 0x2a:
      case 0x23:
      case 0x3c:
      case 0x3e:
      case 0x2f: {
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

  /** A markdown image whose address carries what looks like data to be filled in. */
  #image(open: number): void {
    const text = this.#text;
    const rest = text.slice(open + 1, open + 400);
    if (!/^https?:/.test(rest)) return;
    const close = rest.search(/[)\s]/);
    const address = close < 0 ? rest : rest.slice(0, close);
    const query = address.search(/[?#]/);
    if (query < 0) return;
    const name = text.slice(Math.max(0, open - 120), open - 1);
    const bracket = name.lastIndexOf("[");
    const picture = bracket > 0 && name[bracket - 1] === "!";
    const data = address.slice(query + 1);
    if (
      /=(?:[[{<$]|%5B|%7B|%3C|[A-Z_]{5,40}(?:&|$))/.test(data) && (picture || /[[{<]/.test(data))
    ) {
      this.#engine.slot(this.#signs.image, open, open + 1 + address.length);
    }
  }

  /** A letter of a script without spaces: the longest word of the lexicon, or the letter itself. */
  #unspaced(at: number, value: number): number {
    const text = this.#text;
    const table = this.#lexicon.unspaced;
    const marks = this.#fenced || this.#code ? 4 : 0;
    let hash = BASIS;
    let found = 0;
    let foundEnd = 0;
    let foundHash = 0;
    let i = at;
    let folded = value;
    let firstEnd = at + 1;
    for (let k = 0; k < 12; k++) {
      hash = step(hash, folded & ~UNSPACED);
      const code = text.codePointAt(i)!;
      i += code > 0xffff ? 2 : 1;
      if (k === 0) firstEnd = i;
      const known = table.get(hash);
      if (known === 0) break;
      if (known !== PREFIX_ONLY) {
        found = known;
        foundEnd = i;
        foundHash = hash;
      }
      if (i >= text.length) break;
      folded = foldCode(text.codePointAt(i)!);
      if (folded === IGNORED) continue;
      if (folded < UNSPACED || folded >= EXPANDS) break;
    }
    this.#previousEnd = found !== 0 ? foundEnd : firstEnd;
    if (found !== 0) {
      this.#engine.word(foundHash, found, at, foundEnd, marks);
      return foundEnd;
    }
    this.#engine.word(step(BASIS, value & ~UNSPACED), 0, at, firstEnd, marks);
    // A letter is less than a word: rules count words.
    return firstEnd;
  }

  #leet(start: number, end: number): number {
    if (end - start > 20) return 0;
    const word = this.#text.slice(start, end).toLowerCase();
    for (const one of ["i", "l"]) {
      let hash = BASIS;
      for (let k = 0; k < word.length; k++) {
        const letter = word[k] === "1" ? one : LEET[word[k]!] ?? word[k]!;
        hash = step(hash, letter.charCodeAt(0));
      }
      const value = this.#lexicon.words.get(hash);
      if (value !== 0) return value;
    }
    return 0;
  }

  /** The longest beginning of three to nine letters that the lexicon knows with any ending. */
  #stem(start: number, end: number): number {
    const text = this.#text;
    const stems = this.#lexicon.stems;
    let hash = BASIS;
    let value = 0;
    let letters = 0;
    for (let i = start; i < end && letters < 9; i++) {
      const c = text.charCodeAt(i);
      const folded = c < 128 ? ASCII[c]! : foldCode(c);
      if (folded <= IGNORED) continue;
      if (folded >= UNSPACED) return value;
      hash = Math.imul(hash ^ folded, PRIME);
      if (++letters >= 3) {
        const found = stems.get(hash);
        if (found !== 0) value = found;
      }
    }
    return value;
  }

  #scrambled(start: number, length: number): number {
    const text = this.#text;
    let sum = 0;
    let first = 0;
    let last = 0;
    for (let k = 0; k < length; k++) {
      const c = text.charCodeAt(start + k);
      if (c >= 128) return 0;
      last = ASCII[c]!;
      if (k === 0) first = last;
      sum = (sum + letterSum(last)) | 0;
    }
    return this.#lexicon.scrambled.get(scrambleHash(first, last, length, sum));
  }

  /** Whether a word has both ASCII letters and their lookalikes, and nothing else. */
  #mixed(start: number, end: number): boolean {
    let plain = false;
    for (let i = start; i < end; i++) {
      const c = this.#text.charCodeAt(i);
      if (c < 128) {
        if (ASCII[c]! > 57) plain = true;
      } else if (foldCode(c) > 128) return false;
    }
    return plain;
  }

  #inDisguise(start: number): number {
    const d = this.#disguised;
    while (this.#disguisedAt < d.length && d[this.#disguisedAt + 1]! <= start) {
      this.#disguisedAt += 2;
    }
    return this.#disguisedAt < d.length && d[this.#disguisedAt]! <= start ? 2 : 0;
  }

  #count(streak: Streak, start: number, end: number, gap: number): void {
    if (start - streak.end > gap) {
      this.#endStreak(streak);
      streak.start = start;
      streak.count = 0;
    }
    streak.count++;
    streak.end = end;
  }

  #endStreak(streak: Streak): void {
    if (streak === this.#single && streak.count >= 8) this.#run("spaced", streak.start, streak.end);
    else if (streak === this.#hex && streak.count >= 8) this.#run("hex", streak.start, streak.end);
    else if (streak === this.#decimal && streak.count >= 10) {
      this.#run("decimal", streak.start, streak.end);
    } else if (streak === this.#binary && streak.count >= 4) {
      this.#run("binary", streak.start, streak.end);
    }
    streak.count = 0;
  }

  #endStreaks(): void {
    for (const s of [this.#single, this.#hex, this.#decimal, this.#binary]) this.#endStreak(s);
    if (this.#text.length - this.#previousEnd > 16) this.#gap(this.#previousEnd, this.#text.length);
  }

  /** Three words that are English only when rotated or reversed mark their lines. */
  #note(streak: Streak, kind: Encoding, start: number, end: number): void {
    if (start - streak.end > 40) streak.count = 0;
    streak.count++;
    streak.end = end;
    if (streak.count < 3 || start < streak.start) return;
    const text = this.#text;
    let stop = text.indexOf("\n", end);
    if (stop < 0) stop = text.length;
    this.#run(kind, Math.max(this.#lineStart, streak.start), stop);
    streak.start = stop;
    streak.count = 0;
  }

  /** A long word may be the beginning of a base64 or hex run. */
  #contiguous(start: number, end: number): void {
    if (start < this.#encodedEnd) return;
    const text = this.#text;
    let from = start;
    while (from > this.#encodedEnd && isBase64(text.charCodeAt(from - 1))) from--;
    let to = end;
    for (;;) {
      while (to < text.length && isBase64(text.charCodeAt(to))) to++;
      // A wrapped run goes on after a line end.
      const next = text.charCodeAt(to) === 0x0d ? to + 2 : to + 1;
      const wrapped = to - from >= 32 &&
        (text.charCodeAt(to) === 0x0a || text.charCodeAt(to) === 0x0d);
      if (!wrapped || !isBase64(text.charCodeAt(next)) || !this.#longLine(next)) break;
      to = next;
    }
    this.#encodedEnd = to;
    if (to - from < 16) return;
    let hex = true;
    for (let i = from; i < to && hex; i++) hex = hexDigit(text.charCodeAt(i)) >= 0;
    this.#run(hex ? "hex" : "base64", from, to);
  }

  /** Whether the line holds nothing but one run. */
  #longLine(at: number): boolean {
    let i = at;
    while (i < at + 100 && isBase64(this.#text.charCodeAt(i))) i++;
    while (this.#text.charCodeAt(i) === 0x3d) i++;
    const c = this.#text.charCodeAt(i);
    return c === 0x0a || c === 0x0d || c !== c || i - at >= 32;
  }

  /** A long stretch without words may be Morse. */
  #gap(start: number, end: number): void {
    const text = this.#text;
    let dots = 0;
    let dashes = 0;
    let spaces = 0;
    for (let i = start; i < end; i++) {
      const c = text.charCodeAt(i);
      if (c === 0x2e || c === 0xb7 || c === 0x2022) dots++;
      else if (c === 0x2d || c === 0x2212 || c === 0x2013 || c === 0x5f) dashes++;
      else if (c === 0x20 || c === 0x2f) spaces++;
    }
    if (dots > 4 && dashes > 4 && spaces > 6 && dots + dashes + spaces > (end - start) * 0.9) {
      this.#run("morse", start, end);
    }
  }

  #run(kind: Encoding, start: number, end: number): void {
    if (end - start >= 8) this.runs.push({ kind, start, end });
  }
}

const HIDDEN_PATHS = new Set([
  ..."env ssh aws netrc npmrc pypirc kube gnupg docker cursor bash_history zsh_history git-credentials credentials passwd shadow id_rsa rsa"
    .split(" "),
]);
const DEEP_PATHS = new Set(["passwd", "shadow", "credentials", "id_rsa"]);
const TURNS = new Set(
  "system assistant user human inst sys important admin instructions instruction start end header_id developer ai secret hidden critical requirement im_start override"
    .split(" "),
);
const TAGS = new Set(
  "important system admin instructions instruction critical secret hidden override inst".split(" "),
);
const SPEAKERS = new Set(
  "system assistant admin human ai developer instruction instructions override user".split(" "),
);

/** What stands before paths, tags and template words. */
const LEADS: readonly number[] = [0x2e, 0x7e, 0x2f, 0x3c, 0x5b, 0x7c, 0x5f];

function isLetter(c: number): boolean {
  const lower = c | 32;
  return (lower >= 97 && lower <= 122) || (c >= 0x30 && c <= 0x39);
}

function isOrnament(c: number): boolean {
  return c === 0x3d || c === 0x2d || c === 0x2b || c === 0x2a || c === 0x23 || c === 0x3c ||
    c === 0x3e ||
    c === 0x2f || c === 0x5c || c === 0x7e;
}

/** Where a character began, when the loop already stands on its second unit. */
function code16(i: number, c: number): number {
  return c >= 0xd800 && c < 0xdc00 ? i - 1 : i;
}
