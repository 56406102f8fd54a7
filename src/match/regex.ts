// Regular expressions of the policy, run by RE2 in linear time, and the caps that keep linear cheap.
// Whoever writes the policy is trusted; the text that is searched is not.

import { RE2JS, RE2Set } from "re2js";
import { PatternError } from "./errors.ts";
import { mayHold, requiredText } from "./prefilter.ts";
import type { RegexSet } from "./types.ts";

/** Longest regular expression, in UTF-16 units. */
const MAX_SOURCE = 1000;
/** Most expressions in one set. */
const MAX_COUNT = 1000;
/** Largest program of one expression, in RE2 instructions; a counted repeat multiplies its body. */
const MAX_PROGRAM = 1100;
/** Largest sum of programs in one set. */
const MAX_PROGRAMS = 20_000;
/** Programs up to this size are cheap even where the automaton has no states to reuse. */
const SMALL_PROGRAM = 40;
/** Length of the text that an expression is tried on, and the most automaton states it may need for it. */
const PROBE_LENGTH = 4096;
const PROBE_STATES = 1000;
/** Most pieces that a text is searched for before the automaton. */
const MAX_NEEDLES = 16;

/** How a set searches. */
export interface RegexOptions {
  /** True: an expression must match the whole text, as if written `^(?:...)$`. */
  readonly whole?: boolean;
  /** True: upper and lower case are alike. */
  readonly ignoreCase?: boolean;
}

/**
 * Compiles regular expressions that are searched for together. Syntax is RE2's: `(?i)`, `(?P<n>...)`,
 * classes, counted repeats; no lookaround and no backreferences. Sources have at most 1,000 characters
 * and compile to at most 1,100 instructions.
 *
 * @param sources Expressions in RE2 syntax, at most 1,000.
 * @param options Whether the whole text must match, and whether case counts.
 * @returns The set; matching is linear in the text and keeps no position between calls.
 * @throws {PatternError} On syntax that is bad or not linear, and above the caps.
 * @see https://github.com/google/re2/wiki/Syntax
 *
 * @example Finding which of two expressions occur
 * ```ts
 * import { compileRegexSet } from "./regex.ts";
 * import { expect } from "expect";
 *
 * const set = compileRegexSet(["(?i)ignore.*instructions", "sk-[a-z0-9]{8,}"]);
 * expect(set.matches("Please IGNORE all previous instructions")).toEqual([0]);
 * ```
 */
export function compileRegexSet(sources: readonly string[], options: RegexOptions = {}): RegexSet {
  if (sources.length > MAX_COUNT) {
    throw new PatternError(`too many regular expressions: at most ${MAX_COUNT} in one list`);
  }
  const anchor = options.whole ? RE2Set.ANCHOR_BOTH : RE2Set.UNANCHORED;
  const flags = options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0;
  let total = 0;
  sources.forEach((source, index) => {
    total += check(source, index, anchor, flags);
    if (total > MAX_PROGRAMS) {
      throw new PatternError("regular expressions of this list are too large together", 0, index);
    }
  });
  const kept = [...sources];
  if (kept.length === 0) return { size: 0, sources: kept, matches: () => [] };
  return { size: kept.length, sources: kept, matches: searcher(kept, anchor, flags) };
}

/** Searches for all at once; those that require some text are asked only where it occurs. */
function searcher(
  sources: readonly string[],
  anchor: number,
  flags: number,
): (text: string) => number[] {
  const needles = sources.map(requiredText);
  const filtered = needles.filter((needle) => needle !== null);
  // Many searches for pieces would cost more than the one search for expressions.
  const few = filtered.length <= MAX_NEEDLES;
  const indices = sources.map((_, index) => index);
  const rare = few ? indices.filter((i) => needles[i] !== null) : [];
  const always = few ? indices.filter((i) => needles[i] === null) : indices;
  const [matchRare, matchAlways] = [rare, always].map((part) => {
    if (part.length === 0) return (): number[] => [];
    const set = new RE2Set(anchor, flags);
    for (const index of part) set.add(sources[index]!);
    set.compile();
    return (text: string): number[] => set.match(text).map((k) => part[k]!);
  });
  return (text) => {
    const found = matchAlways!(text);
    if (rare.length > 0 && mayHold(text, filtered)) found.push(...matchRare!(text));
    return found.sort((a, b) => a - b);
  };
}

/** Refuses one bad or costly expression; returns its program size. */
function check(source: string, index: number, anchor: number, flags: number): number {
  if (source.length === 0) throw new PatternError("empty regular expression", 0, index);
  if (source.length > MAX_SOURCE) {
    throw new PatternError(
      `regular expression is longer than ${MAX_SOURCE} characters`,
      MAX_SOURCE,
      index,
    );
  }
  let size: number;
  try {
    size = RE2JS.compile(source, flags).programSize();
  } catch (error) {
    throw syntaxError(source, index, error);
  }
  if (size > MAX_PROGRAM) {
    throw new PatternError(
      `regular expression compiles to ${size} instructions, at most ${MAX_PROGRAM} are allowed: ` +
        "use smaller counted repeats, or + instead of {n,m}",
      Math.max(0, source.indexOf("{")),
      index,
    );
  }
  if (size > SMALL_PROGRAM && statesNeeded(source, anchor, flags) > PROBE_STATES) {
    throw new PatternError(
      "regular expression needs a new automaton state for nearly every character of hostile text: " +
        "shorten the counted repeat that follows an overlapping * or +",
      Math.max(0, source.indexOf("{")),
      index,
    );
  }
  return size;
}

/** States of the automaton after a text made of the expression's own letters, which are the worst it can meet. */
function statesNeeded(source: string, anchor: number, flags: number): number {
  const letters = [...new Set(source.replace(/\W/g, "") + "a0 -_.")];
  let seed = 12345;
  let text = "";
  for (let i = 0; i < PROBE_LENGTH; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    text += letters[(seed >>> 12) % letters.length];
  }
  const set = new RE2Set(anchor, flags);
  set.add(source);
  set.compile();
  // A text of two letters mixes the states fastest; all letters together find the rest.
  for (let i = 0; i + 1 < letters.length && i < 8; i++) {
    const pair = letters[i]! + letters[i + 1]!;
    set.match(text.replace(/[\s\S]/g, (c) => pair[c.charCodeAt(0) & 1]!));
  }
  set.match(text);
  return set.dfa.stateCount;
}

/** Says in plain words why RE2 refused, and what to write instead. */
function syntaxError(source: string, index: number, error: unknown): PatternError {
  const text = error instanceof Error ? error.message.replace(/^\w+: /, "") : "bad syntax";
  const piece = /`([^`]*)`/.exec(text)?.[1] ?? "";
  const at = Math.max(0, source.indexOf(piece));
  let why = text.replace("error parsing regexp: ", "");
  if (/^\(\?(?:[=!]|<[=!])/.test(piece)) {
    why = `lookaround "${piece.slice(0, 4)}" cannot run in linear time: ` +
      "match the text itself, or split it into an allow and a deny pattern";
  } else if (/^\\[1-9]/.test(piece)) {
    why = `backreference "${piece}" cannot run in linear time: spell the repeated text out`;
  } else if (/repeat count/.test(text)) {
    why = `counted repeat "${piece}" is too large: nested counts may reach 1000 together`;
  }
  return new PatternError(`bad regular expression: ${why}`, at, index);
}
