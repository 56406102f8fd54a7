// Tool and prompt names: which are plain, and lists of name patterns, narrow for allow and wide for deny.

import { PatternError } from "./errors.ts";
import { type FoldOrder, foldText, type Skeleton, skeletonOf } from "./fold.ts";
import { compileNamePattern, type NamePattern } from "./namepattern.ts";
import { compileRegexSet } from "./regex.ts";
import { remembering } from "./remember.ts";
import { checkGlobSyntax, checkListSize } from "./syntax.ts";
import type { NameList, RegexSet } from "./types.ts";

/** Names longer than this match no allow pattern; deny patterns see the first and the last half. */
export const MAX_NAME = 1024;
/** Most places at which a regular expression of a deny list is tried; those nearest the end. */
const MAX_STARTS = 64;

/**
 * Whether a tool name is one that MCP allows and that may be forwarded.
 *
 * @param name The name as decoded from the message.
 * @returns True for 1 to 128 characters of `A-Z a-z 0-9 _ . - / :`.
 */
export function isPlainToolName(name: string): boolean {
  return name.length <= 128 && /^[A-Za-z0-9_.\-/:]+$/.test(name);
}

/**
 * Whether a prompt name is free of characters that cannot be seen.
 *
 * @param name The name as decoded from the message.
 * @returns True for 1 to 256 UTF-16 units without control, format, default-ignorable, unassigned or surrogate
 *   characters, line or paragraph separators, and without whitespace at either end.
 */
export function isPlainPromptName(name: string): boolean {
  return name.length > 0 && name.length <= 256 && name.trim() === name &&
    !/[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{DI}\p{Zl}\p{Zp}\u2800]/u.test(name);
}

/**
 * Compiles a list of name patterns: `*` and `**` are any run of characters, `?` is one character, everything
 * else is literal; `re:` begins a regular expression that must match the whole name.
 *
 * @param patterns At most 10,000 patterns of at most 512 characters.
 * @returns The list: `firstExact` for allow, `firstFolded` for deny.
 * @throws {PatternError} On syntax of other glob dialects and on bad regular expressions.
 *
 * @example Deny is wide, allow is narrow
 * ```ts
 * import { compileNameList } from "./names.ts";
 * import { expect } from "expect";
 *
 * const list = compileNameList(["calculator/*", "delete_file"]);
 * expect(list.firstExact("calculator.add")).toBe(0);
 * expect(list.firstExact("Delete-File")).toBe(-1);
 * expect(list.firstFolded("fs.Delete-File")).toBe(1);
 * ```
 */
export function compileNameList(patterns: readonly string[]): NameList {
  checkListSize(patterns);
  const globs: { index: number; pattern: NamePattern }[] = [];
  const exact = new Map<string, number>();
  const folded = new Map<string, number>();
  const regexes: { index: number; source: string }[] = [];
  patterns.forEach((source, index) => {
    if (source.startsWith("re:")) {
      regexes.push({ index, source: source.slice(3) });
      return;
    }
    checkGlobSyntax(source, index);
    const pattern = compileNamePattern(source);
    if (pattern.literal === null) globs.push({ index, pattern });
    else {
      first(exact, pattern.literal, index);
      for (const skeleton of pattern.skeletons) first(folded, skeleton, index);
    }
  });
  const strict = regexSet(regexes, false);
  const loose = regexSet(regexes, true);
  const indexOf = (found: number[]): number => found.length > 0 ? regexes[found[0]!]!.index : -1;

  const firstExact = (name: string): number => {
    if (name.length > MAX_NAME) return -1;
    const key = alike(name);
    let best = earlier(exact.get(key) ?? -1, indexOf(strict.matches(name)));
    for (const { index, pattern } of globs) {
      if (best >= 0 && index > best) break;
      if (pattern.exact(key)) best = earlier(best, index);
    }
    return best;
  };
  return {
    size: patterns.length,
    sources: [...patterns],
    firstExact: remembering(firstExact),
    firstFolded: remembering((full) => {
      const name = shortened(full);
      let best = firstExact(name);
      for (const view of viewsOf(name)) {
        for (const end of new Set([view.text.length, trimmedEnd(view), view.end])) {
          for (const start of view.starts) {
            if (start > end) break;
            best = earlier(best, folded.get(view.text.slice(start, end)) ?? -1);
          }
          for (const { index, pattern } of globs) {
            if (best >= 0 && index > best) break;
            if (pattern.folded(view, end)) best = earlier(best, index);
          }
        }
        if (regexes.length > 0) {
          for (const text of spellings(name, view)) {
            best = earlier(best, indexOf(loose.matches(text)));
          }
        }
      }
      return best;
    }),
  };
}

/** `/` and `.` are the same separator for allow patterns too. */
export function alike(name: string): string {
  return name.replaceAll("/", ".");
}

/** The smaller of two indices, where -1 is none. */
function earlier(a: number, b: number): number {
  return a < 0 ? b : b < 0 ? a : Math.min(a, b);
}

/** Keeps the first index of a key. */
function first(map: Map<string, number>, key: string, index: number): void {
  if (!map.has(key)) map.set(key, index);
}

/** The first and the last half of a name that is too long. */
export function shortened(name: string): string {
  return name.length > MAX_NAME ? name.slice(0, MAX_NAME / 2) + name.slice(-MAX_NAME / 2) : name;
}

/** Skeletons of a name in both fold orders, and of its percent-decoded form. */
export function viewsOf(name: string): Skeleton[] {
  const names = [name];
  if (name.includes("%")) {
    names.push(
      name.replace(/%([0-7][0-9A-Fa-f])/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
    );
  }
  const views: Skeleton[] = [];
  for (const each of names) {
    for (const order of ["shape", "letter"] satisfies FoldOrder[]) {
      const view = skeletonOf(each, order);
      if (!views.some((v) => v.text === view.text && v.end === view.end)) views.push(view);
    }
  }
  return views;
}

/** Where a skeleton ends when a final separator is dropped. */
export function trimmedEnd(view: Skeleton): number {
  return view.text.endsWith("_") ? view.text.length - 1 : view.text.length;
}

/** The texts that regular expressions of a deny list see: folded, from every namespace on, in every separator. */
export function spellings(name: string, view: Skeleton): Set<string> {
  const texts = new Set<string>([foldText(name.replace(/\s/g, " ")).trim()]);
  for (const end of new Set([view.text.length, trimmedEnd(view), view.end])) {
    for (const start of view.starts.slice(-MAX_STARTS)) {
      if (start > end) break;
      const text = view.text.slice(start, end);
      for (const separator of "_-./:") texts.add(text.replaceAll("_", separator));
    }
  }
  return texts;
}

/** Compiles the regular expressions of a list; errors name the pattern of the list. */
export function regexSet(
  regexes: readonly { index: number; source: string }[],
  loose: boolean,
): RegexSet {
  try {
    return compileRegexSet(regexes.map((r) => r.source), { whole: true, ignoreCase: loose });
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new PatternError(error.message, error.offset + 3, regexes[error.index]?.index ?? 0);
  }
}
