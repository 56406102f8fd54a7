// URIs that have no canonical form, as lenient readers repair them, so that a deny list still sees where they lead.

import { pathUris } from "./argpath.ts";
import { UriError } from "./errors.ts";
import type { CanonicalUri } from "./types.ts";
import { canonicalizeUri } from "./uri.ts";

/**
 * Reads a refused URI as lenient readers may: with slashes repaired, with stray percent signs kept, and with each
 * side of an `@` as the host.
 *
 * @param text A URI that `canonicalizeUri` refuses, at most 8192 UTF-16 units.
 * @returns The readings that have a canonical form; possibly none.
 */
export function salvage(text: string): CanonicalUri[] {
  const colon = text.indexOf(":");
  const scheme = text.slice(0, colon).toLowerCase();
  const rest = text.slice(colon + 1).replace(/%(?![0-9A-Fa-f]{2})/g, "%25");
  if (scheme === "file") return attempt(() => pathUris(rest.replace(/[?#].*$/s, "")));
  if (!/^(?:https?|wss?|ftp)$/.test(scheme)) return attempt(() => [ownReading(scheme, rest)]);

  const place = rest.replace(/^[/\\]+/, "").replaceAll("\\", "/");
  const stop = place.search(/[/?#]/);
  const authority = stop < 0 ? place : place.slice(0, stop);
  const path = stop < 0 ? "/" : place.slice(stop).replace(/^(?=[?#])/, "/");
  const hosts = new Set(authority.split("@"));
  // "https://a#@b/": some readers take b for the host.
  const at = path.split("/", 2).join("/").lastIndexOf("@");
  if (at >= 0) hosts.add(path.slice(at + 1).split(/[/?#]/)[0]!);
  const out: CanonicalUri[] = [];
  for (const host of [...hosts].slice(-4)) {
    const read = attempt(() => [canonicalizeUri(`${scheme}://${host}${path}`)]);
    // A path that cannot be repaired still has a host.
    out.push(
      ...(read.length > 0 ? read : attempt(() => [canonicalizeUri(`${scheme}://${host}/`)])),
    );
  }
  return out;
}

/** A URI of a server's own with encoded separators decoded and dot segments resolved. */
function ownReading(scheme: string, rest: string): CanonicalUri {
  const [, head, path, tail] = /^((?:\/\/[^/?#]*)?)([^?#]*)(.*)$/s.exec(rest)!;
  const plain = path!.replace(/%2e/gi, ".").replace(/%2f|%5c|\\/gi, "/");
  const out: string[] = [];
  for (const segment of plain.split("/")) {
    if (segment === "..") out.pop();
    else if (segment !== ".") out.push(segment);
  }
  const where = out.join("/");
  const rooted = plain.startsWith("/") && !where.startsWith("/") ? `/${where}` : where;
  return canonicalizeUri(
    `${scheme}:${head!.replace(/%2e/gi, ".").replace(/%2f|%5c/gi, "-")}${rooted}${tail}`,
  );
}

/** The readings, or none where there is no canonical form. */
function attempt(read: () => CanonicalUri[]): CanonicalUri[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof UriError) return [];
    throw error;
  }
}
