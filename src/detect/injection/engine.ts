// Reads one text word by word: advances the rules' automaton, adds up the model's weights, closes passages of
// sentences. Work for a word is constant, so time is linear whatever the text.

import type { Encoding } from "../normalise/layers.ts";
import { Automaton } from "./automaton.ts";
import { eachCluster } from "./clusters.ts";
import type { Grammar } from "./grammar.ts";
import type { Model } from "./model.ts";
import { lengthFactor, pair, place } from "./model.ts";
import { type Passage, Sentence } from "./sentence.ts";
import type { Locate, Sink } from "./sink.ts";
import { ValueTable } from "./value_table.ts";

export type { Hit, Passage } from "./sentence.ts";

/** Longest sentence in words, and the fewest before a full stop or line end closes it. */
const LONG = 40;
const SHORT = 5;

const CAPS = 0x1234567;
const INITIAL = 0x2345678;
const CLASS = 0x3456789;

/** Words that lie between two texts, so that no rule reaches over: more than any gap. */
const APART = 1000;
/** Words after which the places are counted from the beginning again. */
const MANY_WORDS = 1 << 28;

/** Reads one text after another, each from {@link Engine.begin} on. */
export class Engine {
  readonly #grammar: Grammar;
  readonly #values: ValueTable;
  readonly #states: Automaton;
  #weights: Int8Array | null = null;
  #scale = 0;
  #bias = 0;
  #sink: Sink = { passage: () => {} };
  #layer: readonly Encoding[] = [];
  #locate: Locate = (at) => ({ start: at, end: at + 1 });
  #collect = false;
  #every = false;
  #foreign = false;
  #featured = false;
  #before = new Sentence();
  #now = new Sentence();
  /** The place of the last word before the sentence; those of the sentence follow. */
  #base = APART;
  #previous = 0;
  #previousClass = 0;
  #classAt = 0;
  /** Words that speak about attacks. */
  get talk(): number {
    return this.#states.talk;
  }

  /** Passages in which nothing was found. */
  silent = 0;
  /** All words. */
  words = 0;
  /** Words in other letters than Latin ones. */
  foreign = 0;

  /** @param grammar The rules. */
  constructor(grammar: Grammar) {
    this.#grammar = grammar;
    this.#values = new ValueTable(grammar);
    this.#states = new Automaton(grammar, this.#values);
  }

  /**
   * Begins with a text.
   *
   * @param model The model, or null for rules only.
   * @param sink Gets pairs of neighbouring sentences; those of which it wants nothing are counted as `silent`.
   * @param layer Encodings from the outside in that the text was found in.
   * @param locate Back to the text that was given.
   */
  begin(model: Model | null, sink: Sink, layer: readonly Encoding[], locate: Locate): void {
    const collect = sink.features === true;
    this.#sink = sink;
    this.#layer = layer;
    this.#locate = locate;
    this.#every = sink.every === true || collect || layer.length > 0;
    this.#foreign = sink.foreign === true;
    this.silent = 0;
    this.#weights = model?.weights ?? null;
    this.#scale = model?.scale ?? 0;
    this.#bias = model?.bias ?? 0;
    this.#collect = collect;
    this.#featured = collect || model !== null;
    // What other texts left behind lies too far back to count.
    if (this.#base > MANY_WORDS) {
      this.#states.forget();
      this.#base = this.#classAt = 0;
    }
    this.next();
  }

  /** Begins with another text as with the one before; no rule reaches from one to the other. */
  next(): void {
    this.#base += this.#now.words + APART;
    this.#before.reset();
    this.#now.reset();
    this.#states.nextSentence();
    this.#previous = this.#previousClass = 0;
    this.#states.talk = this.words = this.foreign = 0;
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
      if (value > 1 && this.#featured) this.#feature(pair(INITIAL, hash));
    }
    now.words++;
    now.end = end;
    if (marks !== 0) {
      if ((marks & 2) !== 0) now.disguised++;
      if ((marks & 4) !== 0) now.quoted++;
      if ((marks & 8) !== 0) {
        now.foreign++;
      }
    }
    if (value > 1) {
      const values = this.#values;
      if (this.#featured) {
        const first = values.first[value]!;
        this.#feature(hash);
        if (this.#previous !== 0) this.#feature(pair(this.#previous, hash));
        if ((marks & 1) !== 0) this.#feature(pair(CAPS, first));
        const index = this.#base + now.words;
        const distance = index - this.#classAt;
        const bucket = distance < 2 ? 1 : distance < 4 ? 2 : distance < 9 ? 3 : 4;
        this.#feature(pair(CLASS, first));
        this.#feature(pair(pair(CLASS + bucket, this.#previousClass), first));
        this.#previousClass = first;
        this.#classAt = index;
        this.#previous = hash;
      }
      now.low |= values.low[value]!;
      now.high |= values.high[value]!;
      const from = values.from[value]!;
      const stop = values.from[value + 1]!;
      if (from < stop) {
        this.#states.advance(from, stop, this.#base + now.words, start, end, now.hits);
      }
    } else if (this.#featured) {
      if ((marks & 1) !== 0) this.#feature(pair(CAPS, 0));
      this.#previous = 0;
    }
    if (now.words >= LONG) this.close();
  }

  /** Takes the next word, of which the lexicon knows nothing; `quoted` is 4 inside quotation, otherwise 0. */
  unknown(start: number, end: number, quoted: number): void {
    const now = this.#now;
    if (now.words === 0) now.start = start;
    now.words++;
    now.end = end;
    if (quoted !== 0) now.quoted++;
    this.#previous = 0;
    if (now.words >= LONG) this.close();
  }

  /** Takes a row of letters that are words by themselves, of which the lexicon knows nothing. */
  letters(start: number, end: number, marks: number): void {
    for (let at = start; at < end;) {
      const now = this.#now;
      const count = Math.min(end - at, LONG - now.words);
      if (now.words === 0) now.start = at;
      at += count;
      now.end = at;
      now.words += count;
      if ((marks & 4) !== 0) now.quoted += count;
      if ((marks & 8) !== 0) now.foreign += count;
      if (now.words >= LONG) this.close();
    }
    this.#previous = 0;
  }

  /** Takes a sign that is no word, such as a URL, as a slot of a rule at the place of the last word. */
  slot(which: number, start: number, end: number): void {
    const now = this.#now;
    if (which < 32) now.low |= 1 << which;
    else if (which < 64) now.high |= 1 << (which - 32);
    const { fromClass } = this.#values;
    const [first, stop] = [fromClass[which]!, fromClass[which + 1]!];
    this.#states.advance(first, stop, this.#base + now.words, start, end, now.hits);
  }

  /** Counts a sign, such as a full stop, as distance between words. */
  distance(words: number): void {
    this.#base += words;
  }

  /** A feature that is no word, such as a line of ornaments. */
  ornament(hash: number): void {
    if (this.#featured) {
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

  #clusters(before: Sentence, now: Sentence): void {
    const start = before.words > 0 ? before.start : now.start;
    eachCluster(
      this.#grammar.clusters,
      before,
      now,
      (rule) => this.#states.hit(rule, start, now.end, now.hits),
    );
  }

  /** Closes the sentence and gives the passage that ends with it. */
  close(): void {
    const before = this.#before;
    const now = this.#now;
    if (now.words === 0) return;
    this.#clusters(before, now);
    this.#base += now.words;
    this.words += now.words;
    this.foreign += now.foreign;
    const words = before.words + now.words;
    const disguised = before.disguised + now.disguised;
    const foreign = before.foreign + now.foreign;
    const silent = before.hits.length === 0 && now.hits.length === 0 && disguised < 3 &&
      !(this.#foreign && foreign * 2 > words) && !this.#every;
    if (silent) this.silent++;
    else this.#give(before, now, words, disguised, foreign);
    this.#states.nextSentence();
    this.#before = now;
    this.#now = before;
    before.reset();
  }
  #give(
    before: Sentence,
    now: Sentence,
    words: number,
    disguised: number,
    foreign: number,
  ): void {
    let hits = now.hits;
    if (before.hits.length > 0) {
      hits = before.hits.filter((h) => !this.#states.foundHere(h.rule)).concat(now.hits);
    }
    const logit = this.#weights === null
      ? 0
      : (before.sum + now.sum) * this.#scale * lengthFactor(words) + this.#bias;
    const passage: Passage = {
      start: before.words > 0 ? before.start : now.start,
      end: now.end,
      words,
      disguised,
      quoted: before.quoted + now.quoted,
      foreign,
      logit,
      hits,
    };
    const features = this.#collect ? before.features.concat(now.features) : before.features;
    this.#sink.passage(passage, this.#layer, this.#locate, features);
  }
}
