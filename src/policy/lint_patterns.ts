// Warnings about lists: patterns that another covers, allows that a deny swallows, patterns that match nothing.

import {
  canonicalizeUri,
  compileNameList,
  compileUriList,
  isPlainPromptName,
  isPlainToolName,
  UriError,
} from "../match/mod.ts";
import type { CanonicalUri } from "../match/mod.ts";
import { covers, nameTokens, uriTokens } from "./contain.ts";
import type { Tokens } from "./contain.ts";
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

/** What a list holds. */
export type ListKind = "tool" | "prompt" | "uri";

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
  shadowed(allow, narrow, [...section, "allow"], out);
  shadowed(deny, wide, [...section, "deny"], out);
  swallowed(kind, allow, deny, wide, [...section, "allow"], out);
  for (const [list, wide, key] of [[allow, false, "allow"], [deny, true, "deny"]] as const) {
    list.slice(0, MAX_TRIED).forEach((p, i) =>
      unmatchable(kind, p, wide, [...section, key, i], out)
    );
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
      if (!isCovered(other, own)) continue;
      if (i > j && isCovered(own, other)) continue; // alike: the later one is the superfluous one
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

function swallowed(
  kind: ListKind,
  allow: readonly string[],
  deny: readonly string[],
  denyTokens: readonly (Tokens | null)[],
  path: Path,
  out: PathWarning[],
): void {
  let budget = MAX_PAIRS;
  const denies = (pattern: string): number => {
    if (!/[*?]/.test(pattern) && !pattern.startsWith("re:")) return firstDeny(kind, deny, pattern);
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

function firstDeny(kind: ListKind, deny: readonly string[], literal: string): number {
  if (kind !== "uri") return compileNameList(deny).firstFolded(literal);
  const uri = canonical(literal);
  return uri ? compileUriList(deny).firstFolded(uri) : -1;
}

function canonical(text: string): CanonicalUri | undefined {
  try {
    return canonicalizeUri(text);
  } catch (error) {
    if (error instanceof UriError) return undefined;
    throw error;
  }
}

function unmatchable(
  kind: ListKind,
  pattern: string,
  wide: boolean,
  path: Path,
  out: PathWarning[],
): void {
  if (pattern.startsWith("re:")) return;
  const why = kind === "uri" ? uriTrouble(pattern, wide) : nameTrouble(kind, pattern, wide);
  if (why) out.push({ code: "unmatchable", message: `matches nothing: ${why}`, path });
}

function nameTrouble(kind: ListKind, pattern: string, wide: boolean): string | undefined {
  const plain = kind === "tool" ? isPlainToolName : isPlainPromptName;
  for (const run of ["", "a"]) {
    if (plain(pattern.replaceAll("*", run).replaceAll("?", "a") || "a")) return undefined;
  }
  // A deny pattern in look-alike letters still matches the plain name.
  if (wide && [...pattern].some((char) => char > "~")) return undefined;
  return kind === "tool"
    ? "a tool's name has 1 to 128 characters of A-Z a-z 0-9 _ . - / :"
    : "a prompt's name has 1 to 256 visible characters and no spaces at its ends";
}

function uriTrouble(pattern: string, wide: boolean): string | undefined {
  const list = compileUriList([pattern]);
  let seen: CanonicalUri | undefined;
  for (const [any, run] of [["x", "x"], ["1", "1"], ["", "x"], ["/x", "x"], ["x://x/x", "x"]]) {
    const sample = pattern.replaceAll("**", any as string).replaceAll("*", run as string)
      .replaceAll("?", "1");
    const uri = canonical(sample);
    if (!uri) continue;
    if ((wide ? list.firstFolded(uri) : list.firstExact(uri)) === 0) return undefined;
    seen ??= uri;
  }
  if (!seen) return "no URI has this form; write a scheme first, e.g. `file:///data/*`";
  return `URIs are compared in canonical form; this one reads ${quote(seen.uri)}`;
}
