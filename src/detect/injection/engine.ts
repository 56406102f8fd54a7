// Reads one text word by word: advances the rules' automaton, adds up the model's weights, closes passages of
// sentences. Work for a word is constant, so time is linear whatever the text.

import type { Grammar } from "./grammar.ts";
import type { Model } from "./model.ts";
import { lengthFactor, pair, place } from "./model.ts";

/** A rule found in a text; positions are those of the text that was read. */
export interface Hit {
  readonly rule: number;
  readonly start: number;
  readonly end: number;
}

/** Two sentences in a row and what was found in them. */
export interface Passage {
  readonly start: number;
  readonly end: number;
  /** Words in it. */
  readonly words: number;
  /** Words whose letters were disguised or encoded. */
  readonly disguised: number;
  /** Words inside code or quotation. */
  readonly quoted: number;
  /** Words in other letters than Latin ones; of scripts without spaces each letter may count. */
  readonly foreign: number;
  /** The model's sum, or 0 without a model. */
  readonly logit: number;
  /** Rules found, each once. */
  readonly hits: readonly Hit[];
}

/** Longest sentence in words, and the fewest before a full stop or line end closes it. */
const LONG = 40;
const SHORT = 5;
/** Most hits that are kept for one sentence. */
const MAX_HITS = 24;

const CAPS = 0x1234567;
const INITIAL = 0x2345678;
const CLASS = 0x3456789;

class Sentence {
  start = 0;
  end = 0;
  words = 0;
  disguised = 0;
  quoted = 0;
  foreign = 0;
  sum = 0;
  /** Slot classes 0 to 31 and 32 to 63 that occur. */
  low = 0;
  high = 0;
  hits: Hit[] = [];
  features: number[] = [];

  reset(): void {
    this.words =
      this.disguised =
      this.quoted =
      this.foreign =
      this.low =
      this.high =
      this.sum =
        0;
    if (this.hits.length > 0) this.hits = [];
    if (this.features.length > 0) this.features = [];
  }
}

function holds(low: number, high: number, which: number): boolean {
  return ((which < 32 ? low >>> which : high >>> (which - 32)) & 1) === 1;
}

/** One reading of one text; use it once. */
export class Engine {
  readonly #grammar: Grammar;
  readonly #weights: Int8Array | null;
  readonly #scale: number;
  readonly #bias: number;
  readonly #passage: (passage: Passage, features: readonly number[]) => void;
  readonly #collect: boolean;
  readonly #at: Int32Array;
  readonly #from: Int32Array;
  readonly #lastIn: Int32Array;
  readonly #not: number;
  readonly #talk: number;
  #before = new Sentence();
  #now = new Sentence();
  #sentence = 0;
  #index = 100;
  #lastNot = 0;
  #previous = 0;
  #previousClass = 0;
  #classAt = 0;
  /** Words that speak about attacks. */
  talk = 0;
  /** All words. */
  words = 0;
  /** Words in other letters than Latin ones. */
  foreign = 0;

  /**
   * @param grammar The rules.
   * @param model The model, or null for rules only.
   * @param passage Called for each pair of neighbouring sentences.
   * @param collect Whether `passage` gets the features, which only training needs.
   */
  constructor(
    grammar: Grammar,
    model: Model | null,
    passage: (passage: Passage, features: readonly number[]) => void,
    collect = false,
  ) {
    this.#grammar = grammar;
    this.#weights = model?.weights ?? null;
    this.#scale = model?.scale ?? 0;
    this.#bias = model?.bias ?? 0;
    this.#passage = passage;
    this.#collect = collect;
    this.#at = new Int32Array(grammar.gaps.length);
    this.#from = new Int32Array(grammar.gaps.length);
    this.#lastIn = new Int32Array(grammar.rules.length).fill(-1);
    this.#not = grammar.lexicon.classOf("NOT");
    this.#talk = grammar.lexicon.classOf("TALK");
  }

  /**
   * Takes the next word.
   *
   * @param hash Hash of its folded letters.
   * @param value Its value in a table of the lexicon, or 0.
   * @param start First unit.
   * @param end One past the last unit.
   * @param marks Bit 1: all capitals; 2: disguised; 4: inside quotation; 8: in other letters than Latin.
   */
  word(hash: number, value: number, start: number, end: number, marks: number): void {
    const now = this.#now;
    if (now.words === 0) {
      now.start = start;
      if (value > 1 && (this.#weights !== null || this.#collect)) {
        this.#feature(pair(INITIAL, hash));
      }
    }
    now.words++;
    now.end = end;
    this.#index++;
    this.words++;
    if (marks !== 0) {
      if ((marks & 2) !== 0) now.disguised++;
      if ((marks & 4) !== 0) now.quoted++;
      if ((marks & 8) !== 0) {
        now.foreign++;
        this.foreign++;
      }
    }
    const classes = value > 1 ? this.#grammar.lexicon.classes[value]! : null;
    if (this.#weights !== null || this.#collect) {
      if (classes !== null) this.#feature(hash);
      if (classes !== null && this.#previous !== 0) this.#feature(pair(this.#previous, hash));
      if ((marks & 1) !== 0) this.#feature(pair(CAPS, classes === null ? 0 : classes[0]!));
      if (classes !== null) {
        const first = classes[0]!;
        const distance = this.#index - this.#classAt;
        const bucket = distance < 2 ? 1 : distance < 4 ? 2 : distance < 9 ? 3 : 4;
        this.#feature(pair(CLASS, first));
        this.#feature(pair(pair(CLASS + bucket, this.#previousClass), first));
        this.#previousClass = first;
        this.#classAt = this.#index;
      }
      this.#previous = classes === null ? 0 : hash;
    }
    if (classes !== null) {
      for (let i = 0; i < classes.length; i++) this.slot(classes[i]!, start, end);
    }
    if (now.words >= LONG) this.close();
  }

  /** Takes a sign that is no word, such as a URL, as a slot of a rule at the place of the last word. */
  slot(which: number, start: number, end: number): void {
    const grammar = this.#grammar;
    if (which === this.#not) this.#lastNot = this.#index;
    else if (which === this.#talk) this.talk++;
    if (which < 32) this.#now.low |= 1 << which;
    else if (which < 64) this.#now.high |= 1 << (which - 32);
    const states = grammar.statesOf[which]!;
    const index = this.#index;
    for (let i = 0; i < states.length; i++) {
      const s = states[i]!;
      const gap = grammar.gaps[s]!;
      if (gap === 0) {
        // A first slot may itself be a negation, as in "no content policy".
        const since = index - this.#lastNot;
        if (grammar.blockable[s] === 1 && since > 0 && since <= 2) continue;
        this.#from[s] = start;
      } else {
        const distance = index - this.#at[s - 1]!;
        if (distance > gap || distance <= 0) continue;
        this.#from[s] = this.#from[s - 1]!;
      }
      this.#at[s] = index;
      const rule = grammar.completes[s]!;
      if (rule >= 0) this.#hit(rule, this.#from[s]!, end);
    }
  }

  /** Counts a sign, such as a full stop, as distance between words. */
  distance(words: number): void {
    this.#index += words;
  }

  /** A feature that is no word, such as a line of ornaments. */
  ornament(hash: number): void {
    if (this.#weights !== null || this.#collect) {
      this.#feature(hash);
      this.#previous = hash;
    }
  }

  /** A full stop or a line end. */
  pause(): void {
    if (this.#now.words >= SHORT) this.close();
  }

  #feature(hash: number): void {
    const at = place(hash);
    if (this.#weights !== null) this.#now.sum += this.#weights[at]!;
    if (this.#collect) this.#now.features.push(at);
  }

  #hit(rule: number, start: number, end: number): void {
    const hits = this.#now.hits;
    if (this.#lastIn[rule] === this.#sentence || hits.length >= MAX_HITS) return;
    this.#lastIn[rule] = this.#sentence;
    hits.push({ rule, start, end });
  }

  #clusters(before: Sentence, now: Sentence): void {
    const low = before.low | now.low;
    const high = before.high | now.high;
    const words = before.words + now.words;
    const clusters = this.#grammar.clusters;
    for (let i = 0; i < clusters.length; i++) {
      const cluster = clusters[i]!;
      if (!holds(low, high, cluster.needs)) continue;
      let sum = words > 25 ? (25 - words) / 25 : 0;
      for (let k = 0; k < cluster.classes.length; k++) {
        if (holds(low, high, cluster.classes[k]!)) sum += cluster.weights[k]!;
      }
      if (sum >= cluster.least) {
        this.#hit(cluster.rule, before.words > 0 ? before.start : now.start, now.end);
      }
    }
  }

  /** Closes the sentence and gives the passage that ends with it. */
  close(): void {
    const before = this.#before;
    const now = this.#now;
    if (now.words === 0) return;
    this.#clusters(before, now);
    let hits = now.hits;
    if (before.hits.length > 0) {
      hits = before.hits.filter((h) => this.#lastIn[h.rule] !== this.#sentence).concat(now.hits);
    }
    this.#passage({
      start: before.words > 0 ? before.start : now.start,
      end: now.end,
      words: before.words + now.words,
      disguised: before.disguised + now.disguised,
      quoted: before.quoted + now.quoted,
      foreign: before.foreign + now.foreign,
      logit: this.#weights === null
        ? 0
        : (before.sum + now.sum) * this.#scale * lengthFactor(before.words + now.words) +
          this.#bias,
      hits,
    }, this.#collect ? before.features.concat(now.features) : before.features);
    this.#sentence++;
    this.#before = now;
    this.#now = before;
    before.reset();
  }
}
