// The machine's clocks and random ids, for everything outside the core.

import type { Clock, IdSource } from "./guard/ports.ts";

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

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
