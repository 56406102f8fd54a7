// URIs and paths as expressions see them: canonical, or no value at all.

import { canonicalizeUri, type CanonicalUri, UriError } from "../../match/mod.ts";
import { BOOL, INT, objectOf, STRING, type Type } from "./types.ts";
import { Failure, type Raw, type Value } from "./values.ts";

/** A URI's parts, as `resource` and `uri()` have them; what a URI does not have is an empty text or 0. */
export const URI_TYPE: Type = objectOf("uri", {
  uri: STRING,
  scheme: STRING,
  host: STRING,
  port: INT,
  path: STRING,
  query: STRING,
  private: BOOL,
});

/** A canonical URI as a value. */
export function uriValue(uri: CanonicalUri): ReadonlyMap<Value, Raw> {
  return new Map<Value, Raw>([
    ["uri", uri.uri],
    ["scheme", uri.scheme],
    ["host", uri.host ?? ""],
    ["port", BigInt(uri.port ?? 0)],
    ["path", uri.path],
    ["query", uri.query ?? ""],
    ["private", uri.private],
  ]);
}

/** A URI in its canonical form. Throws a {@linkcode Failure} where it has none. */
export function canonicalOf(text: string, at: number): CanonicalUri {
  try {
    return canonicalizeUri(text);
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    throw new Failure(`a URI or path without a canonical form (${error.code})`, at);
  }
}

/** The canonical form of an absolute path or `file:` URI, decoded where it can be. */
export function pathOf(text: string, at: number): string {
  if (/^file:/i.test(text)) return decodeURIComponent(canonicalOf(text, at).path);
  if (!text.startsWith("/") || text.includes("\\")) {
    throw new Failure("no absolute path, so nobody can tell what it names", at);
  }
  // A path in an argument is no URI, but some server may decode it: what has escapes has two meanings.
  if (text.includes("%")) throw new Failure("a path with percent signs has two meanings", at);
  const encoded = text.split("/").map((segment) => encodeURIComponent(segment)).join("/");
  return decodeURIComponent(canonicalOf(`file://${encoded}`, at).path);
}
