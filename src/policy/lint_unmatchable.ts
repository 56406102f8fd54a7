// Finds patterns that can never match: names that no tool has, URIs that are not in canonical form.

import {
  canonicalizeUri,
  compileUriList,
  isPlainPromptName,
  isPlainToolName,
  matchesNothing,
  UriError,
} from "../match/mod.ts";
import type { CanonicalUri } from "../match/mod.ts";
import { quote } from "./text.ts";

/** What a list holds. */
export type ListKind = "tool" | "prompt" | "uri";

/**
 * Why a pattern can never match.
 *
 * @param kind What the pattern matches.
 * @param pattern The pattern.
 * @param wide True for deny lists.
 * @returns The reason, or undefined when it can match or that is not known.
 */
export function unmatchable(kind: ListKind, pattern: string, wide: boolean): string | undefined {
  if (pattern.startsWith("re:")) {
    return matchesNothing(pattern.slice(3)) ? "no text satisfies this expression" : undefined;
  }
  return kind === "uri" ? uriTrouble(pattern, wide) : nameTrouble(kind, pattern, wide);
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

/**
 * The canonical form of a URI.
 *
 * @param text Any text.
 * @returns The URI, or undefined when the text has no canonical form.
 */
export function canonical(text: string): CanonicalUri | undefined {
  try {
    return canonicalizeUri(text);
  } catch (error) {
    if (error instanceof UriError) return undefined;
    throw error;
  }
}
