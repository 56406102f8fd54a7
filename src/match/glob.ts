// Wildcard patterns: cheap looks at their literal texts first, then a linear automaton for the rest.

import { type Automaton, compileAutomaton, compileRunner } from "./automaton.ts";
import { flatTokens, pathTokens, SLASH } from "./globtokens.ts";
import { ANY, STAR } from "./syntax.ts";

/** A compiled pattern. Re-entrant. */
export interface Glob {
  /** The pattern's text where it has no wildcard, else null. */
  readonly literal: string | null;
  /** Builds the automaton of the whole pattern, for templates. */
  automaton(): Automaton;
  /**
   * Whether the whole of a text, or of its rest, is matched.
   *
   * @param text The text.
   * @param from Where to begin, in UTF-16 units.
   * @param end Where to end; the length by default.
   * @returns True where the pattern matches from there to the end.
   */
  test(text: string, from?: number, end?: number): boolean;
}

/** How a pattern is read. */
export interface GlobOptions {
  /** `path`: `*` and `?` stop at slashes, `**` does not. `flat`: there are no segments. */
  readonly kind: "path" | "flat";
  /** True where a directory pattern also covers the path without its last slash: for deny lists. */
  readonly wide?: boolean;
}

/**
 * Compiles a prepared pattern, in which STAR and ANY stand for wildcards and all else is literal.
 *
 * @param pattern The prepared pattern.
 * @param options How it is read.
 * @returns The matcher; time is linear in the text.
 */
export function compileGlob(pattern: string, options: GlobOptions): Glob {
  const flat = options.kind === "flat";
  const { tokens, tail } = flat ? flatTokens(pattern) : pathTokens(pattern);
  const ends = [tokens.length];
  if (tail >= 0) ends.push(tail);
  const last = tokens.at(-1);
  if (options.wide && last?.kind === "char" && last.code === SLASH) ends.push(tokens.length - 1);

  // All but a last slash, which may belong to the wildcard, stands at the front of every match.
  const prefix = trimSlash(pattern.slice(0, firstWild(pattern)));
  const skip = [...prefix].length;
  const run = compileRunner(tokens.slice(skip), ends.map((e) => e - skip), flat);
  const needle = longestLiteral(pattern.slice(prefix.length));
  // Only templates need it, and a list of them asks for it again and again.
  let whole: Automaton | null = null;
  return {
    literal: pattern.includes(STAR) || pattern.includes(ANY) ? null : pattern,
    automaton: () => whole ??= compileAutomaton(tokens, ends, flat),
    test: (text, from = 0, end = text.length) => {
      if (!text.startsWith(prefix, from) || from + prefix.length > end) return false;
      if (needle !== "" && !text.includes(needle, from + prefix.length)) return false;
      return run(text, from + prefix.length, end);
    },
  };
}

/** Index of the first wildcard, or the length. */
function firstWild(pattern: string): number {
  const at = [pattern.indexOf(STAR), pattern.indexOf(ANY)].filter((i) => i >= 0);
  return at.length === 0 ? pattern.length : Math.min(...at);
}

/** A literal text without a slash at its end. */
function trimSlash(text: string): string {
  return text.endsWith("/") ? text.slice(0, -1) : text;
}

/** The longest text that every match holds; slashes at its ends may be missing in a match. */
function longestLiteral(pattern: string): string {
  let best = "";
  for (const piece of pattern.split(/[\u{10fffe}\u{10ffff}]/u)) {
    const text = piece.replace(/^\/|\/$/g, "");
    if (text.length > best.length) best = text;
  }
  return best;
}
