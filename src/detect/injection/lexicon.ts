// The lexicons of all languages as tables over hashes: one look-up for a word says which slot classes it has.

import { foldCode, UNSPACED } from "../normalise/fold.ts";
import { BASIS, foldedCodes, hashCodes, letterSum, scrambleHash, step } from "./hash.ts";
import { ENGLISH } from "./lexicon/english.ts";
import { FUNCTION_WORDS } from "./lexicon/function_words.ts";
import { LATIN } from "./lexicon/latin.ts";
import { SCRIPTS } from "./lexicon/scripts.ts";
import { SPEECH } from "./lexicon/speech.ts";
import { SPEECH_SCRIPTS } from "./lexicon/speech_scripts.ts";
import { CLASSES, type SlotClass } from "./lexicon/types.ts";

/** Values of the tables: 0 is nothing, 1 is "a longer word begins so", others are places in `classes`. */
export const PREFIX_ONLY = 1;
const SLOTS = 1 << 14;

const MASK = 2 * SLOTS - 1;

function placeOf(hash: number): number {
  return ((hash ^ (hash >>> 15)) << 1) & MASK;
}

/** A table from hash to a small number, with linear probing; never more than half full. */
export class HashTable {
  /** Key and value by turns: one line of memory answers. */
  readonly #slots = new Int32Array(2 * SLOTS);
  /** One bit for each hash that may be there: most words are not, and one look says so. */
  readonly #filter = new Uint32Array(1 << 12);
  #used = 0;

  /** The value of a hash, or 0. */
  get(hash: number): number {
    const bit = Math.imul(hash, 0x9e3779b1) >>> 15;
    if ((this.#filter[bit >>> 5]! & (1 << (bit & 31))) === 0) return 0;
    const slots = this.#slots;
    for (let i = placeOf(hash);; i = (i + 2) & MASK) {
      const value = slots[i + 1]!;
      if (value === 0 || slots[i] === hash) return value;
    }
  }

  /** Sets the value of a hash. */
  set(hash: number, value: number): void {
    const bit = Math.imul(hash, 0x9e3779b1) >>> 15;
    this.#filter[bit >>> 5]! |= 1 << (bit & 31);
    const slots = this.#slots;
    let i = placeOf(hash);
    while (slots[i + 1] !== 0 && slots[i] !== hash) i = (i + 2) & MASK;
    if (slots[i + 1] === 0 && ++this.#used * 2 > SLOTS) throw new RangeError("lexicon too large");
    slots[i] = hash;
    slots[i + 1] = value;
  }
}

/** How stems of three letters of ASCII begin, by {@link headOf}: few words begin so. */
const HEADS = 1 << 15;
/** First letter, last letter, length and all letters together, by {@link frameOf}. */
const FRAMES = 1 << 19;

/** A mark of three letters of ASCII, five bits each. */
export function headOf(a: number, b: number, c: number): number {
  return (a & 31) << 10 | (b & 31) << 5 | (c & 31);
}

/**
 * A mark of the first and the last letter of a word of ASCII, of its length and, whatever their order, of all its
 * letters: `mixed` is their exclusive or.
 */
export function frameOf(first: number, last: number, length: number, mixed: number): number {
  return (mixed & 31) << 14 | (first & 31) << 9 | (last & 31) << 4 | (length < 15 ? length : 15);
}

/** Sets of small numbers, one bit each: small enough to stay near. */
export function hasBit(bits: Int32Array, at: number): boolean {
  return (bits[at >> 5]! & (1 << (at & 31))) !== 0;
}

function setBit(bits: Int32Array, at: number): void {
  bits[at >> 5]! |= 1 << (at & 31);
}

/** The compiled lexicon. */
export interface Lexicon {
  /** Which {@link headOf} a stem has: a word of ASCII with another has no stem. */
  readonly heads: Int32Array;
  /** Which {@link frameOf} a word has that may be scrambled. */
  readonly frames: Int32Array;
  /** Words, by {@link hashCodes}. */
  readonly words: HashTable;
  /** Beginnings of words with any ending, at least three characters long. */
  readonly stems: HashTable;
  /** Words with scrambled inner letters, by {@link scrambleHash}. */
  readonly scrambled: HashTable;
  /** Words of scripts without spaces, and all their beginnings. */
  readonly unspaced: HashTable;
  /** Class numbers by value of a table. */
  readonly classes: readonly (readonly number[])[];
  /** How many classes there are, literals included. */
  readonly classCount: number;
  /** The number of a class, or of a literal word in lower case. */
  classOf(name: string): number;
}

/** Words that reversed or rotated by 13 are words again, or names. */
const AMBIGUOUS = new Set("era dna won saw yam trap emit ton tub nip net ten tar nag".split(" "));

/**
 * Builds the tables.
 *
 * @param literals Words in lower case that rules name as such; each becomes a class of its own.
 * @returns The lexicon.
 */
export function buildLexicon(literals: readonly string[]): Lexicon {
  const numbers = new Map<string, number>();
  const names = [...CLASSES, "ROTATED", "REVERSED", ...literals];
  names.forEach((name, i) => numbers.set(name, i));
  const bag = new Map<string, Set<number>>();
  const english = new Set(Object.values(ENGLISH).flatMap((list) => list.split(/\s/)));
  const add = (word: string, name: string): void => {
    let set = bag.get(word);
    if (set === undefined) bag.set(word, set = new Set());
    set.add(numbers.get(name)!);
  };
  for (
    const words of [ENGLISH, ...LATIN, ...SCRIPTS, ...SPEECH, ...SPEECH_SCRIPTS, FUNCTION_WORDS]
  ) {
    for (const [name, list] of Object.entries(words) as [SlotClass, string][]) {
      for (const word of list.split(/\s/)) if (word !== "") add(word, name);
    }
  }
  for (const literal of literals) add(literal, literal);
  const common = ENGLISH.COMMON!.split(/\s/).filter((w) => w.length > 2);
  for (const word of common) {
    const rotated = rotate13(word);
    const reversed = [...word].reverse().join("");
    if (!bag.has(rotated) && !AMBIGUOUS.has(rotated)) add(rotated, "ROTATED");
    if (!bag.has(reversed) && !AMBIGUOUS.has(reversed)) add(reversed, "REVERSED");
  }
  const tables = {
    words: new HashTable(),
    stems: new HashTable(),
    scrambled: new HashTable(),
    unspaced: new HashTable(),
  };
  const heads = new Int32Array(HEADS >> 5);
  const frames = new Int32Array(FRAMES >> 5);
  const classes: number[][] = [[], []];
  // Two spellings may fold to one hash: their classes are joined.
  const merged = new Map<string, Set<number>>();
  for (const [word, set] of bag) {
    const stem = word.endsWith("*");
    const codes = foldedCodes(stem ? word.slice(0, -1) : word);
    const key = `${stem ? 1 : 0}:${codes.join(",")}:${isUnspaced(word) ? 1 : 0}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, new Set(set));
    else for (const c of set) known.add(c);
  }
  for (const [key, set] of merged) {
    const [stem, list, unspaced] = key.split(":");
    const codes = list!.split(",").map(Number);
    const value = classes.length;
    classes.push([...set].sort((a, b) => a - b));
    if (unspaced === "1") addUnspaced(tables.unspaced, codes, value);
    else if (stem === "1") {
      tables.stems.set(hashCodes(codes), value);
      setBit(heads, headOf(codes[0]!, codes[1]!, codes[2]!));
      // The first three letters say whether it is worth to look on.
      const first = hashCodes(codes.slice(0, 3));
      if (tables.stems.get(first) === 0) tables.stems.set(first, PREFIX_ONLY);
    } else {
      tables.words.set(hashCodes(codes), value);
      // Only English words are looked for with scrambled letters: in more languages too many words are another's.
      if (codes.length >= 6 && english.has(String.fromCharCode(...codes))) {
        const mixed = codes.reduce((all, c) => all ^ c, 0);
        setBit(frames, frameOf(codes[0]!, codes.at(-1)!, codes.length, mixed));
        const sum = codes.reduce((s, c) => (s + letterSum(c)) | 0, 0);
        const key = scrambleHash(codes[0]!, codes.at(-1)!, codes.length, sum);
        if (tables.scrambled.get(key) === 0) tables.scrambled.set(key, value);
      }
    }
  }
  return {
    ...tables,
    heads,
    frames,
    classes,
    classCount: names.length,
    classOf: (name): number => {
      const n = numbers.get(name);
      if (n === undefined) throw new RangeError(`no class "${name}"`);
      return n;
    },
  };
}

function isUnspaced(word: string): boolean {
  return (foldCode(word.codePointAt(0)!) & UNSPACED) !== 0;
}

function addUnspaced(table: HashTable, codes: readonly number[], value: number): void {
  let hash = BASIS;
  codes.forEach((code, i) => {
    hash = step(hash, code);
    if (i === codes.length - 1) table.set(hash, value);
    else if (table.get(hash) === 0) table.set(hash, PREFIX_ONLY);
  });
}

/** The Caesar cipher by 13 letters. */
export function rotate13(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const lower = c | 32;
    out += lower >= 97 && lower <= 122 && c < 128
      ? String.fromCharCode(c + (lower < 110 ? 13 : -13))
      : text[i];
  }
  return out;
}
