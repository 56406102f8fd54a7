// The states of all rules and where each was reached last. A word advances the states that wait for its classes.

import type { Grammar } from "./grammar.ts";
import type { Hit } from "./sentence.ts";
import type { ValueTable } from "./value_table.ts";

/** Most hits that are kept for one sentence. */
const MAX_HITS = 24;
/** A state that any word may reach. */
const ALWAYS = 0x7fffffff;

/** The automaton of a grammar; words are counted from the outside, ever onwards. */
export class Automaton {
  readonly #grammar: Grammar;
  readonly #values: ValueTable;
  /** Where each state was reached last, and the last word at which the state before it lets it be reached. */
  readonly #at: Int32Array;
  readonly #until: Int32Array;
  /** Where in the text the first state of its pattern was reached. */
  readonly #from: Int32Array;
  readonly #lastIn: Int32Array;
  #sentence = 0;
  #lastNot = 0;
  /** Words that speak about attacks. */
  talk = 0;

  /**
   * @param grammar The rules.
   * @param values Its values.
   */
  constructor(grammar: Grammar, values: ValueTable) {
    const { gaps, rules } = grammar;
    this.#grammar = grammar;
    this.#values = values;
    this.#at = new Int32Array(gaps.length);
    this.#until = new Int32Array(gaps.length + 2);
    this.#from = new Int32Array(gaps.length);
    this.#lastIn = new Int32Array(rules.length).fill(-1);
    this.forget();
  }

  /** Forgets all words, so that they can be counted from 0 again. */
  forget(): void {
    const { gaps } = this.#grammar;
    this.#at.fill(0);
    this.#until.fill(ALWAYS);
    this.#lastIn.fill(-1);
    this.#sentence = this.#lastNot = 0;
    // Awaited is nothing but what may come first, and what is no state.
    gaps.forEach((gap, s) => {
      if (gap > 0) this.#until[s] = 0;
    });
  }

  /** Another sentence begins, in which each rule may be found once. */
  nextSentence(): void {
    this.#sentence++;
  }

  /** Whether a rule was found in the sentence. */
  foundHere(rule: number): boolean {
    return this.#lastIn[rule] === this.#sentence;
  }

  /** Notes a rule that was found, once in a sentence. */
  hit(rule: number, start: number, end: number, hits: Hit[]): void {
    if (this.#lastIn[rule] === this.#sentence || hits.length >= MAX_HITS) return;
    this.#lastIn[rule] = this.#sentence;
    hits.push({ rule, start, end });
  }

  /**
   * Goes through steps of the table of values.
   *
   * @param first The first of them.
   * @param stop One past the last.
   * @param index The number of the word.
   * @param start Its first unit.
   * @param end One past its last unit.
   * @param hits Takes the rules that it completes.
   */
  advance(
    first: number,
    stop: number,
    index: number,
    start: number,
    end: number,
    hits: Hit[],
  ): void {
    const { steps, not, talk } = this.#values;
    const { gaps, blockable, completes } = this.#grammar;
    const [at, until, from] = [this.#at, this.#until, this.#from];
    // A first slot may itself be a negation, as in "no content policy".
    let blocked = index - this.#lastNot <= 2 && index !== this.#lastNot;
    for (let i = first; i < stop; i++) {
      const s = steps[i]!;
      // Nearly all states are not awaited.
      if (until[s]! < index) continue;
      if (s >= not) {
        if (s === talk) this.talk++;
        else {
          this.#lastNot = index;
          blocked = false;
        }
        continue;
      }
      if (gaps[s] === 0) {
        if (blocked && blockable[s] === 1) continue;
        from[s] = start;
      } else {
        if (at[s - 1] === index) continue;
        from[s] = from[s - 1]!;
      }
      at[s] = index;
      const rule = completes[s]!;
      if (rule >= 0) this.hit(rule, from[s]!, end, hits);
      else until[s + 1] = index + gaps[s + 1]!;
    }
  }
}
