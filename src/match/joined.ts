// Names and URIs of several servers behind one address: joined with the server's name, and taken apart again.
// Both ways are exact whatever a server calls its tools, since no server's name holds a separator.

/** What a server's name may be: no character of it is a separator of tool names or ends a scheme. */
const UPSTREAM_NAME = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*$/;

/** Most characters of a server's name: half of the 64 that some clients allow for a whole tool name. */
export const MAX_UPSTREAM_NAME = 32;

/** Between a server's name and its tool or prompt, as clients see it: all clients allow it in names. */
export const NAME_SEPARATOR = "__";

/** Between a server's name and a URI of its own: the scheme of the joined URI (RFC 3986 section 3.1). */
const URI_SEPARATOR = "+";

/** A name or URI taken apart. */
export interface Apart {
  /** The server's name. */
  upstream: string;
  /** The name or URI as the server knows it. */
  bare: string;
}

/**
 * Whether a text can name a server: 1 to 32 characters of `a-z 0-9 -`, a letter first, no `-` at the end or doubled.
 *
 * @param name The text.
 */
export function isUpstreamName(name: string): boolean {
  return name.length <= MAX_UPSTREAM_NAME && UPSTREAM_NAME.test(name);
}

/**
 * The name by which clients know a tool, prompt or task of one server.
 *
 * @param upstream The server's name.
 * @param bare Any name that the server gave.
 * @returns `upstream__bare`.
 *
 * @example There and back
 * ```ts
 * import { joinName, splitName } from "./joined.ts";
 * import { expect } from "expect";
 *
 * expect(joinName("github", "create__issue")).toBe("github__create__issue");
 * expect(splitName("github__create__issue")).toEqual({ upstream: "github", bare: "create__issue" });
 * expect(splitName("create_issue")).toBe(null);
 * ```
 */
export function joinName(upstream: string, bare: string): string {
  return upstream + NAME_SEPARATOR + bare;
}

/**
 * Takes a client's name apart, at the first separator.
 *
 * @param name The name as the client wrote it.
 * @returns The server and its own name; null where no server is named.
 */
export function splitName(name: string): Apart | null {
  return split(name, NAME_SEPARATOR);
}

/**
 * Takes a name in any spelling of policies and people apart: `github/x`, `github.x`, `github:x` or `github__x`.
 *
 * @param name The name.
 * @returns The server and its own name; null where no server is named.
 */
export function splitSpelling(name: string): Apart | null {
  const at = name.search(/__|[/.:]/);
  return at < 0 ? null : split(name, name[at] === "_" ? NAME_SEPARATOR : name[at]!);
}

/**
 * The URI by which clients know a resource or a template of one server.
 *
 * @param upstream The server's name.
 * @param bare The URI as the server wrote it.
 * @returns `upstream+scheme:...`; null where it has no scheme, so that nothing could be joined.
 *
 * @example There and back
 * ```ts
 * import { joinUri, splitUri } from "./joined.ts";
 * import { expect } from "expect";
 *
 * expect(joinUri("files", "file:///a.md")).toBe("files+file:///a.md");
 * expect(splitUri("files+file:///a.md")).toEqual({ upstream: "files", bare: "file:///a.md" });
 * expect(splitUri("file:///a.md")).toBe(null);
 * ```
 */
export function joinUri(upstream: string, bare: string): string | null {
  return /^[A-Za-z][A-Za-z0-9+.-]{0,62}:/.test(bare) ? upstream + URI_SEPARATOR + bare : null;
}

/**
 * Takes a client's URI or template apart, at the first separator.
 *
 * @param uri The URI as the client wrote it.
 * @returns The server and its own URI; null where no server is named.
 */
export function splitUri(uri: string): Apart | null {
  const apart = split(uri, URI_SEPARATOR);
  return apart !== null && joinUri(apart.upstream, apart.bare) === uri ? apart : null;
}

function split(text: string, separator: string): Apart | null {
  // Names are short, so a long text without any separator costs nothing.
  const at = text.slice(0, MAX_UPSTREAM_NAME + separator.length).indexOf(separator);
  if (at < 1) return null;
  const upstream = text.slice(0, at);
  const bare = text.slice(at + separator.length);
  return bare !== "" && isUpstreamName(upstream) ? { upstream, bare } : null;
}
