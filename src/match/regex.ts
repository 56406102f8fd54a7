// Regular expressions of the policy, run by RE2 in linear time.

import { RE2Set } from "re2js";
import { PatternError } from "./errors.ts";
import type { RegexSet } from "./types.ts";

/**
 * Compiles regular expressions that are searched for together.
 *
 * @param sources Expressions in RE2 syntax.
 * @returns The set.
 * @throws {PatternError} On bad syntax.
 */
export function compileRegexSet(sources: readonly string[]): RegexSet {
  const set = new RE2Set(RE2Set.UNANCHORED);
  sources.forEach((source, index) => {
    try {
      set.add(source);
    } catch (error) {
      throw new PatternError(error instanceof Error ? error.message : "bad regex", 0, index);
    }
  });
  if (sources.length > 0) set.compile();
  return {
    size: sources.length,
    sources: [...sources],
    matches: (text) => sources.length === 0 ? [] : set.match(text).sort((a, b) => a - b),
  };
}
