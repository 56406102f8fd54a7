// The machine's clocks and random ids, for everything outside the core.

import { createHmac } from "node:crypto";
import type { Clock, IdSource } from "./guard/ports.ts";

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/**
 * Names for secrets: HMAC-SHA-256 under a key of this process, so that short secrets cannot be tried out.
 *
 * @returns A function of the secret: 8 hexadecimal digits.
 */
export function randomPseudonyms(): (secret: string) => string {
  const key = crypto.getRandomValues(new Uint8Array(32));
  return (secret) => createHmac("sha256", key).update(secret).digest("hex").slice(0, 8);
}

/**
 * Ids from 96 random bits of this process and a counter: unique over processes, cheap per message.
 *
 * @returns A fresh source.
 */
export function randomIds(): IdSource {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const prefix = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  let count = 0;
  return { next: () => `${prefix}-${(count++).toString(36)}` };
}
