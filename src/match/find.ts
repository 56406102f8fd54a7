// URIs and paths inside one tool-argument string. Wide, because what is found is judged by the deny list; quiet on
// prose, JSON and code, because everything else would make the guard unusable.

import { isExplicitPath, pathUris } from "./argpath.ts";
import { UriBudget } from "./budget.ts";
import { type UriCode, UriError } from "./errors.ts";
import { salvage } from "./salvage.ts";
import type { CanonicalUri, FoundUris } from "./types.ts";
import { canonicalizeUri, MAX_URI } from "./uri.ts";

/** Codes that friendly texts do not lead to. */
const SUSPICIOUS: ReadonlySet<UriCode> = new Set<UriCode>([
  "uri.encoding",
  "uri.encoding_depth",
  "uri.segments",
  "uri.alias",
]);
const SCHEME = /[A-Za-z][A-Za-z0-9+.-]{1,30}:\/\//g;
/** Web and file URIs with too few or too many slashes, or backslashes, which browsers repair. */
const SLOPPY = /^(?:https?|wss?|ftp|file):[/\\]*[^\s/\\]/i;
const CLIMBING = /(?:\.|%2e){2}/i;
// deno-lint-ignore no-control-regex
const TOKEN = /[^\s"'`<>()[\]{}|,;\x00-\x1f\x7f]+/g;
/** Where inside a token a path may begin: `--file=/x`, `@/x`, `host:/x`, `2>/x`. */
const PATH_START = /[=@:>&+](?=~?\/|\.{1,2}[/\\]|[A-Za-z]:[\\/]|\\\\[A-Za-z0-9])/g;

/**
 * Finds URIs and paths in one string of tool arguments: the string itself, and what is embedded in it. Paths become
 * `file:` URIs; relative ones are resolved against the root. Bare words and file names inside longer texts are not
 * paths.
 *
 * @param text The decoded string; each URI or path has at most 8192 UTF-16 units.
 * @param budget Given for the strings of one message, bounds them together: at most 4096 different URIs and paths, and
 *   about a million characters of them. What was found in an earlier string is not handed out again.
 * @returns What was found.
 *
 * @example
 * ```ts
 * import { findUris } from "./find.ts";
 * import { expect } from "expect";
 *
 * expect(findUris("/pub/../priv/b").uris.map((u) => u.uri)).toEqual(["file:///priv/b"]);
 * expect(findUris("cat ../../etc/passwd").guesses.map((u) => u.uri)).toEqual(["file:///etc/passwd"]);
 * expect(findUris("yes and/or no").guesses).toEqual([]);
 * ```
 */
export function findUris(text: string, budget: UriBudget = new UriBudget()): FoundUris {
  const found = new Collector(budget);
  const whole = text.trim();
  if (whole.length <= MAX_URI) readWhole(whole, found);
  for (const match of text.matchAll(TOKEN)) {
    if (found.truncated) break;
    const word = match[0];
    if (word === whole && whole.length <= MAX_URI) {
      readInside(whole, found, /^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(whole));
      continue;
    }
    if (!/[/\\]/.test(word)) continue;
    // A closing tag is no path.
    if (text[match.index - 1] === "<" && /^\/[^/]*$/.test(word)) continue;
    if (!budget.hasRead(word)) readToken(word, found);
  }
  return found.result();
}

/** The string as one URI or path. */
function readWhole(text: string, found: Collector): void {
  const joined = text.replace(/[\t\r\n]/g, "");
  if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(text)) {
    if (!/\s/.test(text)) {
      if (text.includes("://") || /^file:/i.test(text)) readUri(text, found, true);
      else readOpaque(text, found);
    } else if (joined !== text && !/\s/.test(joined)) {
      // Readers that follow WHATWG drop tabs and newlines inside a URL.
      readUri(joined, found, false);
    }
  } else if (isExplicitPath(text)) {
    // With spaces it may as well be a sentence: "/help me please".
    readPath(text, found, !/\s/.test(text));
  } else if (
    !/[\s<>"'`{}()[\]|;,]/.test(text) && /[/\\]|%(?:2f|5c)|^\.[^.]|[^.]\.[a-z0-9]{1,8}$/i.test(text)
  ) {
    readPath(text, found, false);
  }
}

/** One word of a longer text. */
function readToken(token: string, found: Collector): void {
  if (token.length > MAX_URI) {
    if (/(?:[/\\]\.\.?[/\\].*){2}|:\/\//.test(token.slice(0, MAX_URI))) found.suspect("uri.length");
    return;
  }
  const word = token.replace(/[.,:;!?*]{1,8}$/, "");
  if (isExplicitPath(word) && /[^/\\.~]/.test(word)) readPath(word, found, false);
  else if (/[/\\]\.\.[/\\]/.test(word) && !word.includes("://")) readPath(word, found, false);
  readInside(word, found, false);
}

/** URIs anywhere in a word, and paths behind an option or a host; `read` where the word itself is done already. */
function readInside(word: string, found: Collector, read: boolean): void {
  let first = word.length;
  for (const match of word.matchAll(SCHEME)) {
    if (match.index > 0 || !read) {
      readUri(word.slice(match.index), found, first === word.length);
    }
    first = Math.min(first, match.index);
  }
  if (first > 0 && SLOPPY.test(word)) {
    readUri(word, found, false);
    return;
  }
  for (const match of word.slice(0, first).matchAll(PATH_START)) {
    if (word.startsWith("://", match.index)) continue;
    readPath(word.slice(match.index + 1), found, false);
  }
}

/** A URI, or what a sloppy reader takes for one. */
function readUri(text: string, found: Collector, sure: boolean): void {
  // A backslash is an escape of JSON or a shell far more often than part of the URI; both readings are judged.
  const stop = text.indexOf("\\");
  if (stop > 0) {
    readUri(text.slice(0, stop), found, sure);
    if (!found.pays(text)) return;
    for (const uri of salvage(text)) found.add(uri, false);
    return;
  }
  if (!found.pays(text)) return;
  try {
    found.add(canonicalizeUri(text), sure);
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    if (!found.pays(text)) return;
    const read = salvage(text);
    for (const uri of read) found.add(uri, false);
    // Schemes of their own may encode slashes and begin with "./"; they may not climb.
    const tame = read.length > 0 && !/^(?:file|https?|wss?|ftp):/i.test(text) &&
      !CLIMBING.test(text);
    if (SUSPICIOUS.has(error.code) && !tame) found.suspect(error.code);
  }
}

/** `name:rest` without slashes in front: a URI of a server's own, or just a word with a colon. */
function readOpaque(text: string, found: Collector): void {
  if (!found.pays(text)) return;
  try {
    found.add(canonicalizeUri(text), false);
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    const path = text.slice(text.indexOf(":") + 1);
    if (/[/\\]|%2f|%5c/i.test(path)) readPath(path, found, false);
  }
}

/** A path. */
function readPath(text: string, found: Collector, sure: boolean): void {
  if (!found.pays(text)) return;
  try {
    for (const uri of pathUris(text)) found.add(uri, sure);
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    if (SUSPICIOUS.has(error.code)) found.suspect(error.code);
  }
}

/** What was found so far, without repeats and bounded. */
class Collector {
  readonly #budget: UriBudget;
  #uris = new Map<string, CanonicalUri>();
  #guesses = new Map<string, CanonicalUri>();
  #codes = new Set<UriCode>();
  truncated = false;

  constructor(budget: UriBudget) {
    this.#budget = budget;
  }

  /** Pays for reading a text; false when it must not be read any more. */
  pays(text: string): boolean {
    if (!this.truncated && !this.#budget.spend(text)) this.truncated = true;
    return !this.truncated;
  }

  add(uri: CanonicalUri, sure: boolean): void {
    const place = this.#budget.place(uri.uri, sure);
    if (place === "full") this.truncated = true;
    else if (place === "new") (sure ? this.#uris : this.#guesses).set(uri.uri, uri);
  }

  suspect(code: UriCode): void {
    this.#codes.add(code);
  }

  result(): FoundUris {
    const guesses = [...this.#guesses.values()].filter((u) => !this.#uris.has(u.uri));
    return {
      uris: [...this.#uris.values()],
      guesses,
      suspicious: [...this.#codes],
      truncated: this.truncated,
    };
  }
}
