// Bit-parallel automata: a set of pattern positions is a row of 32-bit words, one character moves the whole set.
// No backtracking, so hostile text costs what friendly text costs.

import { codePointIn } from "./code_point.ts";
import { SLASH, type Token } from "./globtokens.ts";

/** A set of positions. */
export type Bits = Int32Array;

/** The automaton of a pattern: sets of positions and what characters do to them. */
export interface Automaton {
  /** The positions before any text. */
  start(): Bits;
  /** The positions after one more character. */
  step(states: Bits, code: number): Bits;
  /** The positions that some text, or none, leads to; without slashes unless `wide`. */
  gap(states: Bits, wide: boolean): Bits;
  /** The positions that every text of at least one character keeps: a pattern covers a gap only through these. */
  absorb(states: Bits, wide: boolean): Bits;
  /** Whether the text may end here. */
  accepts(states: Bits): boolean;
  /** Whether no text can be matched any more. */
  dead(states: Bits): boolean;
}

/** Matches a part of a text from a place to an end. */
export type Runner = (text: string, from: number, end: number) => boolean;

/** Which positions do what. */
interface Masks {
  readonly words: number;
  readonly literals: ReadonlyMap<number, Bits>;
  readonly any: Bits;
  readonly loop: Bits;
  readonly deep: Bits;
  readonly skip1: Bits;
  readonly skip2: Bits;
  readonly accept: Bits;
  readonly none: Bits;
}

function masksOf(tokens: readonly Token[], ends: readonly number[]): Masks {
  const words = (tokens.length >> 5) + 1;
  const mask = (pick: (t: Token) => boolean): Bits => {
    const bits = new Int32Array(words);
    tokens.forEach((t, i) => {
      if (pick(t)) bits[i >> 5]! |= 1 << (i & 31);
    });
    return bits;
  };
  const codeOf = (t: Token): number => t.kind === "char" ? t.code : t.kind === "dirs" ? SLASH : -1;
  const literals = new Map<number, Bits>();
  tokens.forEach((t, i) => {
    const code = codeOf(t);
    if (code < 0) return;
    const bits = literals.get(code) ?? new Int32Array(words);
    bits[i >> 5]! |= 1 << (i & 31);
    literals.set(code, bits);
  });
  const accept = new Int32Array(words);
  for (const end of ends) accept[end >> 5]! |= 1 << (end & 31);
  return {
    words,
    literals,
    any: mask((t) => t.kind === "any"),
    loop: mask((t) => t.kind === "dirs" || t.kind === "run"),
    deep: mask((t) => t.kind === "dirs" || (t.kind === "run" && t.deep)),
    skip1: mask((t) => t.kind === "run" || t.kind === "enter"),
    skip2: mask((t) => t.kind === "enter"),
    accept,
    none: new Int32Array(words),
  };
}

/** Adds the positions that are reached without a character. */
function close(m: Masks, states: Bits): Bits {
  for (let changed = true; changed;) {
    changed = false;
    let carry = 0;
    for (let w = 0; w < m.words; w++) {
      const one = states[w]! & m.skip1[w]!;
      const two = states[w]! & m.skip2[w]!;
      const next = states[w]! | (one << 1) | (two << 2) | carry;
      carry = (one >>> 31) | (two >>> 30);
      if (next !== states[w]) {
        states[w] = next;
        changed = true;
      }
    }
  }
  return states;
}

/** One character; writes the new positions to `next` and tells whether there are any. */
function advance(m: Masks, flat: boolean, states: Bits, next: Bits, code: number): boolean {
  const slash = code === SLASH && !flat;
  const literal = m.literals.get(code) ?? m.none;
  const loop = slash ? m.deep : m.loop;
  let carry = 0;
  let alive = 0;
  for (let w = 0; w < m.words; w++) {
    const on = states[w]!;
    const move = on & (slash ? literal[w]! : literal[w]! | m.any[w]!);
    next[w] = (on & loop[w]!) | (move << 1) | carry;
    carry = move >>> 31;
    alive |= next[w]!;
  }
  if (alive === 0) return false;
  close(m, next);
  return true;
}

/**
 * Compiles tokens to a function that matches a text. Time is the length of the text times a 32nd of the number of
 * tokens; memory is constant.
 *
 * @param tokens The tokens.
 * @param ends Positions at which a text may end; normally the number of tokens.
 * @param flat True where slashes are like all other characters.
 * @returns The function; it keeps nothing between calls.
 */
export function compileRunner(
  tokens: readonly Token[],
  ends: readonly number[],
  flat: boolean,
): Runner {
  const m = masksOf(tokens, ends);
  const last = tokens.at(-1);
  // A final double star takes the rest, whatever it is.
  const sink = last?.kind === "run" && last.deep ? tokens.length - 1 : -1;
  const [sinkWord, sinkBit] = [sink >> 5, sink < 0 ? 0 : 1 << (sink & 31)];
  return (text, from, end) => {
    let states: Bits = new Int32Array(m.words);
    let next: Bits = new Int32Array(m.words);
    states[0] = 1;
    close(m, states);
    for (let i = from; i < end;) {
      if (sinkBit !== 0 && (states[sinkWord]! & sinkBit) !== 0) return true;
      const code = codePointIn(text, i);
      if (!advance(m, flat, states, next, code)) return false;
      [states, next] = [next, states];
      i += code > 0xffff ? 2 : 1;
    }
    return states.some((bits, w) => (bits & m.accept[w]!) !== 0);
  };
}

/**
 * Builds the automaton of tokens, for texts with gaps.
 *
 * @param tokens The tokens.
 * @param ends Positions at which a text may end.
 * @param flat True where slashes are like all other characters.
 * @returns The automaton.
 */
export function compileAutomaton(
  tokens: readonly Token[],
  ends: readonly number[],
  flat: boolean,
): Automaton {
  const m = masksOf(tokens, ends);
  const has = (states: Bits, i: number): boolean => ((states[i >> 5]! >>> (i & 31)) & 1) === 1;
  return {
    start: () => {
      const states = new Int32Array(m.words);
      states[0] = 1;
      return close(m, states);
    },
    step: (states, code) => {
      const next = new Int32Array(m.words);
      advance(m, flat, states, next, code);
      return next;
    },
    gap: (states, wide) => {
      const next = new Int32Array(m.words);
      let on = false;
      for (let i = 0; i <= tokens.length; i++) {
        if (has(states, i)) on = true;
        if (on) next[i >> 5]! |= 1 << (i & 31);
        const token = tokens[i];
        // A value without slashes cannot pass a slash of the pattern.
        if (!wide && token?.kind === "char" && token.code === SLASH) on = false;
      }
      return close(m, next);
    },
    absorb: (states, wide) => {
      const next = new Int32Array(m.words);
      let carry = 0;
      for (let w = 0; w < m.words; w++) {
        // The first character of a value may be the one that "*" as a whole segment asks for.
        const move = wide ? 0 : states[w]! & m.any[w]!;
        next[w] = (states[w]! & m.loop[w]!) | (move << 1) | carry;
        carry = move >>> 31;
      }
      close(m, next);
      for (let w = 0; w < m.words; w++) next[w]! &= wide ? m.deep[w]! : m.loop[w]!;
      return close(m, next);
    },
    accepts: (states) => states.some((bits, w) => (bits & m.accept[w]!) !== 0),
    dead: (states) => states.every((bits) => bits === 0),
  };
}
