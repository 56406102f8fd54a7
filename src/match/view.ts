// The texts that URI patterns are matched against: one for allow lists, several for deny lists.

import { type FoldOrder, foldText } from "./fold.ts";
import { embeddedIPv4, formatIPv4, parseIPv6 } from "./ip.ts";
import { decodeOnce } from "./percent.ts";
import type { CanonicalUri } from "./types.ts";

/** Escapes that patterns tell apart from what they stand for. */
export const KEPT: ReadonlySet<string> = new Set(["%2F", "%5C", "%25"]);
/** Schemes that reach the same server; a deny pattern for one denies all. */
const SAME_SERVER = new Set(["http", "https", "ws", "wss"]);
// deno-lint-ignore no-control-regex
const ASCII = /^[\x00-\x7f]*$/;

/**
 * The scheme under which deny patterns and URIs meet.
 *
 * @param scheme A scheme in lower case.
 * @returns `http` for all of http, https, ws and wss; else the scheme.
 */
export function schemeClass(scheme: string): string {
  return SAME_SERVER.has(scheme) ? "http" : scheme;
}

/**
 * Text as patterns see it: escapes decoded once but for `%2F %5C %25`, in Unicode's composed form.
 *
 * @param text Part of a canonical URI.
 * @returns The view.
 */
export function viewOf(text: string): string {
  return text.includes("%") ? decodeOnce(text, KEPT).text.normalize("NFC") : text;
}

/**
 * The one text that allow patterns are matched against; without query and fragment.
 *
 * @param uri A canonical URI.
 * @returns The text.
 */
export function exactText(uri: CanonicalUri): string {
  const query = uri.uri.search(/[?#]/);
  return viewOf(query < 0 ? uri.uri : uri.uri.slice(0, query));
}

/** What deny patterns are matched against. */
export interface FoldedTexts {
  /** Folded; without slashes at the end; http, https, ws and wss also as `http`. For globs and regexes. */
  readonly folded: readonly string[];
  /** As spelled: canonical, and as allow patterns see it. For regexes, which may be written for either. */
  readonly spelled: readonly string[];
}

/**
 * All texts that deny patterns are matched against: the same place in every spelling that a lenient server may take
 * for it.
 *
 * @param uri A canonical URI.
 * @returns The texts, without repeats.
 */
export function foldedTexts(uri: CanonicalUri): FoldedTexts {
  const mark = uri.uri.search(/[?#]/);
  const tail = mark < 0 ? "" : uri.uri.slice(mark);
  const base = mark < 0 ? uri.uri : uri.uri.slice(0, mark);
  const hash = tail.indexOf("#");
  const tails = new Set(["", tail, tail.startsWith("?") && hash > 0 ? tail.slice(0, hash) : ""]);
  if (uri.fragment !== null) tails.add("#" + uri.fragment);

  const spelled = new Set<string>();
  for (const t of tails) spelled.add(base + t).add(viewOf(base + t));
  const places = new Set<string>();
  for (const head of heads(uri)) {
    for (const path of paths(uri)) places.add(head + path);
  }
  const folded = new Set<string>();
  for (const t of tails) {
    for (const place of places) {
      const text = t === "" ? place : place + viewOf(t);
      const orders: FoldOrder[] = ASCII.test(text) ? ["shape"] : ["shape", "letter"];
      for (const order of orders) folded.add(stripSlashes(foldText(text, order)));
    }
  }
  return { folded: [...folded], spelled: [...spelled] };
}

/**
 * Drops slashes at the end.
 *
 * @param text Any text; time is linear.
 * @returns The text without them.
 */
export function stripSlashes(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "/") end--;
  return text.slice(0, end);
}

/** Scheme and authority in all forms: with and without port and userinfo, the IPv4 inside an IPv6 address. */
function heads(uri: CanonicalUri): string[] {
  const schemes = new Set([uri.scheme, schemeClass(uri.scheme)]);
  if (!uri.uri.startsWith(uri.scheme + "://")) return [uri.scheme + ":"];
  const hosts = new Set([uri.host ?? ""]);
  const groups = uri.host?.startsWith("[") ? parseIPv6(uri.host.slice(1, -1)) : null;
  const inside = groups === null ? null : embeddedIPv4(groups);
  if (inside !== null) hosts.add(formatIPv4(inside));
  const out: string[] = [];
  for (const scheme of schemes) {
    for (const host of hosts) {
      const view = viewOf(host);
      out.push(`${scheme}://${view}`);
      if (uri.port !== null) out.push(`${scheme}://${view}:${uri.port}`);
      if (uri.userinfo !== null) {
        out.push(
          `${scheme}://${viewOf(uri.userinfo)}@${view}${uri.port === null ? "" : `:${uri.port}`}`,
        );
      }
    }
  }
  return out;
}

/** The path in all forms. */
function paths(uri: CanonicalUri): Set<string> {
  const out = new Set([viewOf(uri.path)]);
  // Every round of decoding that some server may do.
  let text = uri.path;
  for (let round = 0; round < 3 && text.includes("%"); round++) {
    text = decodeOnce(text).text;
    out.add(text);
  }
  if (uri.host === null && uri.scheme !== "file") return out;
  for (const path of [...out]) for (const form of lenient(path)) out.add(form);
  return out;
}

/** A path as Windows, macOS and Java servers read it. */
function lenient(path: string): string[] {
  const segments = path.replace(/\\|%2F|%5C/g, "/").split("/").map(plainSegment)
    .filter((s) => s !== "");
  const all = [segments];
  if (/^[A-Za-z]:$/.test(segments[0] ?? "")) all.push(segments.slice(1));
  const lower = segments.slice(0, 3).map((s) => s.toLowerCase());
  if (lower.join("/") === "system/volumes/data") all.push(segments.slice(3));
  if (lower[0] === "private" && ["etc", "var", "tmp"].includes(lower[1] ?? "")) {
    all.push(segments.slice(1));
  }
  return all.map((s) => "/" + s.join("/"));
}

/** A segment without `;parameters`, `:streams`, and the dots and spaces that Windows drops at its end. */
function plainSegment(segment: string): string {
  let text = segment.split(";")[0]!;
  const colon = text.indexOf(":");
  if (colon > 1) text = text.slice(0, colon);
  let end = text.length;
  while (end > 0 && (text[end - 1] === "." || text[end - 1] === " ")) end--;
  return text.slice(0, end);
}
