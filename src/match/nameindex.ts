// Many name patterns with owners, and which owners match a name: the index by which rules are found.
// What it costs grows with the patterns that begin like the name, not with all of them.

import { compileNamePattern, type NamePattern } from "./namepattern.ts";
import { alike, MAX_NAME, regexSet, shortened, spellings, trimmedEnd, viewsOf } from "./names.ts";
import { skeletonOf } from "./fold.ts";
import { remembering } from "./remember.ts";
import { checkGlobSyntax } from "./syntax.ts";

/** Patterns of many owners. Immutable and re-entrant. */
export interface NameIndex {
  /**
   * Whose patterns match a name, wide as a deny list: through case, lookalikes, separators and namespaces.
   *
   * @param name The name as decoded from the message.
   * @returns Owners, ascending and without repeats.
   */
  owners(name: string): readonly number[];
}

/** A pattern with wildcards and whose it is. */
interface Owned {
  owner: number;
  pattern: NamePattern;
}

/** Patterns by the text in front of their first wildcard. */
class Prefixes {
  readonly #byPrefix = new Map<string, Set<Owned>>();
  readonly #lengths = new Set<number>();

  add(prefix: string, owned: Owned): void {
    this.#lengths.add(prefix.length);
    const known = this.#byPrefix.get(prefix);
    if (known === undefined) this.#byPrefix.set(prefix, new Set([owned]));
    else known.add(owned);
  }

  /** Every pattern whose prefix stands at one of these places. */
  at(text: string, starts: readonly number[], take: (owned: Owned) => void): void {
    for (const start of starts) {
      for (const length of this.#lengths) {
        for (const owned of this.#byPrefix.get(text.slice(start, start + length)) ?? []) {
          take(owned);
        }
      }
    }
  }
}

/**
 * Compiles name patterns of many owners; the syntax is that of name lists.
 *
 * @param lists Patterns by owner; an owner without patterns is never found.
 * @returns The index.
 * @throws {PatternError} On a bad pattern; check each list by itself first, to name its place.
 *
 * @example Owners of all patterns that match
 * ```ts
 * import { compileNameIndex } from "./nameindex.ts";
 * import { expect } from "expect";
 *
 * const index = compileNameIndex([["db/*"], ["pay"], ["*_drop"]]);
 * expect(index.owners("DB.tables_drop")).toEqual([0, 2]);
 * ```
 */
export function compileNameIndex(lists: readonly (readonly string[])[]): NameIndex {
  const exact = new Map<string, number[]>();
  const folded = new Map<string, number[]>();
  const exactGlobs = new Prefixes();
  const foldedGlobs = new Prefixes();
  const regexes: { index: number; source: string }[] = [];
  lists.forEach((patterns, owner) => {
    for (const source of patterns) {
      if (source.startsWith("re:")) {
        regexes.push({ index: owner, source: source.slice(3) });
        continue;
      }
      checkGlobSyntax(source, 0);
      const pattern = compileNamePattern(source);
      if (pattern.literal !== null) {
        push(exact, pattern.literal, owner);
        for (const skeleton of pattern.skeletons) push(folded, skeleton, owner);
        continue;
      }
      const front = source.slice(0, source.search(/[*?]/));
      exactGlobs.add(alike(front), { owner, pattern });
      const owned = { owner, pattern };
      for (const order of ["shape", "letter"] as const) {
        foldedGlobs.add(skeletonOf(front, order).text, owned);
      }
    }
  });
  const loose = regexSet(regexes, true);
  const strict = regexSet(regexes, false);

  const owners = (full: string): readonly number[] => {
    const found = new Set<number>();
    if (full.length <= MAX_NAME) {
      const key = alike(full);
      for (const owner of exact.get(key) ?? []) found.add(owner);
      exactGlobs.at(key, [0], ({ owner, pattern }) => {
        if (!found.has(owner) && pattern.exact(key)) found.add(owner);
      });
      for (const i of strict.matches(full)) found.add(regexes[i]!.index);
    }
    const name = shortened(full);
    for (const view of viewsOf(name)) {
      for (const end of new Set([view.text.length, trimmedEnd(view), view.end])) {
        for (const start of view.starts) {
          if (start > end) break;
          for (const owner of folded.get(view.text.slice(start, end)) ?? []) found.add(owner);
        }
        foldedGlobs.at(view.text, view.starts, ({ owner, pattern }) => {
          if (!found.has(owner) && pattern.folded(view, end)) found.add(owner);
        });
      }
      if (regexes.length === 0) continue;
      for (const text of spellings(name, view)) {
        for (const i of loose.matches(text)) found.add(regexes[i]!.index);
      }
    }
    return [...found].sort((a, b) => a - b);
  };
  return { owners: remembering(owners) };
}

function push(map: Map<string, number[]>, key: string, owner: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [owner]);
  else if (known.at(-1) !== owner) known.push(owner);
}
