// Canonical URIs: one spelling for everything that is judged and forwarded. A parser of our own after RFC 3986,
// since URL parsers silently drop tabs, fold backslashes and disagree about file URIs.

import { UriError } from "./errors.ts";
import { canonicalHost } from "./host.ts";
import { canonicalPath } from "./path.ts";
import { decodeOnce, normalizePercent } from "./percent.ts";
import type { CanonicalUri } from "./types.ts";

/** Longest URI, in UTF-16 units, before and after canonicalising. */
export const MAX_URI = 8192;
/** Schemes with a host that clients fetch from, and their default ports. */
const WEB_PORTS: ReadonlyMap<string, number> = new Map([
  ["http", 80],
  ["https", 443],
  ["ws", 80],
  ["wss", 443],
  ["ftp", 21],
]);
/** Other schemes that fetch: their hosts stay as written, but private ones are marked. */
const FETCHING = new Set(["sftp", "ftps", "gopher", "dict", "tftp", "ldap", "ldaps", "smb", "ssh"]);
/** What is inside of a wrapper such as `view-source:`: a URI that is fetched, maybe in more wrappers. */
const WRAPPED = /^(?:[a-z][a-z0-9+.-]{1,62}:)*(?:file|https?|wss?|ftp):/i;
/** Wrappers inside each other. */
const MAX_NESTING = 4;

/** What a URI's parts are before they are put together. */
type Parts = Pick<CanonicalUri, "host" | "port" | "userinfo" | "path" | "private" | "inner"> & {
  /** The authority as it is written, or null for none. */
  authority: string | null;
};

/**
 * Brings a URI into its canonical form, or refuses it. The canonical form is ASCII, has the meaning of the
 * original, and is its own canonical form.
 *
 * - All: no whitespace or control characters; scheme in lower case; unreserved characters decoded, other escapes
 *   kept in upper case; characters that no URI may hold encoded. Unicode normalisation is left to matching.
 * - `file:` has no host but `localhost`, which is dropped; dot segments are resolved; drive letters in upper case.
 * - `http https ws wss ftp`: no userinfo, no backslash, hosts and ports in one spelling, dot segments resolved.
 * - Schemes of servers' own keep authority and path; dot segments, `%2E`, `%2F`, `%5C` are refused. Userinfo stays.
 *   A file or web URI inside of one, as in `view-source:https://h/`, must be sound itself; up to four such wrappers.
 *
 * @param text The URI as decoded from the message, at most 8192 UTF-16 units; time is linear.
 * @returns The canonical URI.
 * @throws {UriError} When the text has no safe canonical form; see {@link UriError.code}.
 * @see https://www.rfc-editor.org/rfc/rfc3986
 *
 * @example
 * ```ts
 * import { canonicalizeUri } from "./uri.ts";
 * import { expect } from "expect";
 *
 * expect(canonicalizeUri("FILE://localhost/pub/../%70riv").uri).toBe("file:///priv");
 * expect(canonicalizeUri("http://0x7f.1/").private).toBe(true);
 * ```
 */
export function canonicalizeUri(text: string): CanonicalUri {
  return canonicalize(text, 0);
}

function canonicalize(text: string, depth: number): CanonicalUri {
  if (text.length > MAX_URI) throw new UriError("uri.length", `the URI is longer than ${MAX_URI}`);
  if (/[\p{Cc}\p{Z}\p{Cs}\ufeff]/u.test(text)) {
    throw new UriError("uri.character", "the URI holds whitespace or a control character");
  }
  const colon = text.indexOf(":");
  const scheme = text.slice(0, Math.max(0, colon)).toLowerCase();
  if (!/^[a-z][a-z0-9+.-]{1,62}$/.test(scheme)) {
    throw new UriError("uri.scheme", "the URI has no scheme");
  }
  const hash = text.indexOf("#", colon);
  const beforeHash = hash < 0 ? text : text.slice(0, hash);
  const mark = beforeHash.indexOf("?", colon);
  const rest = beforeHash.slice(colon + 1, mark < 0 ? undefined : mark);
  const kind = scheme === "file" ? "file" : WEB_PORTS.has(scheme) ? "web" : "own";
  const query = mark < 0 ? null : tail(beforeHash.slice(mark + 1), kind === "web");
  const fragment = hash < 0 ? null : tail(text.slice(hash + 1), kind === "web");
  if (kind === "web") checkAt(text.slice(colon + 1));

  let parts: Parts;
  if (kind === "file") parts = fileParts(rest);
  else if (kind === "web") parts = webParts(scheme, rest);
  else parts = ownParts(scheme, rest, depth);
  const uri = `${scheme}:` + (parts.authority === null ? "" : `//${parts.authority}`) + parts.path +
    (query === null ? "" : `?${query}`) + (fragment === null ? "" : `#${fragment}`);
  if (uri.length > MAX_URI) throw new UriError("uri.length", `the URI is longer than ${MAX_URI}`);
  const { host, port, path, userinfo, inner } = parts;
  return {
    uri,
    scheme,
    host,
    port,
    path,
    query,
    fragment,
    userinfo,
    private: parts.private,
    inner,
  };
}

/** A query or fragment; where a server may take it for part of a path, it must not climb. */
function tail(text: string, web: boolean): string {
  const out = normalizePercent(text);
  if (web) return out;
  for (let round = 0, at = out; round < 3; round++) {
    if (at.split(/[/\\]/).some((s) => s === "..")) {
      throw new UriError("uri.segments", "the query or fragment holds dot segments");
    }
    const next = decodeOnce(at).text;
    if (next === at) break;
    at = next;
  }
  return out;
}

/** Refuses an `@` before the first slash of a web URI, wherever readers think that the host ends. */
function checkAt(rest: string): void {
  const begin = rest.startsWith("//") ? 2 : 0;
  const slash = rest.indexOf("/", begin);
  if (/@|%40/.test(slash < 0 ? rest : rest.slice(0, slash))) {
    throw new UriError("uri.userinfo", "the URI holds an @ before or around its host");
  }
}

/** `file:` URIs: `file:/x`, `file:///x`, `file://localhost/x`, `file://C:/x`. */
function fileParts(rest: string): Parts {
  let path = rest;
  if (rest.startsWith("//")) {
    const slash = rest.indexOf("/", 2);
    const host = rest.slice(2, slash < 0 ? undefined : slash);
    path = slash < 0 ? "/" : rest.slice(slash);
    if (/^[A-Za-z][:|]$/.test(host)) path = `/${host}${slash < 0 ? "/" : path}`;
    else if (host !== "" && host.toLowerCase() !== "localhost") {
      throw new UriError("uri.host", "a file URI may name no host but localhost");
    }
  }
  if (!path.startsWith("/")) {
    throw new UriError("uri.segments", "a file URI needs an absolute path");
  }
  return {
    authority: "",
    host: null,
    port: null,
    userinfo: null,
    path: canonicalPath(path, "file"),
    private: false,
    inner: null,
  };
}

/** Web URIs: exactly two slashes and a host. */
function webParts(scheme: string, rest: string): Parts {
  const slash = rest.startsWith("//") ? rest.indexOf("/", 2) : 0;
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  if (slash === 0 || authority === "") throw new UriError("uri.host", "the URI has no host");
  if (authority.includes("\\")) throw new UriError("uri.host", "the host holds a backslash");
  const { host: name, port: digits } = splitPort(authority);
  const found = canonicalHost(name);
  const number = portNumber(digits);
  const port = number === WEB_PORTS.get(scheme) ? null : number;
  return {
    authority: found.host + (port === null ? "" : `:${port}`),
    host: found.host,
    port,
    userinfo: null,
    path: slash < 0 ? "/" : canonicalPath(rest.slice(slash), "web"),
    private: found.private,
    inner: null,
  };
}

/** Schemes of servers' own: `demo://a/b`, `note:/x`, `urn:isbn:1`. */
function ownParts(scheme: string, rest: string, depth: number): Parts {
  if (!rest.startsWith("//")) {
    const path = canonicalPath(rest, "own");
    // What is forwarded is what the next one unwraps: `%66ile:` is `file:` by then.
    const inner = WRAPPED.test(path) ? nested(path, depth) : null;
    if (rest === "") throw new UriError("uri.segments", "the URI has no path");
    const hidden = inner?.private ?? false;
    return {
      authority: null,
      host: null,
      port: null,
      userinfo: null,
      path,
      private: hidden,
      inner,
    };
  }
  const slash = rest.indexOf("/", 2);
  const authority = canonicalPath(rest.slice(2, slash < 0 ? undefined : slash), "own");
  const at = authority.indexOf("@");
  if (at !== authority.lastIndexOf("@")) {
    throw new UriError("uri.userinfo", "the URI holds more than one @ before its path");
  }
  const split = splitPort(authority.slice(at + 1));
  const numeric = /^[0-9]*$/.test(split.port ?? "");
  const host = numeric ? split.host : authority.slice(at + 1);
  const port = numeric ? portNumber(split.port) : null;
  const canonical = authority.slice(0, at + 1) + host + (port === null ? "" : `:${port}`);
  // An empty port that is dropped may leave dots alone, which the next reader takes for a segment.
  if (canonical !== authority) canonicalPath(canonical, "own");
  return {
    authority: canonical,
    host,
    port,
    userinfo: at < 0 ? null : authority.slice(0, at),
    path: slash < 0 ? "" : canonicalPath(rest.slice(slash), "own"),
    private: FETCHING.has(scheme) && fetchesPrivate(host),
    inner: null,
  };
}

/** The URI inside a wrapper. */
function nested(rest: string, depth: number): CanonicalUri {
  if (depth >= MAX_NESTING) throw new UriError("uri.scheme", "URIs are wrapped too deeply");
  return canonicalize(rest, depth + 1);
}

/** Whether a host of a fetching scheme is private; what is no host at all is taken for private. */
function fetchesPrivate(host: string): boolean {
  try {
    return canonicalHost(host).private;
  } catch (error) {
    if (error instanceof UriError) return true;
    throw error;
  }
}

/** Splits a port off; colons inside the brackets of IPv6 do not count. */
function splitPort(authority: string): { host: string; port: string | null } {
  const colon = authority.indexOf(":", Math.max(0, authority.indexOf("]")));
  if (colon < 0) return { host: authority, port: null };
  return { host: authority.slice(0, colon), port: authority.slice(colon + 1) };
}

/** A port as a number; leading zeros are dropped, an empty port is none. */
function portNumber(digits: string | null): number | null {
  if (digits === null || digits === "") return null;
  if (!/^0*[0-9]{1,5}$/.test(digits) || Number(digits) > 65535) {
    throw new UriError("uri.port", "the port is no number from 0 to 65535");
  }
  return Number(digits);
}
