// Is this regex literal trivially linear? A small, strict reading of the pattern for the lint rule:
// what it does not understand it refuses, and the author writes a loop or moves the pattern to match/.
//
// The rules, in the order of their checks:
//  1. No backreference, no lookaround, no string in a class (`\q`).
//  2. A group may repeat without bound only when its inside has a fixed shape (`(?:%[0-9A-F]{2})+`).
//     Counts end at 256, and a count that varies by more than 16 is taken for unbounded.
//  3. Two unbounded repeats whose characters overlap need, between them, a character that must be there
//     and that the first cannot swallow: `\d+\.\d+` is fine, `\d+\d+`, `a*b*a*` and `(a+)+` are not.
//  4. A pattern that can begin anywhere must not scan the same run again from each start: it starts with
//     `^` or is sticky, or nothing follows its only unbounded repeat (`[a-z]+`), or it begins with a
//     character that none of its unbounded repeats can swallow (`%[0-9]+;`).

interface Atom {
  /** Which of the sample characters it takes. */
  takes: ReadonlySet<number>;
  /** True for `*`, `+`, `{n,}` and a wide `{n,m}`. */
  unbounded: boolean;
  /** True when at least one character must be there. */
  mandatory: boolean;
  /** Groups and branches that may be left out and that hold this atom. */
  optional: readonly number[];
}

interface Reader {
  pattern: string;
  flags: string;
  at: number;
  ids: number;
  atoms: Atom[];
  anchored: boolean;
}

class NotLinear extends Error {}

const MAX_REPEAT = 256;
const WIDE = 16;
// ASCII, and one of each kind of other character: Latin, Greek, CJK, a space, a combining mark, an emoji.
const SAMPLES = [
  ...Array.from({ length: 128 }, (_, i) => String.fromCharCode(i)),
  ...["\u00e9", "\u00a0", "\u0130", "\u017f", "\u03a9", "\u0301", "\u200b", "\u202e", "\u2028"],
  ...["\u212a", "\u6f22", "\ud800", "\udc00", "\ufeff", "\u{e0041}", "\u{1f600}"],
];

/**
 * Says why a regex is not trivially linear.
 *
 * @param pattern The source between the slashes.
 * @param flags The letters after the last slash.
 * @returns The reason, or null when the pattern is trivially linear.
 */
export function whyNotLinear(pattern: string, flags: string): string | null {
  const r: Reader = { pattern, flags, at: 0, ids: 0, atoms: [], anchored: true };
  try {
    alternatives(r, [], true);
    if (r.at < pattern.length) throw new NotLinear(`unexpected "${pattern[r.at]}"`);
    judgePairs(r.atoms);
    judgeStart(r);
    return null;
  } catch (error) {
    if (error instanceof NotLinear) return error.message;
    throw error;
  }
}

/** Reads `a|b|c` up to a closing parenthesis or the end; returns how many branches there are. */
function alternatives(r: Reader, optional: readonly number[], top: boolean): number {
  let branches = 0;
  let anchored = true;
  // Whether there is more than one branch is known only afterwards, so each counts as "may be left out"
  // unless a look ahead finds no bar.
  const several = hasBar(r);
  while (true) {
    branches++;
    const inside = several ? [...optional, r.ids++] : optional;
    const starts = r.pattern[r.at] === "^";
    anchored &&= starts;
    sequence(r, inside);
    if (r.pattern[r.at] !== "|") break;
    r.at++;
  }
  if (top) r.anchored = anchored;
  return branches;
}

function hasBar(r: Reader): boolean {
  let depth = 0;
  let inClass = false;
  for (let i = r.at; i < r.pattern.length; i++) {
    const c = r.pattern[i];
    if (c === "\\") i++;
    else if (inClass) inClass = c !== "]";
    else if (c === "[") inClass = true;
    else if (c === "(") depth++;
    else if (c === ")" && depth-- === 0) return false;
    else if (c === "|" && depth === 0) return true;
  }
  return false;
}

function sequence(r: Reader, optional: readonly number[]): void {
  while (r.at < r.pattern.length) {
    const c = r.pattern[r.at];
    if (c === "|" || c === ")") return;
    if (c === "(") {
      group(r, optional);
      continue;
    }
    if (c === "^" || c === "$") {
      r.at++;
      continue;
    }
    if (c === "\\" && /[bB]/.test(r.pattern[r.at + 1] ?? "")) {
      r.at += 2;
      continue;
    }
    const takes = sampled(atomText(r), r.flags);
    const { min, max } = quantifier(r);
    r.atoms.push({ takes, unbounded: max - min > WIDE, mandatory: min > 0, optional });
  }
}

function group(r: Reader, optional: readonly number[]): void {
  r.at++;
  if (r.pattern[r.at] === "?") {
    const named = /^\?<[A-Za-z]\w*>/.exec(r.pattern.slice(r.at));
    if (named !== null) r.at += named[0].length;
    else if (r.pattern.startsWith("?:", r.at)) r.at += 2;
    else throw new NotLinear("lookaround and group flags are not allowed");
  }
  const first = r.atoms.length;
  const id = r.ids++;
  const branches = alternatives(r, [...optional, id], false);
  if (r.pattern[r.at] !== ")") throw new NotLinear("a group is not closed");
  r.at++;
  const { min, max } = quantifier(r);
  const inside = r.atoms.slice(first);
  if (max === Infinity) {
    const fixed = branches === 1 && inside.every((a) => a.mandatory && !a.unbounded);
    if (!fixed) throw new NotLinear("a group of variable shape repeats without bound");
    const takes = new Set(inside.flatMap((a) => [...a.takes]));
    r.atoms.splice(first, inside.length, {
      takes,
      unbounded: true,
      mandatory: min > 0,
      optional,
    });
  } else if (max > 1 && inside.some((a) => a.unbounded)) {
    throw new NotLinear("an unbounded repeat stands inside a repeated group");
  } else if (min > 0) {
    // A group that must be there is as good as its content.
    r.atoms.splice(
      first,
      inside.length,
      ...inside.map((a) => ({ ...a, optional: a.optional.filter((o) => o !== id) })),
    );
  }
}

/** Takes one character, escape or class from the pattern. */
function atomText(r: Reader): string {
  const rest = r.pattern.slice(r.at);
  const long =
    /^(?:\\u\{[0-9A-Fa-f]{1,6}\}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\c[A-Za-z]|\\[pP]\{[\w=]{1,40}\})/
      .exec(rest);
  let text = long?.[0];
  if (text === undefined && rest[0] === "\\") {
    if (/[1-9k]/.test(rest[1] ?? "")) throw new NotLinear("a backreference is not linear");
    text = rest.slice(0, 2);
  }
  if (text === undefined && rest[0] === "[") {
    text = classText(rest, r.flags.includes("v"));
  }
  text ??= String.fromCodePoint(rest.codePointAt(0)!);
  if (text === "*" || text === "+" || text === "?") throw new NotLinear("nothing to repeat");
  r.at += text.length;
  return text;
}

/** A class with its brackets; with flag v it may hold others. */
function classText(rest: string, nested: boolean): string {
  let depth = 0;
  for (let i = 0; i < rest.length; i++) {
    if (rest[i] === "\\") i++;
    else if (rest[i] === "[" && (nested || i === 0)) depth++;
    else if (rest[i] === "]" && --depth === 0) return rest.slice(0, i + 1);
  }
  throw new NotLinear("a class is not closed");
}

function sampled(text: string, flags: string): ReadonlySet<number> {
  if (text.startsWith("[") && text.includes("\\q")) throw new NotLinear("a class holds strings");
  let one: RegExp;
  try {
    one = new RegExp(`^${text}$`, flags.replace(/[gy]/g, ""));
  } catch {
    throw new NotLinear(`"${text}" cannot be read alone`);
  }
  const takes = new Set<number>();
  SAMPLES.forEach((s, i) => {
    if (one.test(s)) takes.add(i);
  });
  // A character that is not among the samples is a kind of its own: it overlaps with itself only.
  if (takes.size === 0) takes.add(1000 + (text.codePointAt(text.length - 1) ?? 0));
  return takes;
}

function quantifier(r: Reader): { min: number; max: number } {
  const found = /^(?:[*+?]|\{(\d{1,9})(,?)(\d{0,9})\})\??/.exec(r.pattern.slice(r.at));
  if (found === null) return { min: 1, max: 1 };
  r.at += found[0].length;
  const sign = found[0][0];
  if (sign === "*") return { min: 0, max: Infinity };
  if (sign === "+") return { min: 1, max: Infinity };
  if (sign === "?") return { min: 0, max: 1 };
  const min = Number(found[1]);
  const max = found[2] === "" ? min : found[3] === "" ? Infinity : Number(found[3]);
  const bound = max === Infinity ? min : max;
  if (bound > MAX_REPEAT) throw new NotLinear(`a repeat count is above ${MAX_REPEAT}`);
  return { min, max };
}

function judgePairs(atoms: readonly Atom[]): void {
  for (const [i, first] of atoms.entries()) {
    if (!first.unbounded) continue;
    for (const [d, second] of atoms.slice(i + 1).entries()) {
      if (!second.unbounded || !overlap(first, second)) continue;
      const present = new Set([...first.optional, ...second.optional]);
      const wall = atoms.slice(i + 1, i + 1 + d).some((a) =>
        a.mandatory && !overlap(a, first) && a.optional.every((o) => present.has(o))
      );
      if (!wall) throw new NotLinear("two unbounded repeats can share the same characters");
    }
  }
}

function judgeStart(r: Reader): void {
  if (r.anchored || r.flags.includes("y")) return;
  const unbounded = r.atoms.filter((a) => a.unbounded);
  if (unbounded.length === 0) return;
  const endsWithIt = r.atoms.at(-1) === unbounded[0] && !/(?:\$|\\[bB])\)*$/.test(r.pattern);
  if (unbounded.length === 1 && endsWithIt && r.atoms[0]?.optional.length === 0) return;
  const head = r.atoms[0]!;
  if (head.mandatory && head.optional.length === 0 && !unbounded.some((u) => overlap(u, head))) {
    return;
  }
  throw new NotLinear("it can begin anywhere and scans the same run from each start: anchor it");
}

function overlap(a: Atom, b: Atom): boolean {
  for (const s of a.takes) if (b.takes.has(s)) return true;
  return false;
}
