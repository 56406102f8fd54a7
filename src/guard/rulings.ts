// What one stage says about a message, and how several are put together: everything that applies is asked, and the
// strictest wins, whatever the order (DESIGN "Order of the stages").

import type { Reason } from "./types.ts";

/** Why a stage refused. */
export interface Refusal {
  /** From the published table. */
  reason: Reason;
  /** The rule that decided. */
  rule: string;
  /** The sentence for people. */
  message: string;
  /** Short machine code for the audit, where one exists. */
  detail?: string;
}

/** What a stage wants done with a message, mildest first; `allow` only names the rule that said so. */
export type RulingEffect = "allow" | "record" | "redact" | "confirm" | "approve" | "deny";

/** What one stage says. */
export interface Ruling extends Refusal {
  /** What is to be done. */
  effect: RulingEffect;
}

const RANK: Readonly<Record<RulingEffect, number>> = {
  allow: 0,
  record: 1,
  redact: 2,
  confirm: 3,
  approve: 4,
  deny: 5,
};

/**
 * The stricter of two rulings; of equals the first.
 *
 * @param first What was said so far, or null.
 * @param second What is said now, or null.
 * @returns The one that counts.
 */
export function strictest(first: Ruling | null, second: Ruling | null): Ruling | null {
  if (first === null) return second;
  if (second === null) return first;
  return RANK[second.effect] > RANK[first.effect] ? second : first;
}

/** A refusal as a ruling. */
export function denying(refusal: Refusal | null): Ruling | null {
  return refusal === null ? null : { effect: "deny", ...refusal };
}
