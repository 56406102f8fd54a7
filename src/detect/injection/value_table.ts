// The values of the lexicon as the engine needs them: typed arrays, one look for each question.

import type { Grammar } from "./grammar.ts";

/** What the engine needs to know of a value of the lexicon, laid out for one look each. */
export class ValueTable {
  /** First class of a value, and whether it has any of 0 to 31 and 32 to 63. */
  readonly first: Int32Array;
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Where the classes of a value begin in `list` that do more than to occur; one more than there are values. */
  readonly from: Int32Array;
  readonly list: Int32Array;

  /**
   * @param grammar The rules.
   * @param always Classes that count without being a slot of a pattern.
   */
  constructor({ lexicon: { classes }, statesOf }: Grammar, always: readonly number[]) {
    const n = classes.length;
    this.first = new Int32Array(n);
    this.low = new Int32Array(n);
    this.high = new Int32Array(n);
    this.from = new Int32Array(n + 1);
    const list: number[] = [];
    classes.forEach((numbers, value) => {
      this.first[value] = numbers[0] ?? 0;
      for (const c of numbers) {
        if (c < 32) this.low[value]! |= 1 << c;
        else if (c < 64) this.high[value]! |= 1 << (c - 32);
        if (statesOf[c]!.length > 0 || always.includes(c)) list.push(c);
      }
      this.from[value + 1] = list.length;
    });
    this.list = Int32Array.from(list);
  }
}
