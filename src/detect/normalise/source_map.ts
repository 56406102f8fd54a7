// Where each part of a decoded text came from: pieces in ascending order, found by binary search.

/** Positions of a derived text in the text it was made from. */
export class SourceMap {
  readonly #at: number[] = [];
  readonly #start: number[] = [];
  readonly #end: number[] = [];

  /**
   * Notes one piece. Pieces are added in ascending order of `at`.
   *
   * @param at Where the piece begins in the derived text.
   * @param start Where its source begins.
   * @param end Where its source ends; -1 when each unit stands for one unit of the source.
   */
  add(at: number, start: number, end: number): void {
    this.#at.push(at);
    this.#start.push(start);
    this.#end.push(end);
  }

  /**
   * The source of one unit.
   *
   * @param at A position in the derived text.
   * @returns First and one past last unit in the source.
   */
  find(at: number): { start: number; end: number } {
    let low = 0;
    let high = this.#at.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#at[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    if (high < 0) return { start: at, end: at + 1 };
    const end = this.#end[low]!;
    if (end >= 0) return { start: this.#start[low]!, end };
    const start = this.#start[low]! + at - this.#at[low]!;
    return { start, end: start + 1 };
  }
}
