// Notes runs of a text that look encoded, while its words go by.

import { hexDigit, isBase64 } from "../normalise/decode.ts";
import { type Encoding, isJoint, type Run } from "../normalise/layers.ts";

/** A row of like words, such as single letters. */
class Streak {
  count = 0;
  start = 0;
  end = -9;

  reset(): void {
    this.count = this.start = 0;
    this.end = -9;
  }
}

/** Collects the runs of one text. */
export class RunFinder {
  #text = "";
  #units: Uint16Array = new Uint16Array(0);
  #length = 0;
  /** Runs that look encoded, by kind in ascending order. */
  runs: Run[] = [];
  readonly #single = new Streak();
  readonly #hex = new Streak();
  readonly #decimal = new Streak();
  readonly #binary = new Streak();
  readonly #rotated = new Streak();
  readonly #reversed = new Streak();
  readonly #streaks = [this.#single, this.#hex, this.#decimal, this.#binary].concat([
    this.#rotated,
    this.#reversed,
  ]);
  #encodedEnd = 0;
  #previousEnd = 0;
  /** Where the current line begins. */
  lineStart = 0;

  /**
   * Begins with a text.
   *
   * @param text The text.
   * @param units Its units and a line end.
   * @param start Where what is read of it begins.
   * @param end Where it ends.
   */
  begin(text: string, units: Uint16Array, start: number, end: number): void {
    this.#text = text;
    this.#units = units;
    this.#length = end;
    // What was found in the text before belongs to its reader.
    if (this.runs.length > 0) this.runs = [];
    this.#encodedEnd = this.#previousEnd = this.lineStart = start;
    for (let i = 0; i < this.#streaks.length; i++) this.#streaks[i]!.reset();
  }

  /** Takes a word of three to eleven letters: only what lies before it can be a run. */
  pass(start: number, end: number): void {
    if (start - this.#previousEnd > 16) this.#gap(this.#previousEnd, start);
    this.#previousEnd = end;
  }

  /** Takes the next word. */
  word(start: number, end: number, length: number, digits: number): void {
    const units = this.#units;
    this.pass(start, end);
    if (length === 1) {
      const gap = start === 0 ? 0x0a : units[start - 1]!;
      if (gap === 0x20 || gap === 0x0a || isJoint(gap)) this.#count(this.#single, start, end, 4);
    } else if (length === 2) {
      if (hexDigit(units[start]!) >= 0 && hexDigit(units[start + 1]!) >= 0) {
        this.#count(this.#hex, start, end, 4);
      }
    } else if (length >= 12) this.#contiguous(start, end);
    if (digits === length) {
      if (length === 8) this.#count(this.#binary, start, end, 3);
      else if (length <= 3) this.#count(this.#decimal, start, end, 3);
    }
  }

  /** Takes a letter or word of a script without spaces. */
  unspaced(end: number): void {
    this.#previousEnd = end;
  }

  /** Takes a word that is English only when rotated by 13. */
  rotated(start: number, end: number): void {
    this.#note(this.#rotated, "rot13", start, end);
  }

  /** Takes a word that is English only when reversed. */
  reversed(start: number, end: number): void {
    this.#note(this.#reversed, "reversed", start, end);
  }

  /** Ends the text. */
  finish(): void {
    this.#endStreak(this.#single);
    this.#endStreak(this.#hex);
    this.#endStreak(this.#decimal);
    this.#endStreak(this.#binary);
    if (this.#length - this.#previousEnd > 16) this.#gap(this.#previousEnd, this.#length);
  }

  #count(streak: Streak, start: number, end: number, gap: number): void {
    if (start - streak.end > gap) {
      this.#endStreak(streak);
      streak.start = start;
      streak.count = 0;
    }
    streak.count++;
    streak.end = end;
  }

  #endStreak(streak: Streak): void {
    if (streak === this.#single && streak.count >= 8) this.#run("spaced", streak.start, streak.end);
    else if (streak === this.#hex && streak.count >= 8) this.#run("hex", streak.start, streak.end);
    else if (streak === this.#decimal && streak.count >= 10) {
      this.#run("decimal", streak.start, streak.end);
    } else if (streak === this.#binary && streak.count >= 4) {
      this.#run("binary", streak.start, streak.end);
    }
    streak.count = 0;
  }

  /** Three words that are English only when rotated or reversed mark their lines. */
  #note(streak: Streak, kind: Encoding, start: number, end: number): void {
    if (start - streak.end > 40) streak.count = 0;
    streak.count++;
    streak.end = end;
    if (streak.count < 3 || start < streak.start) return;
    const text = this.#text;
    let stop = text.indexOf("\n", end);
    if (stop < 0) stop = text.length;
    this.#run(kind, Math.max(this.lineStart, streak.start), stop);
    streak.start = stop;
    streak.count = 0;
  }

  /** A long word may be the beginning of a base64 or hex run. */
  #contiguous(start: number, end: number): void {
    if (start < this.#encodedEnd) return;
    const units = this.#units;
    let from = start;
    while (from > this.#encodedEnd && isBase64(units[from - 1]!)) from--;
    let to = end;
    for (;;) {
      while (to < this.#length && isBase64(units[to]!)) to++;
      // A wrapped run goes on after a line end.
      const next = units[to]! === 0x0d ? to + 2 : to + 1;
      const wrapped = to - from >= 32 && (units[to] === 0x0a || units[to] === 0x0d);
      if (!wrapped || !isBase64(units[next]!) || !this.#longLine(next)) break;
      to = next;
    }
    this.#encodedEnd = to;
    if (to - from < 16) return;
    let hex = true;
    for (let i = from; i < to && hex; i++) hex = hexDigit(units[i]!) >= 0;
    this.#run(hex ? "hex" : "base64", from, to);
  }

  /** Whether the line holds nothing but one run. */
  #longLine(at: number): boolean {
    let i = at;
    while (i < at + 100 && isBase64(this.#units[i]!)) i++;
    while (this.#units[i]! === 0x3d) i++;
    const c = this.#units[i]!;
    return c === 0x0a || c === 0x0d || i - at >= 32;
  }

  /** A long stretch without words may be Morse. */
  #gap(start: number, end: number): void {
    const units = this.#units;
    let dots = 0;
    let dashes = 0;
    let spaces = 0;
    for (let i = start; i < end; i++) {
      const c = units[i]!;
      if (c === 0x2e || c === 0xb7 || c === 0x2022) dots++;
      else if (c === 0x2d || c === 0x2212 || c === 0x2013 || c === 0x5f) dashes++;
      else if (c === 0x20 || c === 0x2f) spaces++;
    }
    if (dots > 4 && dashes > 4 && spaces > 6 && dots + dashes + spaces > (end - start) * 0.9) {
      this.#run("morse", start, end);
    }
  }

  #run(kind: Encoding, start: number, end: number): void {
    if (end - start >= 8) this.runs.push({ kind, start, end });
  }
}
