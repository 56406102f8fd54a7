// Finds regular expressions that match no text at all: a slip of the pen that no error tells of. By RE2's own program,
// searched for a way to its end; where there is a way that only word boundaries would close, none is told.

import { RE2JS } from "re2js";

/** One instruction of the program, as far as it is needed. */
interface Instruction {
  op: number;
  out: number;
  arg: number;
  runes: ArrayLike<number>;
}

/** Operations of RE2's program; what is not here needs nothing. */
const [ALT, ALT_MATCH, EMPTY_WIDTH, FAIL, MATCH] = [1, 2, 4, 5, 6];
/** Operations that read a character. */
const READS: ReadonlySet<number> = new Set([8, 9, 10, 11]);
/** What an empty width may want: the beginning of the text, or its end. */
const [BEGIN_TEXT, END_TEXT] = [4, 8];

/**
 * Whether an expression can match no text.
 *
 * @param source An expression that compiles.
 * @returns True where that is certain.
 *
 * @example
 * ```ts
 * import { matchesNothing } from "./hopeless.ts";
 * import { expect } from "expect";
 *
 * expect(["$a", "a^b", "[^\\s\\S]"].map(matchesNothing)).toEqual([true, true, true]);
 * expect(["^a$", "", "a$|b"].map(matchesNothing)).toEqual([false, false, false]);
 * ```
 */
export function matchesNothing(source: string): boolean {
  const program = programOf(source);
  if (program === null) return false;
  const { start, inst } = program;
  // A place in the program, and what was passed on the way: a character read, the end of the text.
  const seen = new Set<string>();
  const open: [at: number, read: boolean, ended: boolean][] = [[start, false, false]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [at, read, ended] = next;
    const one = inst[at];
    const key = next.join();
    if (one === undefined || seen.has(key)) continue;
    seen.add(key);
    if (one.op === MATCH) return false;
    if (one.op === FAIL) continue;
    if (READS.has(one.op)) {
      if (!ended && (one.op > 9 || one.runes.length > 0)) open.push([one.out, true, false]);
    } else if (one.op === EMPTY_WIDTH) {
      if ((one.arg & BEGIN_TEXT) !== 0 && read) continue;
      open.push([one.out, read, ended || (one.arg & END_TEXT) !== 0]);
    } else {
      if (one.op === ALT || one.op === ALT_MATCH) open.push([one.arg, read, ended]);
      open.push([one.out, read, ended]);
    }
  }
  return true;
}

/** The program that RE2 makes of an expression; null where it is not where this version of the library keeps it. */
function programOf(source: string): { start: number; inst: readonly Instruction[] } | null {
  const { re2Input } = RE2JS.compile(source) as unknown as {
    re2Input?: { prog?: { start?: unknown; inst?: unknown } };
  };
  const { start, inst } = re2Input?.prog ?? {};
  return typeof start === "number" && Array.isArray(inst) ? { start, inst } : null;
}
