// Where each part of a decoded text came from: pieces in ascending order, found by binary search.

/** One piece of a derived text. */
export interface Piece {
  /** Where it begins in the derived text. */
  readonly at: number;
  /** One past its last unit there; equal to `at` where something was left out. */
  readonly to: number;
  /** Where its source begins. */
  readonly start: number;
  /** Where its source ends; -1 when each unit stands for one unit of the source. */
  readonly end: number;
}

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
    const low = this.#indexOf(at);
    if (low < 0) return { start: at, end: at + 1 };
    const end = this.#end[low]!;
    if (end >= 0) return { start: this.#start[low]!, end };
    const start = this.#start[low]! + at - this.#at[low]!;
    return { start, end: start + 1 };
  }

  /**
   * The pieces of a stretch, cut off at its borders.
   *
   * @param from Where it begins in the derived text.
   * @param to One past its last unit.
   */
  *pieces(from: number, to: number): Generator<Piece> {
    for (let i = this.#firstAt(from); i < this.#at.length && this.#at[i]! <= to; i++) {
      const next = Math.min(this.#at[i + 1] ?? to, to);
      const at = Math.max(this.#at[i]!, from);
      if (next < at) continue;
      const end = this.#end[i]!;
      const start = this.#start[i]! + (end < 0 ? at - this.#at[i]! : 0);
      yield { at, to: next, start, end };
    }
  }

  /** The last piece that begins at or before a position, or -1. */
  #indexOf(at: number): number {
    let low = 0;
    let high = this.#at.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#at[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return high;
  }

  /** The first piece that touches a position: what was left out there comes before what stands there. */
  #firstAt(at: number): number {
    let i = Math.max(0, this.#indexOf(at));
    while (i > 0 && this.#at[i - 1] === at) i--;
    return i;
  }
}

/**
 * The map of a text that was derived in two steps.
 *
 * @param outer The first step.
 * @param inner The second.
 * @param length How long the last text is.
 * @returns From the last text to the first.
 */
export function composed(outer: SourceMap, inner: SourceMap, length: number): SourceMap {
  const map = new SourceMap();
  for (const { at, to, start, end } of inner.pieces(0, length)) {
    if (end >= 0) {
      map.add(at, outer.find(start).start, outer.find(Math.max(start, end - 1)).end);
      continue;
    }
    for (const piece of outer.pieces(start, start + to - at)) {
      map.add(at + piece.at - start, piece.start, piece.end);
    }
  }
  return map;
}
