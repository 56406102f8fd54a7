// Wildcard patterns as bit-parallel automata: time is text length times a sixteenth word per pattern character,
// whatever the text is. No backtracking, so hostile text costs what friendly text costs.

import { ANY, STAR } from "./syntax.ts";

/** A compiled pattern. Immutable and re-entrant. */
export interface Glob {
  /** The pattern's text where it has no wildcard, else null. */
  readonly literal: string | null;
  /** The automaton behind it, for templates. */
  readonly automaton: Automaton;
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

/** Positions of a pattern, one bit each, packed into 32-bit words. */
type Bits = Int32Array;

/** The automaton: state sets and what each character does to them. */
export interface Automaton {
  /** The states before any text. */
  start(): Bits;
  /** The states after one more character. */
  step(states: Bits, code: number): Bits;
  /** The states after any text at all; without slashes unless `wide`. */
  gap(states: Bits, wide: boolean): Bits;
  /** The states that every text of at least one character keeps; a pattern covers a gap only through these. */
  absorb(states: Bits, wide: boolean): Bits;
  /** Whether the text may end here. */
  accepts(states: Bits): boolean;
  /** Whether no text can be matched any more. */
  dead(states: Bits): boolean;
}

const SLASH = 0x2f;

/** What one position of a pattern does. */
type Token =
  | { readonly kind: "char"; readonly code: number }
  /** One character, but no slash unless flat. */
  | { readonly kind: "any" }
  /** A run of characters, without slashes unless deep. */
  | { readonly kind: "run"; readonly deep: boolean }
  /** Entry of `**` + `/`: nothing, or segments up to a slash, which the next token `dirs` reads. */
  | { readonly kind: "enter" }
  | { readonly kind: "dirs" };

/**
 * Compiles a prepared pattern, in which STAR and ANY stand for wildcards and all else is literal.
 *
 * @param pattern The prepared pattern.
 * @param options How it is read.
 * @returns The matcher.
 */
export function compileGlob(pattern: string, options: GlobOptions): Glob {
  const wild = pattern.includes(STAR) || pattern.includes(ANY);
  const { tokens, tail } = options.kind === "flat" ? flatTokens(pattern) : pathTokens(pattern);
  const ends = [tokens.length];
  if (tail >= 0) ends.push(tail);
  const last = tokens.at(-1);
  if (options.wide && last?.kind === "char" && last.code === SLASH) ends.push(tokens.length - 1);
  const automaton = build(tokens, ends, options.kind === "flat");
  const head = pattern.slice(0, firstWild(pattern));
  // "a/**" also matches "a": the slash belongs to the wildcard then.
  const prefix = wild && (tail >= 0 || options.wide) && head.endsWith("/")
    ? head.slice(0, -1)
    : head;
  return {
    literal: wild ? null : pattern,
    automaton,
    test(text, from = 0, end = text.length): boolean {
      if (!text.startsWith(prefix, from)) return false;
      let states = automaton.start();
      for (let i = from; i < end;) {
        const code = text.codePointAt(i)!;
        states = automaton.step(states, code);
        if (automaton.dead(states)) return false;
        i += code > 0xffff ? 2 : 1;
      }
      return automaton.accepts(states);
    },
  };
}

/** Index of the first wildcard, or the length. */
function firstWild(pattern: string): number {
  const at = [pattern.indexOf(STAR), pattern.indexOf(ANY)].filter((i) => i >= 0);
  return at.length === 0 ? pattern.length : Math.min(...at);
}

/** Tokens of a pattern without segments. */
function flatTokens(pattern: string): { tokens: Token[]; tail: number } {
  const tokens: Token[] = [];
  for (const char of pattern) {
    if (char === ANY) tokens.push({ kind: "any" });
    else if (char !== STAR) tokens.push({ kind: "char", code: char.codePointAt(0)! });
    else if (tokens.at(-1)?.kind !== "run") tokens.push({ kind: "run", deep: true });
  }
  return { tokens, tail: -1 };
}

/** Tokens of a path pattern; `tail` is the position of the slash in a final `/**`, or -1. */
function pathTokens(pattern: string): { tokens: Token[]; tail: number } {
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
    for (let i = 0; i < chars.length;) {
      if (chars[i] !== STAR) {
        tokens.push(
          chars[i] === ANY ? { kind: "any" } : { kind: "char", code: chars[i]!.codePointAt(0)! },
        );
        i++;
        continue;
      }
      let stars = 0;
      for (; chars[i] === STAR; i++) stars++;
      tokens.push({ kind: "run", deep: stars > 1 });
    }
    if (!lastSegment) tokens.push({ kind: "char", code: SLASH });
  });
  return { tokens, tail };
}

/** Turns tokens into masks and closes over them. */
function build(tokens: readonly Token[], ends: readonly number[], flat: boolean): Automaton {
  const words = (tokens.length >> 5) + 1;
  const mask = (pick: (t: Token) => boolean): Bits => {
    const bits = new Int32Array(words);
    tokens.forEach((t, i) => {
      if (pick(t)) bits[i >> 5]! |= 1 << (i & 31);
    });
    return bits;
  };
  const none = new Int32Array(words);
  const literals = new Map<number, Bits>();
  for (const token of tokens) {
    const code = token.kind === "char" ? token.code : token.kind === "dirs" ? SLASH : -1;
    if (code >= 0 && !literals.has(code)) {
      literals.set(
        code,
        mask((t) =>
          (t.kind === "char" && t.code === code) || (t.kind === "dirs" && code === SLASH)
        ),
      );
    }
  }
  const any = mask((t) => t.kind === "any");
  const deep = mask((t) => t.kind === "dirs" || (t.kind === "run" && t.deep));
  const loop = mask((t) => t.kind === "dirs" || t.kind === "run");
  const skip1 = mask((t) => t.kind === "run" || t.kind === "enter");
  const skip2 = mask((t) => t.kind === "enter");
  const accept = new Int32Array(words);
  for (const end of ends) accept[end >> 5]! |= 1 << (end & 31);

  const close = (states: Bits): Bits => {
    for (let changed = true; changed;) {
      changed = false;
      let carry = 0;
      for (let w = 0; w < words; w++) {
        const one = states[w]! & skip1[w]!;
        const two = states[w]! & skip2[w]!;
        const next = states[w]! | (one << 1) | (two << 2) | carry;
        carry = (one >>> 31) | (two >>> 30);
        if (next !== states[w]) {
          states[w] = next;
          changed = true;
        }
      }
    }
    return states;
  };
  return {
    start: () => {
      const states = new Int32Array(words);
      states[0] = 1;
      return close(states);
    },
    step: (states, code) => {
      const slash = code === SLASH && !flat;
      const literal = literals.get(code) ?? none;
      const next = new Int32Array(words);
      let carry = 0;
      for (let w = 0; w < words; w++) {
        const advance = states[w]! & (slash ? literal[w]! : literal[w]! | any[w]!);
        next[w] = (states[w]! & (slash ? deep[w]! : loop[w]!)) | (advance << 1) | carry;
        carry = advance >>> 31;
      }
      return close(next);
    },
    gap: (states, wide) => {
      const next = new Int32Array(words);
      let on = false;
      for (let i = 0; i <= tokens.length; i++) {
        if ((states[i >> 5]! >>> (i & 31)) & 1) on = true;
        if (on) next[i >> 5]! |= 1 << (i & 31);
        const token = tokens[i];
        // A value without slashes cannot pass a slash of the pattern.
        if (on && !wide && token?.kind === "char" && token.code === SLASH) on = false;
      }
      return close(next);
    },
    absorb: (states, wide) => {
      const next = new Int32Array(words);
      let carry = 0;
      for (let w = 0; w < words; w++) {
        // The first character of a value may be the one that "*" as a whole segment asks for.
        const advance = wide ? 0 : states[w]! & any[w]!;
        next[w] = (states[w]! & loop[w]!) | (advance << 1) | carry;
        carry = advance >>> 31;
      }
      close(next);
      for (let w = 0; w < words; w++) next[w]! &= wide ? deep[w]! : loop[w]!;
      return close(next);
    },
    accepts: (states) => states.some((bits, w) => (bits & accept[w]!) !== 0),
    dead: (states) => states.every((bits) => bits === 0),
  };
}
