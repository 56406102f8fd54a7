// Fresh keys: what `mcpguard key new` prints.

import { Buffer } from "node:buffer";
import { keyDigest } from "./digest.ts";

/**
 * Makes a key: 256 random bits in base64url after the prefix `mcpg_`, by which leak scanners can know it.
 *
 * @returns The key, to be shown once, and `sha256:HEX`, to be written into the policy.
 * @example
 * ```ts
 * import { freshKey } from "./fresh.ts";
 * import { expect } from "expect";
 *
 * const { key, sha256 } = freshKey();
 * expect(key).toHaveLength(48);
 * expect(sha256).toHaveLength(71);
 * ```
 */
export function freshKey(): { key: string; sha256: string } {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const key = `mcpg_${Buffer.from(bytes).toString("base64url")}`;
  return { key, sha256: `sha256:${keyDigest(key)}` };
}
