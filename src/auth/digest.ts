// The digest of a key, and the name that a nameless key goes by.

import { hash } from "node:crypto";

/** The SHA-256 of a key's UTF-8 bytes, in lower-case hex. */
export function keyDigest(key: string): string {
  return hash("sha256", key, "hex");
}

/** The identity of a key that has no name, from its digest: 32 bits, enough to tell keys apart, not to find one. */
export function digestName(hex: string): string {
  return `key:${hex.slice(0, 8)}`;
}
