// What the match room hands out: canonical URIs and templates, compiled lists of names, URIs and regexes.

import type { UriCode } from "./errors.ts";

/** A URI in the one spelling that is judged, and that is forwarded. */
export interface CanonicalUri {
  /** The canonical text; canonicalising it again yields the same text. */
  readonly uri: string;
  /** The scheme in lower case, without the colon. */
  readonly scheme: string;
  /** The host in canonical form (IPv6 in brackets), or null where the scheme has none; `file:` has none. */
  readonly host: string | null;
  /** The port when it is written and not the scheme's default, else null. */
  readonly port: number | null;
  /** The path as it stands in `uri`, percent-encoded. */
  readonly path: string;
  /** The query without its question mark, or null. */
  readonly query: string | null;
  /** The fragment without its hash, or null. */
  readonly fragment: string | null;
  /** Who is named before the host, for schemes of servers' own such as `postgres:`; null for all others. */
  readonly userinfo: string | null;
  /** True where a fetch would reach this machine or a private network: loopback, private, link-local, metadata, ... */
  readonly private: boolean;
  /** The URI inside, for wrappers such as `view-source:https://h/`; else null. */
  readonly inner: CanonicalUri | null;
}

/** An RFC 6570 template, taken apart into literal texts and gaps. */
export interface CanonicalTemplate {
  /** The template as the server wrote it. */
  readonly template: string;
  /** The literal text before the first expression, canonical as far as it can be. */
  readonly prefix: string;
  /** Literal texts and gaps in order; a gap says whether its value may hold a slash. */
  readonly parts: readonly (string | TemplateGap)[];
}

/** The place of one `{expression}` in a template. */
export interface TemplateGap {
  /** True where the value may hold slashes and other reserved characters: `{+x}`, `{#x}`, `{/x}`. */
  readonly wide: boolean;
}

/** A compiled list of tool or prompt name patterns. Immutable and re-entrant. */
export interface NameList {
  /** How many patterns. */
  readonly size: number;
  /** The patterns as the policy spells them. */
  readonly sources: readonly string[];
  /**
   * For allow lists, narrow: exact and case-sensitive, only `/` and `.` are alike.
   *
   * @param name The name as decoded from the message.
   * @returns Index of the first pattern that matches, or -1.
   */
  firstExact(name: string): number;
  /**
   * For deny lists, wide: also looks through case, lookalikes, invisible characters, separators, namespaces.
   *
   * @param name The name as decoded from the message.
   * @returns Index of the first pattern that matches, or -1.
   */
  firstFolded(name: string): number;
}

/** A compiled list of URI patterns. Immutable and re-entrant. */
export interface UriList {
  /** How many patterns. */
  readonly size: number;
  /** The patterns as the policy spells them. */
  readonly sources: readonly string[];
  /**
   * For allow lists, narrow. A private host is matched only by a pattern that spells it.
   *
   * @param uri A canonical URI.
   * @returns Index of the first pattern that matches, or -1.
   */
  firstExact(uri: CanonicalUri): number;
  /**
   * For deny lists, wide: also looks through case, lookalikes, parameters, trailing slashes, query and fragment.
   *
   * @param uri A canonical URI.
   * @returns Index of the first pattern that matches, or -1.
   */
  firstFolded(uri: CanonicalUri): number;
  /**
   * Whether some URI that the template makes could be matched: for allow lists.
   *
   * @param template A canonical template.
   * @returns Index of the first pattern that could match, or -1.
   */
  firstReachable(template: CanonicalTemplate): number;
  /**
   * Whether every URI that the template makes is matched: for deny lists.
   *
   * @param template A canonical template.
   * @returns Index of the first pattern that covers the template, or -1.
   */
  firstCovering(template: CanonicalTemplate): number;
}

/** A compiled set of linear-time regular expressions. Immutable and re-entrant. */
export interface RegexSet {
  /** How many expressions. */
  readonly size: number;
  /** The expressions as the policy spells them. */
  readonly sources: readonly string[];
  /**
   * Searches a text for all expressions at once.
   *
   * @param text Any text; time is linear in its length.
   * @returns Index of every expression found anywhere in the text, ascending.
   */
  matches(text: string): number[];
}

/** What was found in one tool-argument string. */
export interface FoundUris {
  /** The string itself where it is a URI or an absolute, climbing or home path, and URIs inside longer texts. */
  readonly uris: readonly CanonicalUri[];
  /** Other readings: paths inside longer texts, bare relative names, sloppy spellings. For deny lists only. */
  readonly guesses: readonly CanonicalUri[];
  /** Why a piece that looks like a URI or path has no canonical form: signs of an attack only, without repeats. */
  readonly suspicious: readonly UriCode[];
  /** True where the string holds more URIs and paths than are looked at. */
  readonly truncated: boolean;
}
