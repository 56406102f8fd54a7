// Wildcard patterns as a row of tokens, one for each position of the automaton that matches them.

import { ANY, STAR } from "./syntax.ts";

/** The code of a slash. */
export const SLASH = 0x2f;

/** What one position of a pattern does. */
export type Token =
  | { readonly kind: "char"; readonly code: number }
  /** One character, but no slash unless flat. */
  | { readonly kind: "any" }
  /** A run of characters, without slashes unless deep. */
  | { readonly kind: "run"; readonly deep: boolean }
  /** Entry of a double star and a slash: nothing, or segments up to a slash, which the next token reads. */
  | { readonly kind: "enter" }
  | { readonly kind: "dirs" };

/** A pattern in tokens. */
export interface Tokens {
  /** The tokens. */
  readonly tokens: readonly Token[];
  /** Position of the slash before a final double star, which matches nothing too; or -1. */
  readonly tail: number;
}

/**
 * Reads a pattern without segments: every run of stars is any run of characters.
 *
 * @param pattern The prepared pattern.
 * @returns Its tokens.
 */
export function flatTokens(pattern: string): Tokens {
  const tokens: Token[] = [];
  for (const char of pattern) {
    if (char === ANY) tokens.push({ kind: "any" });
    else if (char !== STAR) tokens.push({ kind: "char", code: char.codePointAt(0)! });
    else if (tokens.at(-1)?.kind !== "run") tokens.push({ kind: "run", deep: true });
  }
  return { tokens, tail: -1 };
}

/**
 * Reads a path pattern: one star stays within a segment, two stars do not.
 *
 * @param pattern The prepared pattern.
 * @returns Its tokens.
 */
export function pathTokens(pattern: string): Tokens {
  const tokens: Token[] = [];
  const segments = pattern.split("/");
  let tail = -1;
  segments.forEach((segment, n) => {
    const lastSegment = n === segments.length - 1;
    const chars = [...segment];
    if (chars.length > 1 && chars.every((c) => c === STAR)) {
      if (!lastSegment) {
        if (tokens.at(-1)?.kind !== "dirs") tokens.push({ kind: "enter" }, { kind: "dirs" });
        return;
      }
      if (n > 0 && tokens.at(-1)?.kind === "char") tail = tokens.length - 1;
      tokens.push({ kind: "run", deep: true });
      return;
    }
    // A segment that is only "*" has at least one character, as in every shell.
    if (segment === STAR) tokens.push({ kind: "any" });
    pushSegment(tokens, chars);
    if (!lastSegment) tokens.push({ kind: "char", code: SLASH });
  });
  return { tokens, tail };
}

/** Tokens of a segment that is more than a double star. */
function pushSegment(tokens: Token[], chars: readonly string[]): void {
  for (let i = 0; i < chars.length;) {
    const char = chars[i]!;
    if (char !== STAR) {
      tokens.push(char === ANY ? { kind: "any" } : { kind: "char", code: char.codePointAt(0)! });
      i++;
      continue;
    }
    let stars = 0;
    for (; chars[i] === STAR; i++) stars++;
    tokens.push({ kind: "run", deep: stars > 1 });
  }
}
