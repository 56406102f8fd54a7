// What was seen of a text that was derived from another, or the other way round, without a second look at most of it:
// lines in which nothing was changed have moved, the others are looked at again.

import { CLEAN, type Outline, outlineOf } from "../outline.ts";
import type { SourceMap } from "./source_map.ts";

const NONE: readonly number[] = [];

/** A piece that two texts share, in whole lines: where it begins in the text that was seen, and in the other. */
type See = (from: number, to: number, other: number) => void;

/** Goes through the lines of a derived text that are those of its source. No run and no place goes over a line end. */
function eachLine(text: string, map: SourceMap, see: See): void {
  let line = -1;
  map.eachSame(text.length, (at, to, start) => {
    // A line end is looked for once, however many pieces lie before it.
    let first = at;
    if (at > 0 || start > 0) {
      if (line < at) line = text.indexOf("\n", at);
      if (line < 0) line = text.length;
      if (line >= to) return;
      first = line + 1;
    }
    const last = text.lastIndexOf("\n", to - 1) + 1;
    if (last > first) see(first, last, start + first - at);
  });
}

/**
 * The outline of the text that another was derived from.
 *
 * @param text The text.
 * @param view The derived text.
 * @param map From that to the text.
 * @param seen The outline of the derived text.
 * @returns Where there is something to look at in the text; `inline` is always true.
 */
export function sourceOutline(text: string, view: string, map: SourceMap, seen: Outline): Outline {
  const out = {
    places: [] as number[],
    runs: [] as number[],
    odd: [] as number[],
    hidden: [] as number[],
  };
  let done = 0;
  const [places, odd, hidden, runs] = [
    new Mover(seen.places, 0),
    new Mover(seen.odd, 1),
    new Mover(seen.hidden, 1),
    new Mover(seen.runs, 2),
  ];
  const again = (end: number): void => {
    const more = outlineOf(text.slice(done, end));
    new Mover(more.places, 0).move(0, end, done, out.places);
    new Mover(more.odd, 1).move(0, end, done, out.odd);
    new Mover(more.hidden, 1).move(0, end, done, out.hidden);
    new Mover(more.runs, 2).move(0, end, done, out.runs);
  };
  eachLine(view, map, (from, to, start) => {
    if (start > done) again(start);
    places.move(from, to, start - from, out.places);
    odd.move(from, to, start - from, out.odd);
    hidden.move(from, to, start - from, out.hidden);
    runs.move(from, to, start - from, out.runs);
    done = start + to - from;
  });
  if (done < text.length) again(text.length);
  return { ...out, inline: true };
}

/**
 * The runs of a text that was derived from another.
 *
 * @param runs The runs of the other.
 * @param whole The derived text.
 * @param map From that to the other.
 * @returns Its runs, see `Outline`.
 */
export function derivedRuns(runs: readonly number[], whole: string, map: SourceMap): number[] {
  const out: number[] = [];
  const seen = new Mover(runs, 2);
  let done = 0;
  const again = (end: number): void =>
    new Mover(outlineOf(whole.slice(done, end)).runs, 2).move(0, end, done, out);
  eachLine(whole, map, (from, to, start) => {
    if (from > done) again(from);
    seen.move(start, start + to - from, from - start, out);
    done = to;
  });
  if (done < whole.length) again(whole.length);
  return out;
}

/**
 * The outlines of texts that were looked at as lines of one.
 *
 * @param seen The outline of all.
 * @param ends Where each text ends, in ascending order, a line end behind each but the last.
 * @param inline Whether something in a text may stand for single characters.
 * @returns Each one's outline.
 */
export function partOutlines(
  seen: Outline,
  ends: readonly number[],
  inline: (index: number) => boolean,
): Outline[] {
  if (seen === CLEAN) return ends.map(() => CLEAN);
  const [places, odd, hidden, runs] = [
    new Mover(seen.places, 0),
    new Mover(seen.odd, 1),
    new Mover(seen.hidden, 1),
    new Mover(seen.runs, 2),
  ];
  let start = 0;
  return ends.map((end, index) => {
    const from = start;
    start = end + 1;
    const part = {
      places: places.cut(from, end),
      odd: odd.cut(from, end),
      hidden: hidden.cut(from, end),
      runs: runs.cut(from, end),
      inline: inline(index),
    };
    const found = part.places.length + part.odd.length + part.hidden.length + part.runs.length;
    return found === 0 && !part.inline ? CLEAN : part;
  });
}

/** Moves pairs of numbers, of which the second is no place (0), a place (1), or an end that may be negative (2). */
class Mover {
  readonly #pairs: readonly number[];
  readonly #second: 0 | 1 | 2;
  #at = 0;

  constructor(pairs: readonly number[], second: 0 | 1 | 2) {
    this.#pairs = pairs;
    this.#second = second;
  }

  /** The pairs of a stretch, counted from its start; see {@link Mover.move}. */
  cut(from: number, to: number): readonly number[] {
    const pairs = this.#pairs;
    if (this.#at >= pairs.length || pairs[this.#at]! >= to) return NONE;
    const out: number[] = [];
    this.move(from, to, -from, out);
    return out;
  }

  /** Moves the pairs that begin from `from` on and before `to`; those before were left out. Calls go forward. */
  move(from: number, to: number, by: number, out: number[]): void {
    const pairs = this.#pairs;
    while (this.#at < pairs.length && pairs[this.#at]! < from) this.#at += 2;
    for (; this.#at < pairs.length && pairs[this.#at]! < to; this.#at += 2) {
      const second = pairs[this.#at + 1]!;
      out.push(
        pairs[this.#at]! + by,
        this.#second === 0 ? second : second < 0 ? second - by : second + by,
      );
    }
  }
}
