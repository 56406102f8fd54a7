// The values of the lexicon as the engine needs them: typed arrays, one look for each question.

import type { Grammar } from "./grammar.ts";

/** What the engine needs to know of a value of the lexicon, laid out for one look each. */
export class ValueTable {
  /** First class of a value, and whether it has any of 0 to 31 and 32 to 63. */
  readonly first: Int32Array;
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Where the steps of a value begin in `steps`; one more than there are values. */
  readonly from: Int32Array;
  /** The same by class. */
  readonly fromClass: Int32Array;
  /** States that a value can advance, class by class, and `not` and `talk` in their places. */
  readonly steps: Int32Array;
  /** Steps behind all states: a negation, and a word that speaks about attacks. */
  readonly not: number;
  readonly talk: number;

  /** @param grammar The rules. */
  constructor({ lexicon, statesOf, gaps }: Grammar) {
    const { classes } = lexicon;
    const [not, talk] = [lexicon.classOf("NOT"), lexicon.classOf("TALK")];
    this.not = gaps.length;
    this.talk = gaps.length + 1;
    const n = classes.length;
    this.first = new Int32Array(n);
    this.low = new Int32Array(n);
    this.high = new Int32Array(n);
    this.from = new Int32Array(n + 1);
    this.fromClass = new Int32Array(statesOf.length + 1);
    const steps: number[] = [];
    const add = (c: number): void => {
      if (c === not) steps.push(this.not);
      else if (c === talk) steps.push(this.talk);
      for (const state of statesOf[c]!) steps.push(state);
    };
    classes.forEach((numbers, value) => {
      this.first[value] = numbers[0] ?? 0;
      for (const c of numbers) {
        if (c < 32) this.low[value]! |= 1 << c;
        else if (c < 64) this.high[value]! |= 1 << (c - 32);
        add(c);
      }
      this.from[value + 1] = steps.length;
    });
    statesOf.forEach((_, c) => {
      this.fromClass[c] = steps.length;
      add(c);
    });
    this.fromClass[statesOf.length] = steps.length;
    this.steps = Int32Array.from(steps);
  }
}
