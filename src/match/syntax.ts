// The wildcard syntax that name and URI patterns share, and the refusal of everything that looks like more.

import { PatternError } from "./errors.ts";

/** Longest pattern, in UTF-16 units. */
export const MAX_PATTERN = 512;
/** Most patterns in one list. */
export const MAX_PATTERNS = 10_000;
/** Stands for `*` in a prepared pattern; a noncharacter, so no text has it. */
export const STAR = "\u{10fffe}";
/** Stands for `?` in a prepared pattern. */
export const ANY = "\u{10ffff}";

/** What a refused character would have meant in other glob dialects, and what to write here. */
const REFUSED: Readonly<Record<string, string>> = {
  "[":
    'character classes are not supported: list the names, or write "re:" and a regular expression',
  "]":
    'character classes are not supported: list the names, or write "re:" and a regular expression',
  "{": "alternatives in braces are not supported: write one pattern for each",
  "}": "alternatives in braces are not supported: write one pattern for each",
  "\\": 'backslash is not an escape here: separators are "/", and "re:" takes a regular expression',
};

/**
 * Refuses a pattern that is too long, has characters nobody sees, or syntax of other glob dialects.
 *
 * @param pattern The pattern as the policy spells it.
 * @param index Which pattern of the list, from 0.
 * @param from Where to begin, e.g. after an IPv6 host.
 * @throws {PatternError} With the offset of the first such place and a hint.
 */
export function checkGlobSyntax(pattern: string, index: number, from = 0): void {
  const fail = (message: string, offset: number): never => {
    throw new PatternError(`bad pattern ${quote(pattern)}: ${message}`, offset, index);
  };
  if (pattern === "") fail("it is empty", 0);
  if (pattern.length > MAX_PATTERN) {
    fail(`it is longer than ${MAX_PATTERN} characters`, MAX_PATTERN);
  }
  if (pattern.trim() !== pattern) fail("it begins or ends with whitespace", 0);
  const hidden = pattern.search(
    /[\p{Cc}\p{Cs}\p{Cn}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u,
  );
  if (hidden >= 0) fail("it holds a character that cannot be seen", hidden);
  if (pattern.startsWith("!")) fail('"!" does not negate: put the pattern into the other list', 0);
  for (let i = from; i < pattern.length; i++) {
    const char = pattern[i]!;
    const hint = REFUSED[char];
    if (hint !== undefined) fail(hint, i);
    if (char === "(" && i > 0 && "@+!?*".includes(pattern[i - 1]!)) {
      fail(
        '"+(x)", "@(x)" and "!(x)" are not supported: write "re:" and a regular expression',
        i - 1,
      );
    }
  }
}

/**
 * A pattern in quotes for messages, shortened.
 *
 * @param pattern The pattern.
 * @returns At most about 80 characters, quoted.
 */
export function quote(pattern: string): string {
  return JSON.stringify(pattern.length > 80 ? pattern.slice(0, 77) + "..." : pattern);
}

/**
 * Refuses a list that is too long.
 *
 * @param patterns The list.
 * @throws {PatternError} Above 10,000 patterns.
 */
export function checkListSize(patterns: readonly string[]): void {
  if (patterns.length > MAX_PATTERNS) {
    throw new PatternError(`too many patterns: ${patterns.length}, at most ${MAX_PATTERNS}`);
  }
}
