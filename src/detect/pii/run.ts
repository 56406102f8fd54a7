// Digits in groups, as people write long numbers.

/** Longest run of digits and separators that is looked at as one number. */
const MAX_RUN = 40;

/** What may stand between groups, one bit each; a bracket is none of them. */
export const SEPARATORS = { space: 1, dash: 2, dot: 4, slash: 8 } as const;

const SEPARATOR_BITS = new Uint8Array(128);
for (const [i, sign] of [..." -./"].entries()) SEPARATOR_BITS[sign.charCodeAt(0)] = 1 << i;

/** The digits of a number, each as its value. */
export class Digits {
  /** The values; what stands behind {@link length} is anything. */
  readonly values = new Uint8Array(MAX_RUN);
  /** How many there are. */
  length = 0;

  /** Reads a text of digits, 40 at most. */
  static of(text: string): Digits {
    const digits = new Digits();
    for (let i = 0; i < text.length; i++) digits.values[i] = text.charCodeAt(i) - 0x30;
    digits.length = text.length;
    return digits;
  }

  /** The first digits, or some, as a number; -1 where there are fewer. */
  number(count: number, from = 0): number {
    if (from + count > this.length) return -1;
    let number = 0;
    for (let i = from; i < from + count; i++) number = number * 10 + this.values[i]!;
    return number;
  }

  /** The digits as text. */
  toString(): string {
    let text = "";
    for (let i = 0; i < this.length; i++) text += this.values[i];
    return text;
  }
}

/** What a group adds to {@link Run.shape}: no shape of other groups is the same, up to seven of them. */
const GROUP_BASE = MAX_RUN + 1;

/** The {@link Run.shape} of groups of these sizes, seven at most. */
export function shapeOf(...groups: readonly number[]): number {
  return groups.reduce((shape, size) => shape * GROUP_BASE + size, 0);
}

/** A number as it stands. */
export class Run {
  /** First digit. */
  start = 0;
  /** The first character after the last digit. */
  end = 0;
  /** Digits alone. */
  readonly digits = new Digits();
  /** How many groups stand between separators, and how long the first and the shortest of them are. */
  groups = 0;
  first = 0;
  shortest = 0;
  /** The sizes of the groups as one number, see {@link shapeOf}. */
  shape = 0;
  /** The separators, see {@link SEPARATORS}. */
  separators = 0;
  /** Whether it goes on: then it is no number of a known length. */
  cut = false;

  /** Takes the digits in groups at a place; one separator at most between groups. */
  read(text: string, start: number): void {
    const { values } = this.digits;
    this.start = start;
    this.groups =
      this.first =
      this.shape =
      this.separators =
        0;
    this.shortest = MAX_RUN;
    let end = start;
    let count = 0;
    let group = 0;
    const stop = Math.min(text.length, start + MAX_RUN);
    for (let i = start; i < stop; i++) {
      const c = text.charCodeAt(i);
      if (isDigit(c)) {
        values[count++] = c - 0x30;
        group++;
        end = i + 1;
        continue;
      }
      let bit = 0;
      if (c === 0x29 && this.groups === 0 && text.charCodeAt(start - 1) === 0x28) {
        // `(415) 502-4086`: the bracket and its space are one separator.
        if (text.charCodeAt(i + 1) === 0x20) i++;
      } else {
        bit = c < 128 ? SEPARATOR_BITS[c]! : 0;
        if (bit === 0) break;
      }
      if (!isDigit(text.charCodeAt(i + 1))) break;
      this.separators |= bit;
      this.#close(group);
      group = 0;
    }
    if (group > 0) this.#close(group);
    this.end = end;
    this.digits.length = count;
    this.cut = isDigit(text.charCodeAt(end));
  }

  #close(size: number): void {
    this.groups++;
    if (this.groups === 1) this.first = size;
    if (size < this.shortest) this.shortest = size;
    this.shape = this.shape * GROUP_BASE + size;
  }
}

/** The number that was read last: it is looked at before another is read. */
const RUN = new Run();

/**
 * Reads digits in groups from a place.
 *
 * @param text The text.
 * @param start Where the first digit stands.
 * @returns The number, valid until the next call.
 */
export function readRun(text: string, start: number): Run {
  RUN.read(text, start);
  return RUN;
}

function isDigit(c: number): boolean {
  return c > 0x2f && c < 0x3a;
}

/** Milliseconds and nanoseconds since 1970 of our years look like numbers of many kinds. */
export function isTime(digits: Digits): boolean {
  const { length, values } = digits;
  return (length === 13 || length === 16 || length === 19) && values[0] === 1 && values[1]! > 3;
}
