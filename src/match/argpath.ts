// File-system paths as they stand in tool arguments, read in every way that a tool may read them.

import { UriError } from "./errors.ts";
import { decodeOnce } from "./percent.ts";
import type { CanonicalUri } from "./types.ts";
import { canonicalizeUri } from "./uri.ts";

/** A path, by its beginning: absolute, home, climbing, drive, UNC, or with a variable in front. */
const EXPLICIT =
  /^(?:\/|~[A-Za-z0-9._-]{0,32}[/\\]|~$|\.{1,2}(?:[/\\]|$)|[A-Za-z]:[/\\]|\\\\?[A-Za-z0-9?.]|\$\{?[A-Z_]{1,32}\}?[/\\]|%[A-Z_]{1,32}%[/\\])/;

/**
 * Whether a text begins as a path does that names its place: absolute, climbing, or from home.
 *
 * @param text The text.
 * @returns True for `/a`, `~/a`, `./a`, `../a`, `C:\a`, `\\host\a`, `$HOME/a`.
 */
export function isExplicitPath(text: string): boolean {
  return EXPLICIT.test(text);
}

/**
 * Reads a path as `file:` URIs, one for each way to read it: as it stands, and with escapes decoded. Relative paths
 * are resolved against the root, since nobody knows the server's directory.
 *
 * @param path The path, at most 8192 UTF-16 units.
 * @returns Canonical URIs, without repeats; possibly none.
 * @throws {UriError} Where no way to read it has a canonical form.
 */
export function pathUris(path: string): CanonicalUri[] {
  const nul = path.indexOf("\0");
  let text = nul < 0 ? path : path.slice(0, nul);
  const readings = new Set([text]);
  for (let round = 0; round < 3 && text.includes("%"); round++) {
    text = decodeOnce(text).text;
    readings.add(text);
  }
  const uris = new Map<string, CanonicalUri>();
  let failure: unknown = null;
  for (const reading of readings) {
    for (const form of forms(reading)) {
      try {
        const uri = canonicalizeUri(form);
        uris.set(uri.uri, uri);
      } catch (error) {
        if (!(error instanceof UriError)) throw error;
        failure ??= error;
      }
    }
  }
  if (uris.size === 0 && failure !== null) throw failure;
  return [...uris.values()];
}

/** `file:` URIs that one reading may mean. */
function forms(path: string): string[] {
  // Windows device prefixes: \\?\C:\x, \\.\C:\x, \\?\UNC\host\share.
  const plain = path.replaceAll("\\", "/").replace(/^\/\/[?.]\/(?:UNC\/)?/i, "/");
  const segments = resolved(plain);
  const out = [segments];
  if (/^\/\/[^/]/.test(plain)) out.push(segments.slice(1)); // //host/share
  // On POSIX a backslash is a character of the name.
  if (path.includes("\\") && path.startsWith("/")) out.push(resolved(path));
  return out.map((s) => "file:///" + s.map(encodeSegment).join("/"));
}

/** Segments with dot segments resolved; climbing above the root stays at the root. */
function resolved(path: string): string[] {
  const out: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") out.pop();
    else if (segment !== "" && segment !== ".") out.push(segment);
  }
  return out;
}

/** A segment as part of a URI. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()).replace(/^([A-Za-z])%3A$/, "$1:");
}
