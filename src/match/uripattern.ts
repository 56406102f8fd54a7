// One URI pattern, brought into the canonical form of the URIs that it is to match, and compiled for both ways.

import { PatternError, UriError } from "./errors.ts";
import { type FoldOrder, foldText } from "./fold.ts";
import { compileGlob, type Glob } from "./glob.ts";
import { canonicalHost } from "./host.ts";
import { decodeOnce } from "./percent.ts";
import { ANY, checkGlobSyntax, quote, STAR } from "./syntax.ts";
import { canonicalizeUri } from "./uri.ts";
import { KEPT, schemeClass, stripSlashes } from "./view.ts";

/** A compiled URI pattern. */
export interface UriPattern {
  /** For allow lists. */
  readonly exact: Glob;
  /** For deny lists, in each fold order where they differ. */
  readonly folded: readonly Glob[];
  /** The host that the pattern spells, without wildcards, or null. */
  readonly host: string | null;
  /** The one URI, query included, that a pattern without `*` also names, or null. */
  readonly uri: string | null;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  http: "80",
  https: "443",
  ws: "80",
  wss: "443",
  ftp: "21",
};

/**
 * Compiles a URI pattern: `*` is a run of characters without a slash, `**` a run with slashes, `**` as a whole
 * segment also none at all, `?` one character that is no slash. All else is literal; `%2A` and `%3F` spell a
 * literal star and question mark.
 *
 * @param source The pattern.
 * @param index Which pattern of the list, for errors.
 * @returns The matchers.
 * @throws {PatternError} On other glob syntax, and on patterns that no canonical URI can match.
 */
export function compileUriPattern(source: string, index: number): UriPattern {
  const fail = (message: string, offset = 0): never => {
    throw new PatternError(`bad pattern ${quote(source)}: ${message}`, offset, index);
  };
  const ipv6 = /^[A-Za-z*?][A-Za-z0-9+.*?-]*:\/\/\[[0-9A-Fa-f:.]+\]/.exec(source);
  checkGlobSyntax(source, index, ipv6 ? ipv6[0].length : 0);
  const broken = source.search(/%(?![0-9A-Fa-f]{2})/);
  if (broken >= 0) fail('"%" begins no escape: write "%25" for a percent sign', broken);
  const wild = source.replaceAll("*", STAR).replaceAll("?", ANY);
  const decoded = decodeOnce(wild, KEPT);
  if (decoded.invalid) fail("its escapes are not UTF-8", source.indexOf("%"));
  const text = decoded.text.normalize("NFC");

  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase() ?? null;
  if (scheme === null) checkBare(source, fail);
  if (scheme?.length === 1) fail('a drive letter is no scheme: write "file:///C:/..."');
  let prepared = text;
  let host: string | null = null;
  if (scheme === "file") {
    prepared = "file://" + filePath(text.slice(5), fail);
  } else if (scheme !== null && scheme in DEFAULT_PORTS) {
    const parts = webParts(scheme, text.slice(scheme.length + 1), fail);
    prepared = `${scheme}://${parts.authority}${parts.path}`;
    host = parts.host;
  } else if (scheme !== null) {
    const rest = text.slice(scheme.length + 1);
    if (/(?:^|\/)\.\.?(?:\/|$)/.test(rest)) fail("dot segments are refused in such URIs");
    prepared = `${scheme}:${rest}`;
    host = ownHost(rest);
  }
  const orders: FoldOrder[] = ["shape", "letter"];
  const folds = new Set(orders.map((order) => foldPattern(prepared, scheme, order)));
  return {
    exact: compileGlob(prepared, { kind: "path" }),
    folded: [...folds].map((f) => compileGlob(f, { kind: "path", wide: true })),
    host,
    uri: source.includes("*") ? null : canonicalOrNull(source),
  };
}

/** The pattern as deny lists see URIs. */
function foldPattern(prepared: string, scheme: string | null, order: FoldOrder): string {
  const kind = scheme === null ? prepared : schemeClass(scheme) + prepared.slice(scheme.length);
  const folded = foldText(kind.replace(/%2F|%5C/g, "/"), order);
  return folded.includes(STAR) || folded.includes(ANY) ? folded : stripSlashes(folded);
}

/** Refuses patterns without a scheme that cannot match any URI. */
function checkBare(source: string, fail: (message: string) => never): void {
  if (/^(?:~|\.{0,2}\/)/.test(source)) {
    fail(`it needs a scheme: write ${quote("file://" + source.replace(/^(?:~|\.{1,2})/, "**"))}`);
  }
  const stop = source.search(/[:/]/);
  if (!/[*?]/.test(stop < 0 ? source : source.slice(0, stop))) {
    fail('it needs a scheme, such as "file:///" or "https://"');
  }
}

/** Path of a file pattern; `file:/x`, `file://localhost/x` and `file:///x` are one. */
function filePath(rest: string, fail: (message: string) => never): string {
  let path = rest;
  if (rest.startsWith("//")) {
    const slash = rest.indexOf("/", 2);
    const host = rest.slice(2, slash < 0 ? undefined : slash);
    if (host === "" || host.toLowerCase() === "localhost") {
      path = slash < 0 ? "/" : rest.slice(slash);
    } else if (/^[A-Za-z][:|]$/.test(host)) path = "/" + rest.slice(2);
    else if (host.startsWith(STAR)) path = rest.slice(2);
    else fail("file URIs have no host: write three slashes");
  }
  if (!path.startsWith("/") && !path.startsWith(STAR)) {
    fail("a file pattern needs an absolute path");
  }
  path = path.replace(
    /^\/([A-Za-z])[:|](?=\/|$)/,
    (_, drive: string) => `/${drive.toUpperCase()}:`,
  );
  return resolve(path.replace(/\/{2,}/g, "/"), fail);
}

/** Authority and path of a web pattern. */
function webParts(
  scheme: string,
  rest: string,
  fail: (message: string) => never,
): { authority: string; path: string; host: string | null } {
  // "https:**" and the like: no authority to speak of.
  if (rest.startsWith(STAR)) return { authority: rest, path: "", host: null };
  if (!rest.startsWith("//") || rest.startsWith("///")) fail("it needs two slashes and a host");
  const slash = rest.indexOf("/", 2);
  const authority = rest.slice(2, slash < 0 ? undefined : slash);
  const path = slash < 0 ? "" : resolve(rest.slice(slash), fail);
  if (authority === "") fail("it needs a host");
  if (authority.includes("@")) {
    fail("names before the host are refused in URIs: drop what is before @");
  }
  if (authority === STAR + STAR) return { authority, path, host: null };
  const colon = authority.indexOf(":", Math.max(0, authority.indexOf("]")));
  const name = colon < 0 ? authority : authority.slice(0, colon);
  let port = colon < 0 ? "" : authority.slice(colon + 1).replace(/^0+(?=[0-9])/, "");
  if (port === DEFAULT_PORTS[scheme]) port = "";
  const wild = name.includes(STAR) || name.includes(ANY);
  // A host has no slashes, so two stars mean no more than one.
  const host = wild
    ? name.toLowerCase().replace(/(?:\u{10fffe})+/gu, STAR)
    : literalHost(name, fail);
  return {
    authority: host + (port === "" ? "" : `:${port}`),
    path: path === "" ? "/" : path,
    host: wild ? null : host,
  };
}

/** A host without wildcards, in its one spelling. */
function literalHost(name: string, fail: (message: string) => never): string {
  try {
    return canonicalHost(name).host;
  } catch (error) {
    if (error instanceof UriError) return fail(error.message);
    throw error;
  }
}

/** The literal host of a pattern with a scheme of a server's own. */
function ownHost(rest: string): string | null {
  if (!rest.startsWith("//")) return null;
  const authority = rest.slice(2).split("/")[0]!;
  const host = authority.slice(authority.indexOf("@") + 1).split(":")[0]!;
  return host.includes(STAR) || host.includes(ANY) ? null : host;
}

/** Resolves dot segments; they cannot be resolved after a wildcard. */
function resolve(path: string, fail: (message: string) => never): string {
  const out: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === ".") continue;
    if (segment !== "..") {
      out.push(segment);
      continue;
    }
    if ((out.at(-1) ?? "").includes(STAR) || (out.at(-1) ?? "").includes(ANY)) {
      fail('".." after a wildcard: write the pattern without it');
    }
    if (out.length > 1) out.pop();
  }
  return out.join("/");
}

/** The canonical form of a pattern read as a URI, or null. */
function canonicalOrNull(source: string): string | null {
  try {
    return canonicalizeUri(source).uri;
  } catch (error) {
    if (error instanceof UriError) return null;
    throw error;
  }
}
