// Whether one wildcard pattern covers another: every text of the narrow one is matched by the wide one.
// Sound, not complete: true is certain, false may only mean that no proof was found.

/** One step of a pattern. A text is one character. */
type Token =
  | { kind: "char"; char: string }
  /** One character; in URIs no slash. */
  | { kind: "one" }
  /** One character of a folded name. It may run together with its neighbours: only "any" surely covers it. */
  | { kind: "folded" }
  /** A run of characters; in URIs without slash. */
  | { kind: "run" }
  /** A run of any characters. */
  | { kind: "any" }
  /** `**` and a slash after a slash: any number of whole segments, also none. */
  | { kind: "segments" }
  /** A final slash and `**`: nothing, or a slash and any run. */
  | { kind: "tail" };

/** A pattern, taken apart for {@linkcode covers}. */
export type Tokens = readonly Token[];

/**
 * Takes a name pattern apart. `*` and `**` are any run of characters.
 *
 * @param pattern The pattern.
 * @param wide True for deny lists, which look through case and runs of separators; else `/` is `.`.
 * @returns Its tokens, or null for patterns this proof does not cover: `re:`, and when wide all with
 *   other characters than ASCII letters, digits, separators and wildcards.
 */
export function nameTokens(pattern: string, wide: boolean): Tokens | null {
  if (pattern.startsWith("re:") || (wide && !/^[A-Za-z0-9/.:_*?-]*$/.test(pattern))) return null;
  const tokens: Token[] = [];
  for (const char of pattern) {
    if (char === "*") push(tokens, { kind: "any" });
    else if (char === "?") tokens.push({ kind: wide ? "folded" : "one" });
    else if (!wide) tokens.push({ kind: "char", char: char === "/" ? "." : char });
    else if (/[A-Za-z0-9]/.test(char)) tokens.push({ kind: "char", char: char.toLowerCase() });
    else if (!isSeparator(tokens.at(-1))) tokens.push(SEPARATOR);
  }
  return tokens;
}

const SEPARATOR: Token = { kind: "char", char: "." };

function isSeparator(token: Token | undefined): boolean {
  return token?.kind === "char" && token.char === ".";
}

/**
 * Takes a URI pattern apart. `*` stays within a segment, and is no empty one; `**` crosses slashes.
 *
 * @param pattern The pattern.
 * @returns Its tokens, or null for `re:`.
 */
export function uriTokens(pattern: string): Tokens | null {
  if (pattern.startsWith("re:")) return null;
  const tokens: Token[] = [];
  const segments = pattern.split("/");
  segments.forEach((segment, n) => {
    const last = n === segments.length - 1;
    if (segment.length > 1 && /^[*]*$/.test(segment) && !last) {
      push(tokens, { kind: "segments" });
      return;
    }
    if (last && /^[*]{2,}$/.test(segment) && isSlash(tokens.at(-1))) {
      tokens[tokens.length - 1] = { kind: "tail" };
      return;
    }
    if (segment === "*") tokens.push({ kind: "one" });
    for (let i = 0; i < segment.length; i++) {
      const char = segment[i] as string;
      if (char === "*") {
        const deep = segment[i + 1] === "*";
        while (segment[i + 1] === "*") i++;
        push(tokens, { kind: deep ? "any" : "run" });
      } else tokens.push(char === "?" ? { kind: "one" } : { kind: "char", char });
    }
    if (!last) tokens.push({ kind: "char", char: "/" });
  });
  return tokens;
}

function isSlash(token: Token | undefined): boolean {
  return token?.kind === "char" && token.char === "/";
}

/** Repeated runs are one run. */
function push(tokens: Token[], token: Token): void {
  if (tokens.at(-1)?.kind !== token.kind) tokens.push(token);
}

/**
 * Runs the wide pattern over the narrow pattern's tokens, as if they were its text: a wildcard of the
 * narrow one may only be eaten by a wildcard that is at least as wide. Time is the product of lengths.
 *
 * @param wide The pattern that should cover.
 * @param narrow The pattern that should be covered.
 * @returns True when every text of `narrow` is one of `wide`.
 */
export function covers(wide: Tokens, narrow: Tokens): boolean {
  // Two states a token: 2i before wide[i], 2i + 1 inside what wide[i] ("segments" or "tail") has begun.
  let states = close(new Set([0]), wide);
  for (const read of narrow) {
    const next = new Set<number>();
    for (const state of states) step(wide[state >> 1], state, read, next);
    if (next.size === 0) return false;
    states = close(next, wide);
  }
  return states.has(2 * wide.length);
}

/** Adds what is reached without reading: runs may be empty. */
function close(states: Set<number>, wide: Tokens): Set<number> {
  for (const state of states) {
    const kind = wide[state >> 1]?.kind;
    if (kind === "tail") states.add((state | 1) + 1);
    else if (state % 2 === 0 && (kind === "any" || kind === "run" || kind === "segments")) {
      states.add(state + 2);
    }
  }
  return states;
}

function step(at: Token | undefined, state: number, read: Token, next: Set<number>): void {
  if (!at) return;
  const slash = isSlash(read);
  const inSegment = read.kind === "run" || read.kind === "one" || (read.kind === "char" && !slash);
  if (at.kind === "any") next.add(state);
  else if (at.kind === "run") {
    if (inSegment) next.add(state);
  } else if (at.kind === "one") {
    if (read.kind === "one" || (read.kind === "char" && !slash)) next.add(state + 2);
  } else if (at.kind === "char") {
    if (read.kind === "char" && read.char === at.char) next.add(state + 2);
  } else if (at.kind === "tail") {
    if (state % 2 === 1) next.add(state);
    else if (slash || read.kind === "tail") next.add(state + 1);
  } else if (at.kind === "folded") {
    return; // nothing is surely one character of a folded name
  } else if (state % 2 === 0) {
    if (read.kind === "segments") next.add(state);
    else if (inSegment) next.add(state + 1);
  } else if (inSegment) next.add(state);
  else if (slash) next.add(state - 1);
}
