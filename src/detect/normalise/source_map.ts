// Where each part of a decoded text came from: pieces in ascending order, found by binary search.

/**
 * Takes one piece of a derived text.
 *
 * @param at Where it begins in the derived text.
 * @param to One past its last unit there; equal to `at` where something was left out.
 * @param start Where its source begins.
 * @param end Where its source ends; -1 when each unit stands for one unit of the source.
 */
export type TakePiece = (at: number, to: number, start: number, end: number) => void;

const EMPTY = new Int32Array(0);

/** Positions of a derived text in the text it was made from. */
export class SourceMap {
  // Three numbers for each piece: a hostile text has one for every other character.
  #data = EMPTY;
  #length = 0;

  /**
   * Notes one piece. Pieces are added in ascending order of `at`.
   *
   * @param at Where the piece begins in the derived text.
   * @param start Where its source begins.
   * @param end Where its source ends; -1 when each unit stands for one unit of the source.
   */
  add(at: number, start: number, end: number): void {
    let data = this.#data;
    const i = this.#length;
    if (i === data.length) {
      this.#data = new Int32Array(Math.max(2 * i, 3 * 8));
      this.#data.set(data);
      data = this.#data;
    }
    data[i] = at;
    data[i + 1] = start;
    data[i + 2] = end;
    this.#length = i + 3;
  }

  /**
   * The source of one unit.
   *
   * @param at A position in the derived text.
   * @returns First and one past last unit in the source.
   */
  find(at: number): { start: number; end: number } {
    return { start: this.startOf(at), end: this.endOf(at) };
  }

  /** The first unit in the source of one unit. */
  startOf(at: number): number {
    const data = this.#data;
    const i = this.#indexOf(at);
    if (i < 0) return at;
    return data[i + 2]! >= 0 ? data[i + 1]! : data[i + 1]! + at - data[i]!;
  }

  /** One past the last unit in the source of one unit. */
  endOf(at: number): number {
    const data = this.#data;
    const i = this.#indexOf(at);
    if (i < 0) return at + 1;
    return data[i + 2]! >= 0 ? data[i + 2]! : data[i + 1]! + at - data[i]! + 1;
  }

  /**
   * Gives the pieces of a stretch, cut off at its borders.
   *
   * @param from Where it begins in the derived text.
   * @param to One past its last unit.
   * @param take Gets the pieces in order.
   */
  pieces(from: number, to: number, take: TakePiece): void {
    const data = this.#data;
    const length = this.#length;
    for (let i = this.#firstAt(from); i < length && data[i]! <= to; i += 3) {
      const next = i + 3 < length ? Math.min(data[i + 3]!, to) : to;
      const at = Math.max(data[i]!, from);
      if (next < at) continue;
      const end = data[i + 2]!;
      take(at, next, data[i + 1]! + (end < 0 ? at - data[i]! : 0), end);
    }
  }

  /** The last piece that begins at or before a position, or a negative number. */
  #indexOf(at: number): number {
    let low = 0;
    let high = this.#length / 3 - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#data[3 * middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return 3 * high;
  }

  /** The first piece that touches a position: what was left out there comes before what stands there. */
  #firstAt(at: number): number {
    let i = Math.max(0, this.#indexOf(at));
    while (i > 0 && this.#data[i - 3] === at) i -= 3;
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
  inner.pieces(0, length, (at, to, start, end) => {
    if (end >= 0) {
      map.add(at, outer.startOf(start), outer.endOf(Math.max(start, end - 1)));
      return;
    }
    outer.pieces(start, start + to - at, (from, _, first, last) => {
      map.add(at + from - start, first, last);
    });
  });
  return map;
}
