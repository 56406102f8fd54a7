// Warnings about lists: patterns that another covers, allows that a deny swallows, patterns that match nothing.

import { compileNameList, compileUriList } from "../match/mod.ts";
import { covers, nameTokens, uriTokens } from "./contain.ts";
import type { Tokens } from "./contain.ts";
import { canonical, unmatchable } from "./lint_unmatchable.ts";
import type { ListKind } from "./lint_unmatchable.ts";
import type { Path } from "./path.ts";
import { quote } from "./text.ts";

/** A warning, to be placed by the caller. */
export interface PathWarning {
  /** Stable code. */
  code: string;
  /** What is odd and what to do. */
  message: string;
  /** Keys and indices. */
  path: Path;
}

/** Pairs compared in one list; a longer list is compared in part, so that loading stays quick. */
const MAX_PAIRS = 40_000;

/** Patterns of one list that are tried for whether they can match at all, for the same reason. */
const MAX_TRIED = 2000;

/**
 * Looks over an allow and a deny list.
 *
 * @param kind What the patterns match.
 * @param allow Allow patterns, all of which compile.
 * @param deny Deny patterns, all of which compile.
 * @param section Where the lists stand: `allow` and `deny` below it.
 * @returns Warnings in no order.
 */
export function lintLists(
  kind: ListKind,
  allow: readonly string[],
  deny: readonly string[],
  section: Path,
): PathWarning[] {
  const out: PathWarning[] = [];
  const narrow = allow.map((pattern) => tokensOf(kind, pattern, false));
  const wide = deny.map((pattern) => tokensOf(kind, pattern, true));
  const reaches = kind === "uri" ? reachesHost : () => true;
  shadowed(allow, narrow, reaches, [...section, "allow"], out);
  shadowed(deny, wide, () => true, [...section, "deny"], out);
  swallowed(kind, allow, deny, wide, [...section, "allow"], out);
  for (const [list, wide, key] of [[allow, false, "allow"], [deny, true, "deny"]] as const) {
    list.slice(0, MAX_TRIED).forEach((pattern, i) => {
      const why = unmatchable(kind, pattern, wide);
      if (why === undefined) return;
      out.push({
        code: "unmatchable",
        message: `matches nothing: ${why}`,
        path: [...section, key, i],
      });
    });
  }
  return out;
}

/**
 * Finds overrides of which an earlier one takes every tool.
 *
 * @param lists The `tools` list of every override.
 * @param section Where the overrides stand.
 * @returns Warnings in no order.
 */
export function lintOverrides(lists: readonly (readonly string[])[], section: Path): PathWarning[] {
  const out: PathWarning[] = [];
  const earlier: { pattern: string; tokens: Tokens | null }[] = [];
  lists.forEach((patterns, i) => {
    const tokens = patterns.map((pattern) => ({ pattern, tokens: nameTokens(pattern, false) }));
    tokens.forEach((own, j) => {
      if (earlier.length * patterns.length > MAX_PAIRS) return;
      const first = earlier.find((other) => isCovered(other, own));
      if (first) {
        out.push({
          code: "shadowed",
          message: `never counts: ${quote(first.pattern)} of an earlier override takes these tools`,
          path: [...section, i, "tools", j],
        });
      }
    });
    earlier.push(...tokens);
  });
  return out;
}

interface Pattern {
  pattern: string;
  tokens: Tokens | null;
}

function isCovered(wide: Pattern, narrow: Pattern): boolean {
  if (wide.pattern === narrow.pattern) return true;
  return wide.tokens !== null && narrow.tokens !== null && covers(wide.tokens, narrow.tokens);
}

function tokensOf(kind: ListKind, pattern: string, wide: boolean): Tokens | null {
  return kind === "uri" ? uriTokens(pattern) : nameTokens(pattern, wide);
}

function shadowed(
  patterns: readonly string[],
  tokens: readonly (Tokens | null)[],
  reaches: (wide: string, narrow: string) => boolean,
  path: Path,
  out: PathWarning[],
): void {
  const all = patterns.map((pattern, i) => ({ pattern, tokens: tokens[i] ?? null }));
  let budget = MAX_PAIRS;
  all.forEach((own, j) => {
    for (let i = 0; i < all.length && budget > 0; i++) {
      const other = all[i] as Pattern;
      if (i === j) continue;
      budget--;
      if (!isCovered(other, own) || !reaches(other.pattern, own.pattern)) continue;
      if (i > j && isCovered(own, other) && reaches(own.pattern, other.pattern)) continue; // alike: the later one is the superfluous one
      const what = other.pattern === own.pattern ? "the same pattern as" : "already covered by";
      out.push({
        code: "shadowed",
        message: `${what} entry ${i}, ${quote(other.pattern)}; it adds nothing`,
        path: [...path, j],
      });
      return;
    }
  });
}

/**
 * Whether an allow pattern reaches every host that another does: a private host is matched only by a
 * pattern that spells it, however wide the pattern is otherwise.
 *
 * @param wide The pattern that covers the other's text.
 * @param narrow The other.
 * @returns False when `narrow` spells a host that `wide` does not.
 */
export function reachesHost(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  const host = authority(narrow);
  if (host !== "" && !/[*?]/.test(host) && authority(wide) !== host) return false;
  return !isLiteral(narrow) || canonical(narrow)?.private !== true || authority(wide) === host;
}

/** What stands between `://` and the path; empty when there is none. */
function authority(pattern: string): string {
  const at = pattern.indexOf("://");
  if (at < 0) return "";
  const end = pattern.indexOf("/", at + 3);
  return pattern.slice(at + 3, end < 0 ? undefined : end);
}

function swallowed(
  kind: ListKind,
  allow: readonly string[],
  deny: readonly string[],
  denyTokens: readonly (Tokens | null)[],
  path: Path,
  out: PathWarning[],
): void {
  if (deny.length === 0) return;
  let budget = MAX_PAIRS;
  const literalDeny = denyLookup(kind, deny);
  const cost = 1 + deny.filter((pattern) => !isLiteral(pattern)).length;
  const denies = (pattern: string): number => {
    if (budget <= 0) return -1;
    if (isLiteral(pattern)) {
      budget -= cost;
      return literalDeny(pattern);
    }
    // Deny lists see more than the text, so the wide view of the allow pattern is compared.
    const own = tokensOf(kind, pattern, true);
    return deny.findIndex((other, i) => {
      const tokens = denyTokens[i];
      if (budget-- <= 0) return false;
      return other === pattern || (own !== null && tokens != null && covers(tokens, own));
    });
  };
  allow.forEach((pattern, i) => {
    const by = denies(pattern);
    if (by < 0) return;
    out.push({
      code: "swallowed",
      message: `allows nothing: everything it matches is denied by entry ${by} of deny, ${
        quote(deny[by] as string)
      }`,
      path: [...path, i],
    });
  });
}

function isLiteral(pattern: string): boolean {
  return !/[*?]/.test(pattern) && !pattern.startsWith("re:");
}

/** Finds the deny pattern that matches a literal allow pattern, as it would at run time. */
function denyLookup(kind: ListKind, deny: readonly string[]): (literal: string) => number {
  if (kind !== "uri") {
    const names = compileNameList(deny);
    return (literal) => names.firstFolded(literal);
  }
  const uris = compileUriList(deny);
  return (literal) => {
    const uri = canonical(literal);
    return uri ? uris.firstFolded(uri) : -1;
  };
}
