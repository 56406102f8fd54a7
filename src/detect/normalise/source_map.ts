// Where each part of a decoded text came from: pieces in ascending order, found by binary search.

/** End of a piece of which each unit stands for the same unit of the source. */
export const SAME = -1;
/** End of a piece of which each unit stands for one unit of the source, but another. */
export const LIKE = -2;

/** Positions of a derived text in the text it was made from. */
export class SourceMap {
  /** Three numbers a piece: where it begins, where its source begins, and where that ends. */
  #pieces = new Int32Array(24);
  #length = 0;

  /**
   * Notes one piece. Pieces are added in ascending order of `at`; of two that begin at the same place the first is
   * empty: something was left out there.
   *
   * @param at Where the piece begins in the derived text.
   * @param start Where its source begins.
   * @param end Where its source ends, {@link SAME} or {@link LIKE}.
   */
  add(at: number, start: number, end: number): void {
    const n = this.#length;
    let pieces = this.#pieces;
    if (n + 3 > pieces.length) {
      pieces = new Int32Array(2 * pieces.length);
      pieces.set(this.#pieces);
      this.#pieces = pieces;
    }
    pieces[n] = at;
    pieces[n + 1] = start;
    pieces[n + 2] = end;
    this.#length = n + 3;
  }

  /**
   * The source of one unit.
   *
   * @param at A position in the derived text.
   * @returns First and one past last unit in the source.
   */
  find(at: number): { start: number; end: number } {
    const pieces = this.#pieces;
    let low = 0;
    let high = this.#length / 3 - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (pieces[3 * middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return high < 0
      ? { start: at, end: at + 1 }
      : { start: this.#startOf(3 * low, at), end: this.#endOf(3 * low, at) };
  }

  #startOf(i: number, at: number): number {
    return this.#pieces[i + 1]! + (this.#pieces[i + 2]! < 0 ? at - this.#pieces[i]! : 0);
  }

  #endOf(i: number, at: number): number {
    const end = this.#pieces[i + 2]!;
    return end < 0 ? this.#startOf(i, at) + 1 : end;
  }

  /**
   * Goes through what differs from the source.
   *
   * @param length How long the derived text is.
   * @param see Gets the first and one past the last unit of each piece that differs; they are equal where something was
   *   left out.
   */
  eachChange(length: number, see: (at: number, to: number) => void): void {
    const pieces = this.#pieces;
    const count = this.#length;
    for (let i = 0; i < count; i += 3) {
      if (pieces[i + 2] !== SAME) see(pieces[i]!, i + 3 < count ? pieces[i + 3]! : length);
    }
  }

  /**
   * Goes through what is the same as in the source.
   *
   * @param length How long the derived text is.
   * @param see Gets the first and one past the last unit of each such piece, and where it begins in the source.
   */
  eachSame(length: number, see: (at: number, to: number, start: number) => void): void {
    const pieces = this.#pieces;
    const count = this.#length;
    for (let i = 0; i < count; i += 3) {
      const to = i + 3 < count ? pieces[i + 3]! : length;
      if (pieces[i + 2] === SAME) see(pieces[i]!, to, pieces[i + 1]!);
    }
  }

  /**
   * The map of a text that was derived from this one's.
   *
   * @param inner From that text to this one's.
   * @param length How long that text is.
   * @returns From that text to this one's source.
   */
  under(inner: SourceMap, length: number): SourceMap {
    const map = new SourceMap();
    const [outer, pieces] = [this.#pieces, inner.#pieces];
    const [size, count] = [this.#length, inner.#length];
    // Both go forward, so that each piece is passed once.
    let k = 0;
    const seek = (at: number): void => {
      while (k + 3 < size && outer[k + 3]! <= at) k += 3;
    };
    for (let i = 0; i < count; i += 3) {
      const [at, start, end] = [pieces[i]!, pieces[i + 1]!, pieces[i + 2]!];
      const to = i + 3 < count ? pieces[i + 3]! : length;
      if (end >= 0) {
        seek(start);
        const from = this.#startOf(k, start);
        const last = Math.max(start, end - 1);
        seek(last);
        map.add(at, from, Math.max(from, this.#endOf(k, last)));
        continue;
      }
      // What was left out at its beginning comes first.
      while (k > 0 && outer[k]! >= start) k -= 3;
      seek(start - 1);
      for (const stop = start + to - at; k < size && outer[k]! < stop; k += 3) {
        const [from, source, last] = [outer[k]!, outer[k + 1]!, outer[k + 2]!];
        const next = k + 3 < size ? Math.min(outer[k + 3]!, stop) : stop;
        if (next < start || (next === start && next !== from)) continue;
        const first = Math.max(from, start);
        const shifted = last < 0 ? source + first - from : source;
        map.add(at + first - start, shifted, last === SAME ? end : last);
      }
      k = Math.max(0, k - 3);
    }
    return map;
  }
}
