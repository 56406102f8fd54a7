// The name of a key that an audit may show.

import { digestName, keyDigest } from "./digest.ts";

/**
 * The name a key goes by where the policy gives it none: safe to log.
 *
 * @param key The key or token in plain text.
 * @returns `key:` and the first 8 hex digits of the key's SHA-256.
 * @example
 * ```ts
 * import { fingerprint } from "./fingerprint.ts";
 * import { expect } from "expect";
 *
 * expect(fingerprint("demo-key")).toBe("key:c48a01f4");
 * ```
 */
export function fingerprint(key: string): string {
  return digestName(keyDigest(key));
}
