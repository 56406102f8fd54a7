// URIs and templates as records name them: what allow lists judge of them, and nothing that may be a secret. And the
// way back: the narrowest pattern that matches what a record names.

import type { CanonicalTemplate, CanonicalUri } from "./types.ts";

/** Characters that have a meaning in patterns or in the form of records, beside the percent sign. */
const MEANT = /[*?[\]{}()\\!|]/g;

/** Scheme and an IPv6 address, whose brackets are its own. */
const IPV6 = /^[a-z][a-z0-9+.-]*:\/\/\[[0-9a-f:.]+\]/;

function escaped(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}

/**
 * A URI as records name it: canonical, without query and fragment, `*` for whoever is named before its host.
 *
 * @param uri A canonical URI.
 * @returns Its text; a `*` of its own is written `%2A`.
 */
export function recordedUri(uri: CanonicalUri): string {
  const end = uri.uri.search(/[?#]/);
  const base = end < 0 ? uri.uri : uri.uri.slice(0, end);
  const own = (text: string): string => text.replace(/[*{}]/g, escaped);
  if (uri.userinfo === null) return own(base);
  const head = `${uri.scheme}://`;
  return `${head}*${own(base.slice(head.length + uri.userinfo.length))}`;
}

/**
 * A resource template as records name it: its literal texts, `{*}` for a gap in a segment, `{**}` for one that may hold
 * slashes.
 *
 * @param template A template, taken apart.
 * @returns Its text.
 */
export function recordedTemplate(template: CanonicalTemplate): string {
  return template.parts.map((part) =>
    typeof part !== "string" ? part.wide ? "{**}" : "{*}" : part.replace(/[*{}]/g, escaped)
  ).join("");
}

/**
 * Puts stars where something may not be shown.
 *
 * @param text What a record is to name.
 * @param spans What to hide, in UTF-16 units of the text, in any order.
 * @returns The text with `*` for each, `**` where it held a slash.
 */
export function hideIn(
  text: string,
  spans: readonly { start: number; end: number }[],
): string {
  let out = "";
  let at = 0;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    out += text.slice(at, from) + (text.slice(from, end).includes("/") ? "**" : "*");
    at = end;
  }
  return out + text.slice(at);
}

/**
 * The narrowest pattern of an allow list that matches what a record names.
 *
 * @param recorded What {@linkcode recordedUri} or {@linkcode recordedTemplate} made.
 * @returns The pattern: literal but for the stars.
 *
 * @example A star of the name's own stays one
 * ```ts
 * import { literalPattern, recordedUri } from "./recorded.ts";
 * import { compileUriList } from "./urilist.ts";
 * import { canonicalizeUri } from "./uri.ts";
 * import { expect } from "expect";
 *
 * const uri = canonicalizeUri("file:///a*(1).txt?token=x");
 * const pattern = literalPattern(recordedUri(uri));
 * expect(pattern).toBe("file:///a%2A%281%29.txt");
 * expect(compileUriList([pattern]).firstExact(uri)).toBe(0);
 * ```
 */
export function literalPattern(recorded: string): string {
  // A scheme of that name would begin a regular expression, and `re:.+` is a URI.
  if (recorded.startsWith("re:")) {
    const spelled = [...recorded.replaceAll("%2A", "*")].map((char) =>
      /[A-Za-z0-9]/.test(char) ? char : `\\x{${char.codePointAt(0)!.toString(16)}}`
    );
    return `re:${spelled.join("")}`;
  }
  const head = IPV6.exec(recorded)?.[0] ?? "";
  const rest = recorded.slice(head.length).replace(/\{(\*\*?)\}/g, "$1");
  return head + rest.replace(MEANT, (char) => char === "*" ? char : escaped(char));
}
