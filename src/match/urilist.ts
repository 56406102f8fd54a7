// Lists of URI patterns: narrow for allow, wide for deny.

import { PatternError } from "./errors.ts";
import { type FoldOrder, foldText } from "./fold.ts";
import type { Automaton } from "./automaton.ts";
import { compileRegexSet } from "./regex.ts";
import { checkListSize } from "./syntax.ts";
import type { CanonicalTemplate, CanonicalUri, RegexSet, UriList } from "./types.ts";
import { compileUriPattern, type UriPattern } from "./uripattern.ts";
import { exactText, foldedTexts, schemeClass } from "./view.ts";

/** A pattern and its place in the list. */
interface Entry {
  readonly index: number;
  readonly pattern: UriPattern;
}

/**
 * Compiles a list of URI patterns: path globs (`*` within a segment, `**` across segments, `?` one character), or
 * `re:` and a regular expression that must match the whole canonical URI.
 *
 * Allow (`firstExact`): globs see scheme, authority and path; what stands in query and fragment is not judged. A
 * private host is matched only by a glob that spells it. Deny (`firstFolded`): every spelling that a lenient server
 * may take for the place, with and without query and fragment; wrapped URIs too.
 *
 * @param patterns At most 10,000 patterns of at most 512 characters.
 * @returns The list.
 * @throws {PatternError} On syntax of other glob dialects, and on patterns that cannot match.
 *
 * @example The mission's policy
 * ```ts
 * import { compileUriList } from "./urilist.ts";
 * import { canonicalizeUri } from "./uri.ts";
 * import { expect } from "expect";
 *
 * const allow = compileUriList(["file://**\/*.md"]);
 * const deny = compileUriList(["file://**\/.env"]);
 * expect(allow.firstExact(canonicalizeUri("file:///docs/a.md"))).toBe(0);
 * expect(deny.firstFolded(canonicalizeUri("file:///app/.ENV"))).toBe(0);
 * ```
 */
export function compileUriList(patterns: readonly string[]): UriList {
  checkListSize(patterns);
  const globs: Entry[] = [];
  const exact = new Map<string, Entry[]>();
  const uris = new Map<string, Entry[]>();
  const folded = new Map<string, number>();
  const all: Entry[] = [];
  const regexes: { index: number; source: string }[] = [];
  patterns.forEach((source, index) => {
    if (source.startsWith("re:")) {
      regexes.push({ index, source: source.slice(3) });
      return;
    }
    const entry = { index, pattern: compileUriPattern(source, index) };
    all.push(entry);
    if (entry.pattern.uri !== null) append(uris, entry.pattern.uri, entry);
    if (entry.pattern.exact.literal === null) {
      globs.push(entry);
    } else {
      append(exact, entry.pattern.exact.literal, entry);
      for (const glob of entry.pattern.folded) {
        if (!folded.has(glob.literal!)) folded.set(glob.literal!, index);
      }
    }
  });
  const strict = regexSet(regexes, false);
  const loose = regexSet(regexes, true);

  const firstExact = (uri: CanonicalUri, spelledHost: boolean): number => {
    const text = exactText(uri);
    const fits = (e: Entry): boolean =>
      !spelledHost || !uri.private ||
      (uri.host === null ? e.pattern.exact.literal !== null : e.pattern.host === uri.host);
    let best = -1;
    for (const e of exact.get(text) ?? []) if (fits(e)) best = earlier(best, e.index);
    for (const e of uris.get(uri.uri) ?? []) if (fits(e)) best = earlier(best, e.index);
    for (const e of globs) {
      if (best >= 0 && e.index > best) break;
      if (fits(e) && e.pattern.exact.test(text)) best = e.index;
    }
    if (regexes.length > 0 && !(spelledHost && uri.private)) {
      best = earlier(best, regexes[regexIndex(strict, uri)]?.index ?? -1);
    }
    return best;
  };
  const firstFolded = (uri: CanonicalUri): number => {
    let best = firstExact(uri, false);
    const texts = foldedTexts(uri);
    for (const text of texts.folded) {
      best = earlier(best, folded.get(text) ?? -1);
      for (const e of globs) {
        if (best >= 0 && e.index > best) break;
        if (e.pattern.folded.some((glob) => glob.test(text))) best = e.index;
      }
    }
    if (regexes.length > 0) {
      for (const text of [...texts.spelled, ...texts.folded]) {
        const found = loose.matches(text);
        if (found.length > 0) best = earlier(best, regexes[found[0]!]!.index);
      }
    }
    return uri.inner === null ? best : earlier(best, firstFolded(uri.inner));
  };
  return {
    size: patterns.length,
    sources: [...patterns],
    firstExact: (uri) => firstExact(uri, true),
    firstFolded,
    firstReachable: (template) => {
      const found = all.find((e) => reaches(e.pattern.exact.automaton(), template));
      // What a regular expression could match cannot be told cheaply; each read is judged anyway.
      return earlier(found?.index ?? -1, regexes[0]?.index ?? -1);
    },
    firstCovering: (template) =>
      all.find((e) => e.pattern.folded.some((g) => covers(g.automaton(), template)))?.index ?? -1,
  };
}

/** First regular expression that matches a URI for an allow list: without fragment, for files also without query. */
function regexIndex(set: RegexSet, uri: CanonicalUri): number {
  const hash = uri.uri.indexOf("#");
  const whole = hash < 0 ? uri.uri : uri.uri.slice(0, hash);
  let found = set.matches(whole);
  if (uri.scheme === "file" && uri.query !== null) {
    const path = set.matches(whole.slice(0, whole.indexOf("?")));
    found = found.filter((i) => path.includes(i));
  }
  return found[0] ?? -1;
}

/** Whether some expansion of a template is matched. */
function reaches(automaton: Automaton, template: CanonicalTemplate): boolean {
  let states = automaton.start();
  for (const part of template.parts) {
    if (typeof part !== "string") states = automaton.gap(states, part.wide);
    else for (const char of part) states = automaton.step(states, char.codePointAt(0)!);
    if (automaton.dead(states)) return false;
  }
  return automaton.accepts(states);
}

/** Whether every expansion of a template is matched, in either fold order. */
function covers(automaton: Automaton, template: CanonicalTemplate): boolean {
  return (["shape", "letter"] satisfies FoldOrder[]).some((order) => {
    let states = automaton.start();
    template.parts.forEach((part, i) => {
      if (typeof part !== "string") {
        states = automaton.absorb(states, part.wide);
        return;
      }
      let text = foldText(part, order);
      if (i === 0) text = text.replace(/^(?:https|wss?)(?=:)/, (s) => schemeClass(s));
      for (const char of text) states = automaton.step(states, char.codePointAt(0)!);
    });
    return automaton.accepts(states);
  });
}

/** Adds to a map of lists. */
function append(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}

/** The smaller of two indices, where -1 is none. */
function earlier(a: number, b: number): number {
  return a < 0 ? b : b < 0 ? a : Math.min(a, b);
}

/** Compiles the regular expressions of a list; errors name the pattern of the list. */
function regexSet(regexes: readonly { index: number; source: string }[], loose: boolean): RegexSet {
  try {
    return compileRegexSet(regexes.map((r) => r.source), { whole: true, ignoreCase: loose });
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new PatternError(error.message, error.offset + 3, regexes[error.index]?.index ?? 0);
  }
}
