// One pass over a text that says where detectors of values have to look: nearly all words are nothing to any of them.

import { BASIS, PRIME } from "./injection/hash.ts";
import { mayBegin } from "./secrets/heads.ts";
import { isEnding } from "./secrets/values.ts";
import { BEYOND, beyond } from "./beyond.ts";
import { besideAscii } from "./normalise/plain.ts";
import { UNITS } from "./normalise/units.ts";

/** Why a place is marked, bit by bit. */
export const MARKS = {
  /** A run of letters and digits that a secret may begin with, or whose name says that one follows. */
  secret: 1,
  /** A run with a digit in it. */
  number: 2,
  /** An `@`. */
  at: 4,
  /** `:`, `-` or `$` where a form of a secret may begin. */
  sign: 8,
} as const;

/** The shortest run of base64 digits that is noted, and the shortest run that may be a token without a prefix. */
export const SHORTEST_RUN = 12;
/** The longest group of a value that is written in groups, and the fewest groups by their length. */
const GROUP = 8;
const GROUPS = [0, 8, 6, 5, 4, 4, 3, 3, 3];

/** What was seen of one text. */
export interface Outline {
  /**
   * Start and end of each stretch that may hold what people do not see: invisible characters, escapes, lookalikes beside
   * Latin letters.
   */
  readonly hidden: readonly number[];
  /** Start and end of each stretch beyond ASCII of which a character may be read as another, or not be seen. */
  readonly odd: readonly number[];
  /** Whether something in it may stand for single characters: `%69`, `&#105;`, `\\u0069`, comments, escapes. */
  readonly inline: boolean;
  /** Two numbers a place, in ascending order: where it is, and {@link MARKS}. */
  readonly places: readonly number[];
  /**
   * Two numbers a run of base64 digits (both alphabets), in ascending order: where it begins, and where it ends. Of a
   * row of groups that are equally long the first group, its end negative.
   */
  readonly runs: readonly number[];
}

/** What a unit is; letters and digits of ASCII first. */
const RUN = 1;
const JOINT = 2;
const DASH = 3;
const COLON = 4;
const DOLLAR = 5;
const AT = 6;
/** What an encoding of a single character begins with. */
const INLINE = 7;
const FOREIGN = 8;
/** Begins an encoding too, and hides by itself. */
const ESCAPE = 9;
const KINDS = new Uint8Array(1 << 16).fill(FOREIGN);
for (let c = 0x20; c < 0x7f; c++) {
  KINDS[c] = /[0-9A-Za-z]/.test(String.fromCharCode(c)) ? RUN : 0;
}
for (const c of "\t\n\r") KINDS[c.charCodeAt(0)] = 0;
for (const c of "+/_") KINDS[c.charCodeAt(0)] = JOINT;
for (const c of "%&\\<") KINDS[c.charCodeAt(0)] = INLINE;
KINDS[0x1b] = ESCAPE;
KINDS[0x2d] = DASH;
KINDS[0x3a] = COLON;
KINDS[0x24] = DOLLAR;
KINDS[0x40] = AT;

/** What takes the words and signs of a text as they go by; each tells where it wants to go on. */
export interface Taker {
  /**
   * A run of letters and digits of ASCII.
   *
   * @param hash FNV-1a of its letters, small ones for capitals.
   * @param start Its first unit.
   * @param end One past its last unit.
   * @param all The bits that all its units have.
   * @param mixed The exclusive or of all.
   * @param after What stands behind it.
   */
  run(
    hash: number,
    start: number,
    end: number,
    all: number,
    mixed: number,
    after: number,
  ): number;
  /** A sign, what stands behind it, and where it stands. */
  sign(c: number, next: number, at: number): number;
  /** A character beyond ASCII. */
  folded(at: number): number;
}

/** In every letter of ASCII, and in no digit. */
const LETTER = 0x40;

const NONE: readonly number[] = [];

/** The outline of every text with nothing to look at. */
export const CLEAN: Outline = { hidden: NONE, odd: NONE, inline: false, places: NONE, runs: NONE };

/**
 * Makes the outline of a text.
 *
 * @param text Any text; time and memory are linear in its length.
 * @returns Where there is something to look at.
 */
export function outlineOf(text: string): Outline {
  return walk(UNITS.of(text), text.length, null, true);
}

/**
 * Goes through a text once, for its outline and for somebody who reads its words: half of what either costs is to find
 * where words end.
 *
 * @param units The units of any text, and a line end; time and memory are linear in its length.
 * @param length Its length.
 * @param taker Gets words and signs, or null. It must not ask for the units of other texts meanwhile.
 * @param outlined Whether the outline is wanted; otherwise what is returned tells only whether something is hidden.
 * @returns The outline.
 */
export function walk(
  units: Uint16Array,
  length: number,
  taker: Taker | null,
  outlined: boolean,
): Outline {
  const places: number[] = [];
  const runs: number[] = [];
  const hidden: number[] = [];
  const odd: number[] = [];
  let inline = false;
  // The run of base64 digits that is read, and where it goes on behind a joint.
  let from = 0;
  let to = -1;
  // Runs of one length in a row, with single spaces between them.
  let size = 0;
  let count = 0;
  let last = 0;
  // Where the taker goes on.
  let taken = 0;
  for (let i = 0; i < length;) {
    let c = units[i]!;
    let kind = KINDS[c]!;
    const start = i;
    if (kind === RUN) {
      // Nearly all runs are words, and cost two looks into tables.
      let all = c;
      if (taker === null) {
        do {
          all &= c;
          c = units[++i]!;
          kind = KINDS[c]!;
        } while (kind === RUN);
      } else {
        let hash = BASIS;
        let mixed = 0;
        do {
          hash = Math.imul(hash ^ (c | 0x20), PRIME);
          all &= c;
          mixed ^= c;
          c = units[++i]!;
          kind = KINDS[c]!;
        } while (kind === RUN);
        if (i > taken) {
          taken = start < taken
            ? part(units, taken, i, taker)
            : taker.run(hash, start, i, all, mixed, c);
        }
        if (!outlined) {
          if (c === 0x20) i++;
          continue;
        }
      }
      const long = i - start;
      let mark = (all & LETTER) === 0 ? MARKS.number : 0;
      if (
        mayBegin(units[start]!, units[start + 1]!, units[start + 2]!) ||
        (long > 2 && isEnding(units[i - 3]!, units[i - 2]!, units[i - 1]!)) ||
        long >= SHORTEST_RUN || c === 0x3d
      ) mark |= MARKS.secret;
      if (mark !== 0) places.push(start, mark);
      if (start !== to) from = start;
      if (kind === JOINT || kind === DASH) {
        to = i;
        continue;
      }
    } else {
      const next = units[++i]!;
      if (c === 0x20) continue;
      if (kind !== FOREIGN && taker !== null && start >= taken) taken = taker.sign(c, next, start);
      if (kind === 0 || (!outlined && kind < FOREIGN)) continue;
      if (kind > DASH) {
        if (kind === FOREIGN) {
          let most = beyond(c);
          for (c = next; c > 0x7e || KINDS[c] === FOREIGN; c = units[++i]!) most |= beyond(c);
          const beside = (most & (BEYOND.beside | BEYOND.letter)) !== 0 &&
            besideAscii(units, start, i);
          if (
            (most & BEYOND.suspect) !== 0 ||
            ((most & BEYOND.letter) !== 0 && (beside || (most & BEYOND.latin) !== 0))
          ) hidden.push(start, i);
          if ((most & BEYOND.odd) !== 0 || (beside && (most & BEYOND.beside) !== 0)) {
            // Few letters between two of them are looked at with them, which costs less than two stretches.
            const before = odd.length - 1;
            if (before > 0 && isNear(units, odd[before]!, start)) odd[before] = i;
            else odd.push(start, i);
          }
          if (taker !== null) {
            for (taken = Math.max(taken, start); taken < i;) taken = taker.folded(taken);
          }
        } else if (kind === INLINE || kind === ESCAPE) {
          if (kind === ESCAPE) hidden.push(start, i);
          inline ||= isInline(c, next);
        } else if (kind === AT) places.push(start, MARKS.at);
        else if (kind === DOLLAR || isColon(units, start, next)) places.push(start, MARKS.sign);
        continue;
      }
      // `-----BEGIN`: of a ruler no dash is marked.
      if (kind === DASH && next === 0x2d && units[start + 5] === 0x42 && isKey(units, start)) {
        places.push(start, MARKS.sign);
      }
      if (start !== to) from = start;
      kind = KINDS[next]!;
      to = i;
      if (kind === RUN || kind === JOINT || kind === DASH) continue;
    }
    const digits = i - from;
    if (digits === size && from === last + 1 && units[last] === 0x20) {
      if (++count === GROUPS[size]!) {
        const first = from - (count - 1) * (size + 1);
        runs.push(first, -first - size);
      }
    } else if (digits <= GROUP) {
      size = digits;
      count = 1;
    } else {
      size = 0;
      if (digits >= SHORTEST_RUN) runs.push(from, i);
    }
    last = i;
    // What stands behind is mostly a space.
    if (c === 0x20) i++;
  }
  if (!outlined) return hidden.length > 0 ? { ...CLEAN, hidden } : CLEAN;
  if (!inline && hidden.length + places.length + runs.length + odd.length === 0) return CLEAN;
  return { hidden, odd, inline, places, runs };
}

/** The most units of ASCII between two stretches that are taken as one. */
const BETWEEN = 8;

/** Whether nothing but a little ASCII of one line stands between two places. */
function isNear(units: Uint16Array, from: number, to: number): boolean {
  if (to - from > BETWEEN) return false;
  for (let i = from; i < to; i++) if (units[i]! > 0x7f || units[i] === 0x0a) return false;
  return true;
}

/** The rest of a run of which the taker has a part already. */
function part(units: Uint16Array, from: number, end: number, taker: Taker): number {
  let hash = BASIS;
  let all = 0xff;
  let mixed = 0;
  for (let i = from; i < end; i++) {
    const c = units[i]!;
    hash = Math.imul(hash ^ (c | 0x20), PRIME);
    all &= c;
    mixed ^= c;
  }
  return taker.run(hash, from, end, all, mixed, units[end]!);
}

/** Whether five dashes stand here. */
function isKey(units: Uint16Array, at: number): boolean {
  return units[at + 2] === 0x2d && units[at + 3] === 0x2d && units[at + 4] === 0x2d;
}

/** Whether `:` may stand inside a URL, or in a token behind a number. */
function isColon(units: Uint16Array, at: number, next: number): boolean {
  if (next === 0x2f) return units[at + 2] === 0x2f;
  if (next < 0x30 || next > 0x7a || at === 0) return false;
  const before = units[at - 1]!;
  return before > 0x2f && before < 0x3a;
}

/** Whether what follows a sign may be an encoding that begins with it. */
function isInline(c: number, next: number): boolean {
  if (c === 0x3c) return next === 0x21;
  if (c === 0x1b) return next === 0x5b || next === 0x5d;
  if (c === 0x5c) return (next | 0x20) === 0x75 || next === 0x78;
  // `%69`, `%u0069`, `&#105;`, `&amp;`
  return KINDS[next] === RUN || next === 0x23;
}
