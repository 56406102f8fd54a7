// The name of a bucket: identity and tool without any way to make two pairs meet in one name.

import { createHash } from "node:crypto";
import type { RateKey } from "../guard/ports.ts";

/** Longer names are kept as their digest, so that a table of buckets is bounded in bytes as well. */
const LONGEST = 512;

/**
 * Joins identity and tool. The identity's length stands in front, so ("a:b", "") and ("a", "b") differ
 * whatever characters they hold.
 *
 * @param key Whose bucket of which tool; its size plays no part, a reloaded policy keeps the bucket.
 * @returns A string of at most about 520 characters.
 */
export function bucketName(key: Pick<RateKey, "identity" | "tool">): string {
  const name = `${key.identity.length}:${key.identity}${key.tool}`;
  return name.length <= LONGEST ? name : `#${digest(name)}`;
}

/**
 * The bucket's key in Redis: one key per bucket. Names of plain characters stand in it readably; any
 * other name, and any long one, as a digest. So newlines, spaces, braces (cluster hash tags) or quotes of
 * an identity cannot reach it, and its length is bounded.
 *
 * @param prefix Checked by {@linkcode checkPrefix}.
 * @param key Whose bucket of which tool.
 * @returns The prefix, then `n` and the joined names, or `h` and 43 characters of base64url.
 */
export function redisKey(prefix: string, key: Pick<RateKey, "identity" | "tool">): string {
  const name = `${key.identity.length}:${key.identity}${key.tool}`;
  // Digests cost more than all the rest of a take; most names need none.
  return prefix + (/^[A-Za-z0-9_.:/@+-]{1,128}$/.test(name) ? `n${name}` : `h${digest(name)}`);
}

/**
 * Checks a key prefix. Braces would pin every bucket to one cluster slot.
 *
 * @param prefix At most 64 characters of `[A-Za-z0-9_.:-]`.
 * @throws TypeError for anything else.
 */
export function checkPrefix(prefix: string): void {
  if (!/^[A-Za-z0-9_.:-]{1,64}$/.test(prefix)) {
    throw new TypeError(
      `redis key prefix must be 1 to 64 characters of [A-Za-z0-9_.:-], got ${
        JSON.stringify(prefix.slice(0, 80))
      }`,
    );
  }
}

// UTF-16 and not UTF-8: lone surrogates would all become U+FFFD and share a bucket.
function digest(text: string): string {
  return createHash("sha256").update(text, "utf16le").digest("base64url");
}
