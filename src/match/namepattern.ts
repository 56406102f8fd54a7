// One name pattern, compiled for both ways of matching: as written, and as a skeleton.

import { type FoldOrder, type Skeleton, skeletonOf } from "./fold.ts";
import { compileGlob, type Glob } from "./glob.ts";
import { ANY, STAR } from "./syntax.ts";

/** A compiled name pattern. */
export interface NamePattern {
  /** The name itself, with `.` for `/`, where the pattern has no wildcard; else null. */
  readonly literal: string | null;
  /** Skeletons of the literal in both fold orders; empty where there are wildcards. */
  readonly skeletons: readonly string[];
  /**
   * Matches a name as it is.
   *
   * @param name The name, with `.` for `/`.
   * @returns True on a match.
   */
  exact(name: string): boolean;
  /**
   * Matches a skeleton, from any of its namespaces on.
   *
   * @param view The skeleton.
   * @param end Where it ends.
   * @returns True on a match.
   */
  folded(view: Skeleton, end: number): boolean;
}

/**
 * Compiles one name pattern whose syntax is already checked.
 *
 * @param source The pattern.
 * @returns The matchers.
 */
export function compileNamePattern(source: string): NamePattern {
  const prepared = source.replaceAll("/", ".").replace(/\*+/g, STAR).replaceAll("?", ANY);
  const orders: FoldOrder[] = ["shape", "letter"];
  const folds = [...new Set(orders.map((order) => foldPattern(source, order)))];
  const exact = matcher(prepared, false);
  const wide = folds.map((fold) => matcher(fold, true));
  return {
    literal: exact.literal,
    skeletons: exact.literal === null ? [] : folds,
    exact: (name) => exact.test(name, [0], name.length),
    folded: (view, end) => wide.some((m) => m.test(view.text, view.starts, end)),
  };
}

/** The skeleton of a pattern: literal texts folded, wildcards kept. */
function foldPattern(source: string, order: FoldOrder): string {
  return source.replace(/[^*?]+|\*+|\?/g, (piece) => {
    if (piece.startsWith("*")) return STAR;
    return piece === "?" ? ANY : skeletonOf(piece, order).text;
  });
}

/** Matches from one of several starts to an end. */
interface Matcher {
  readonly literal: string | null;
  test(text: string, starts: readonly number[], end: number): boolean;
}

/** Patterns without `?` need only ordered searches for their literal chunks; the others an automaton. */
function matcher(prepared: string, skeleton: boolean): Matcher {
  if (prepared.includes(ANY)) {
    const glob: Glob = compileGlob(prepared, { kind: "flat" });
    return {
      literal: null,
      test: (text, starts, end) => starts.some((s) => s <= end && glob.test(text, s, end)),
    };
  }
  const chunks = prepared.split(STAR);
  if (chunks.length === 1) {
    return {
      literal: prepared,
      test: (text, starts, end) => starts.some((s) => text.slice(s, end) === prepared),
    };
  }
  return {
    literal: null,
    // The earliest start leaves the rest of the pattern the most room, so no other needs a try.
    test: (text, starts, end) => {
      const start = starts.find((s) => text.startsWith(chunks[0]!, s));
      return start !== undefined &&
        restMatches(chunks, text, start + chunks[0]!.length, end, skeleton);
    },
  };
}

/** Whether the chunks after the first follow each other up to the end. */
function restMatches(
  chunks: readonly string[],
  text: string,
  from: number,
  end: number,
  skeleton: boolean,
): boolean {
  let at = from;
  let previous = chunks[0]!;
  for (let i = 1; i < chunks.length; i++) {
    const chunk = chunks[i]!;
    // "a_*_b" also means "a_b": in a skeleton both separators may have become one.
    const merged = skeleton && previous.endsWith("_") && chunk.startsWith("_");
    const room = merged ? at - 1 : at;
    const found = i === chunks.length - 1 ? end - chunk.length : text.indexOf(chunk, room);
    if (found < room || found + chunk.length > end) return false;
    if (i === chunks.length - 1) return at <= end && text.startsWith(chunk, found);
    at = found + chunk.length;
    if (chunk !== "") previous = chunk;
  }
  return at <= end;
}
