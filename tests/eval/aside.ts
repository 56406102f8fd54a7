// Which rows are kept aside: nobody looks at them and nothing is trained on them, so that they show what was learnt by heart.

import { BASIS, step } from "../../src/detect/injection/hash.ts";
import { familyOf } from "./groups.ts";
import type { Row } from "./rows.ts";

/** Since when: what was done to the rules before that day was done while looking at every row. */
export const ASIDE_SINCE = "2026-11-27";
/** One family in so many is kept aside as a whole, and of the others one row in so many. */
const FAMILIES = 7;
const ROWS = 10;

/** How a row is kept aside: with its whole family, alone, or not at all. */
export type Aside = "family" | "row" | null;

/** A hash of a text that spreads well in its low bits. */
function spread(text: string): number {
  let hash = BASIS;
  for (let i = 0; i < text.length; i++) hash = step(hash, text.charCodeAt(i));
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/**
 * Says whether a row is kept aside. The answer depends on its names alone, never on its text; the 6 in it was chosen
 * by how many rows of each kind it keeps aside.
 *
 * @param row A row.
 * @returns See {@link Aside}.
 */
export function asideOf(row: Row): Aside {
  if (spread(`6:${familyOf(row)}`) % FAMILIES === 0) return "family";
  return spread(`${row.source}:${row.id}`) % ROWS === 0 ? "row" : null;
}
