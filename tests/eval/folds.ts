// Leaving sources out: each fold is judged by a model and by thresholds that saw none of its sources.

import type { Model } from "../../src/detect/injection/model.ts";
import type { SurfaceGroup } from "../../src/detect/injection/rule_types.ts";
import {
  finalScore,
  isDecoded,
  scorePassage,
  wholeScore,
  wholeWeights,
} from "../../src/detect/injection/score.ts";
import { INJECTION_RULES, scanHidden } from "../../src/detect/mod.ts";
import type { Collected } from "./collect.ts";
import { fit, modelLogit, quantise } from "./fit.ts";
import { isMain, surfaceOf } from "./groups.ts";
import type { Row } from "./rows.ts";

/** Share of benign texts at which thresholds are chosen: the target of 0.5 % with a margin. */
const CHOSEN_AT = 0.0045;
/** No threshold lies below one sign of medium weight with context, however clean the other folds are. */
const LEAST: Readonly<Record<SurfaceGroup, number>> = {
  description: 4.3,
  result: 5.3,
  argument: 4.3,
};
/**
 * The same for the score of whole prompts and arguments: its share of benign texts, and its least threshold. That one
 * is where all benign prompts together keep to the target: nearly all role-plays that people called benign are of one
 * source, and the folds without it would choose a threshold that knows nothing of them.
 */
const WHOLE_AT = 0.004;
const WHOLE_LEAST = 11.2;
const WEIGHTS = wholeWeights(INJECTION_RULES, new Set());
const GROUPS: readonly SurfaceGroup[] = ["description", "result", "argument"];

/** One judged row. */
export interface Judged {
  readonly row: Row;
  readonly flagged: boolean;
  readonly fold: number;
  /** Points above (or below) the threshold; infinite for hidden text. */
  readonly margin: number;
}

/** The best score of a row's passages. */
export function scoreOf(c: Collected, model: Model | null): number {
  let decoded = 0;
  for (const s of c.samples) if (isDecoded(s.passage, s.layer)) decoded++;
  const plain = c.samples.length - decoded;
  let best = 0;
  for (const s of c.samples) {
    const raw = scorePassage(
      s.passage,
      s.points,
      c.group,
      model === null ? null : modelLogit(s, model),
    );
    const count = isDecoded(s.passage, s.layer) ? decoded : plain;
    best = Math.max(best, finalScore(raw, s.passage, count, c.group, c.reading, c.second));
  }
  return best;
}

/** The score of a whole row; only prompts and arguments have one. */
export function wholeOf(c: Collected): number {
  if (c.group !== "argument") return -Infinity;
  const found = new Set(c.samples.flatMap((s) => s.passage.hits.map((h) => h.rule)));
  return wholeScore(WEIGHTS, found, c.samples.length);
}

/** Whether a row holds hidden text that is a verdict of its own. */
export function isHidden(row: Row): boolean {
  return scanHidden(row.text, surfaceOf(row), new Set()).some((f) => f.severity !== "low");
}

/**
 * Judges every row by what was learnt on the other folds.
 *
 * @param all Attack and benign rows.
 * @param foldOf The fold of each row.
 * @param count How many folds.
 * @returns The judged rows, and the thresholds of each fold.
 */
export function judgeFolds(
  all: readonly Collected[],
  foldOf: readonly number[],
  count: number,
): { judged: Judged[]; thresholds: Record<SurfaceGroup, number>[] } {
  const hidden = all.map((c) => isHidden(c.row));
  const whole = all.map(wholeOf);
  const without = (...left: number[]): Model =>
    quantise(fit(all.filter((_, i) => !left.includes(foldOf[i]!))));
  // The scores of fold j by a model that saw neither j nor k choose the thresholds for k.
  const pairs = new Map<string, Model>();
  for (let j = 0; j < count; j++) {
    for (let k = j + 1; k < count; k++) pairs.set(`${j},${k}`, without(j, k));
  }
  const judged: Judged[] = [];
  const thresholds: Record<SurfaceGroup, number>[] = [];
  for (let k = 0; k < count; k++) {
    const inner = new Map<SurfaceGroup, number[]>(GROUPS.map((g) => [g, []]));
    all.forEach((c, i) => {
      const j = foldOf[i]!;
      if (j === k || !isMain(c.row)) return;
      const model = pairs.get(`${Math.min(j, k)},${Math.max(j, k)}`)!;
      inner.get(c.group)!.push(hidden[i] ? Infinity : scoreOf(c, model));
    });
    const chosen = Object.fromEntries(GROUPS.map((g) => {
      const scores = inner.get(g)!.sort((a, b) => b - a);
      return [g, Math.max(LEAST[g], scores[Math.floor(scores.length * CHOSEN_AT)] ?? Infinity)];
    })) as Record<SurfaceGroup, number>;
    thresholds.push(chosen);
    const wholes = all.flatMap((c, i) =>
      foldOf[i] !== k && c.group === "argument" && isMain(c.row) ? [whole[i]!] : []
    ).sort((a, b) => b - a);
    const wholeLeast = Math.max(WHOLE_LEAST, wholes[Math.floor(wholes.length * WHOLE_AT)] ?? 0);
    const model = without(k);
    all.forEach((c, i) => {
      if (foldOf[i] !== k) return;
      const margin = hidden[i]
        ? Infinity
        : Math.max(scoreOf(c, model) - chosen[c.group], whole[i]! - wholeLeast);
      judged.push({ row: c.row, flagged: margin > 0, fold: k, margin });
    });
  }
  return { judged, thresholds };
}
