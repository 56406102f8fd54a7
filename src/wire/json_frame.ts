// The scanner's open containers, and the search for a repeated key.
// A few keys are compared one by one, many through a set: neither is ever quadratic.

import type { JsonValue } from "./value.ts";

/** An open array or object. */
export interface Frame {
  readonly up: Frame | null;
  /** The object's keys so far; null in an array. */
  readonly keys: string[] | null;
  readonly values: JsonValue[];
  /** The same keys, once there are too many to compare one by one. */
  seen: Set<string> | null;
}

/** Up to this many keys are compared one by one. */
const FEW = 8;

/**
 * Whether an object has a key already; if not, the caller must add it.
 *
 * @param frame The open object.
 * @param keys Its keys so far.
 * @param key The next key, unescaped.
 * @returns Whether it is a duplicate.
 */
export function isRepeated(frame: Frame, keys: string[], key: string): boolean {
  if (keys.length < FEW) {
    for (let i = 0; i < keys.length; i++) if (keys[i] === key) return true;
    return false;
  }
  frame.seen ??= new Set(keys);
  const before = frame.seen.size;
  return frame.seen.add(key).size === before;
}
