// The form of the detection rules, which are data.

import type { SlotClass } from "./lexicon/types.ts";

/** Which thresholds and weights apply. */
export type SurfaceGroup = "description" | "result" | "argument";

/** One rule: word sequences by slot class, what they mean, and texts that show it. */
export interface InjectionRule {
  /** Stable name, as findings and policies spell it. */
  readonly id: string;
  /** Rules of one family say the same: only the heaviest of them counts. */
  readonly family: string;
  /** What it weighs: high decides alone, medium needs a second sign, low is only context. */
  readonly severity: "low" | "medium" | "high";
  /** Another weight on some surfaces; null switches it off there. */
  readonly on?: Partial<Record<SurfaceGroup, "low" | "medium" | "high" | null>>;
  /** What it adds to the score of a whole prompt or argument, in points, however often it matches there. */
  readonly whole?: number;
  /** What was seen, in words; the reason of a finding. */
  readonly description: string;
  /**
   * Sequences of slots: a class in capitals or a word in lower case, alternatives with `|`; `..3` before a slot
   * lets it stand up to three words further, otherwise it is the next word.
   */
  readonly patterns: readonly string[];
  /** Instead of an order of words: slot classes that two neighbouring sentences hold together. */
  readonly cluster?: Cluster;
  /** Whether "do not" before the first slot leaves the rule in force. */
  readonly negatable?: boolean;
  /** Texts that the rule finds. */
  readonly examples: readonly string[];
}

/** A weighted sum over the slot classes that occur, each counted once. */
export interface Cluster {
  /** What each class adds. */
  readonly weights: Partial<Record<SlotClass, number>>;
  /** A class without which nothing is found. */
  readonly needs: SlotClass;
  /** The sum to reach; it grows by one for each 25 words beyond 25. */
  readonly least: number;
}
