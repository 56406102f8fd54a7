// The form of the detection rules, which are data.

/** Which thresholds and weights apply. */
export type SurfaceGroup = "description" | "result" | "argument";

/** One rule: word sequences by slot class, what they mean, and texts that show it. */
export interface InjectionRule {
  /** Stable name, as findings and policies spell it. */
  readonly id: string;
  /** What it weighs: high decides alone, medium needs a second sign, low is only context. */
  readonly severity: "low" | "medium" | "high";
  /** Another weight on some surfaces; null switches it off there. */
  readonly on?: Partial<Record<SurfaceGroup, "low" | "medium" | "high" | null>>;
  /** What was seen, in words; the reason of a finding. */
  readonly description: string;
  /**
   * Sequences of slots: a class in capitals or a word in lower case, alternatives with `|`; `..3` before a slot
   * lets it stand up to three words further, otherwise it is the next word.
   */
  readonly patterns: readonly string[];
  /** Whether "do not" before the first slot leaves the rule in force. */
  readonly negatable?: boolean;
  /** Texts that the rule finds. */
  readonly examples: readonly string[];
}
