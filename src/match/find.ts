// URIs and paths inside one tool-argument string.

import { UriError } from "./errors.ts";
import type { FoundUris } from "./types.ts";
import { canonicalizeUri } from "./uri.ts";

/**
 * Finds URIs and paths in one string of tool arguments.
 *
 * @param text The decoded string.
 * @returns What was found, at most 64 URIs.
 */
export function findUris(text: string): FoundUris {
  try {
    if (/^[A-Za-z][A-Za-z0-9+.\-]*:\/\//.test(text)) {
      return { uris: [canonicalizeUri(text)], suspicious: [] };
    }
    if (text.startsWith("/")) return { uris: [canonicalizeUri("file://" + text)], suspicious: [] };
  } catch (error) {
    if (error instanceof UriError) return { uris: [], suspicious: [error.code] };
    throw error;
  }
  return { uris: [], suspicious: [] };
}
