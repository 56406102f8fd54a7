// Turns windows into scores: points of the rules, bounded help of the model, discounts and extras by surface.

import type { Encoding } from "../normalise/layers.ts";
import type { Window } from "./engine.ts";
import type { Grammar } from "./grammar.ts";
import type { SurfaceGroup } from "./rule_types.ts";

/** Points of a rule by severity. */
export const POINTS = { low: 1, medium: 3, high: 6 } as const;
/** The model alone never reaches a threshold: its part ends here. */
export const MODEL_CAP = 4;
/** Points of the model for one unit of its log odds, above where it starts to count. */
const MODEL_SLOPE = 0.7;
const MODEL_FROM = -3;
/** Encodings that hardly anyone uses in good faith, and those that have their uses. */
const ODD: ReadonlySet<Encoding> = new Set<Encoding>([
  "rot13",
  "reversed",
  "morse",
  "tags",
  "selectors",
  "binary",
]);

/** Points of each rule on one surface, 0 where it is off. */
export function pointsOf(
  grammar: Grammar,
  group: SurfaceGroup,
  off: ReadonlySet<string>,
): Float64Array {
  return Float64Array.from(grammar.rules, (rule) => {
    if (off.has(rule.id)) return 0;
    const severity = rule.on?.[group] === undefined ? rule.severity : rule.on[group];
    return severity === null ? 0 : POINTS[severity!];
  });
}

/** What the model adds, 0 to {@link MODEL_CAP}. */
export function modelPoints(logit: number): number {
  return Math.max(0, Math.min(MODEL_CAP, (logit - MODEL_FROM) * MODEL_SLOPE));
}

/**
 * Scores a window.
 *
 * @param window What was found.
 * @param layer Its encodings.
 * @param group The surface.
 * @param points See {@link pointsOf}.
 * @param useModel Whether the model has a say.
 * @returns Points; 0 when no rule matched.
 */
export function scoreWindow(
  window: Window,
  layer: readonly Encoding[],
  group: SurfaceGroup,
  points: Float64Array,
  useModel: boolean,
): number {
  let rules = 0;
  for (let i = 0; i < window.hits.length; i++) rules += points[window.hits[i]!.rule]!;
  let extra = 0;
  if (layer.length > 0) extra = ODD.has(layer.at(-1)!) ? 3 : 2;
  else if (window.disguised >= 3) extra = 2;
  if (rules === 0 && extra === 0) return 0;
  let score = rules + extra + (useModel ? modelPoints(window.logit) : 0);
  if (group === "result" && window.quoted * 2 > window.words) score *= 0.6;
  return score;
}
