// Trains the linear model: logistic regression on passages, on top of the rules' points, by AdaGrad.
// An attack is a bag of passages of which the likeliest count as attack; every passage of a benign text is benign.

import { FEATURES, lengthFactor, type Model } from "../../src/detect/injection/model.ts";
import { LOGIT_OF_POINT } from "../../src/detect/injection/score.ts";
import type { Collected, Sample } from "./collect.ts";
import { isMain, isOvert, quotesAttacks } from "./groups.ts";

const EPOCHS = 8;
const RATE = 0.05;
const SHRINK = 1e-4;
/** Passages of one benign text that are used in one epoch. */
const BENIGN_PASSAGES = 24;
/** Rows of one source count together as at most so many. */
const SOURCE_ROWS = 120;

/** Weights before they are rounded to eight bits. */
export interface Weights {
  readonly weights: Float32Array;
  readonly bias: number;
}

/** Log odds that a sample is an attack, with the rules' points. */
function logit(sample: Sample, weights: Float32Array, bias: number): number {
  let sum = 0;
  const features = sample.features;
  for (let i = 0; i < features.length; i++) sum += weights[features[i]!]!;
  return bias + LOGIT_OF_POINT * Math.min(sample.points, 8) +
    sum * lengthFactor(sample.passage.words);
}

/**
 * Trains.
 *
 * @param rows What to train on; rows that are no overt attack and no benign text are left out.
 * @returns The weights; the same rows give the same weights.
 */
export function fit(rows: readonly Collected[]): Weights {
  const used = rows.filter((c) =>
    c.samples.length > 0 && (isOvert(c.row) || isMain(c.row) || quotesAttacks(c.row))
  );
  const perSource = new Map<string, number>();
  for (const c of used) {
    const key = c.row.class + c.row.source;
    perSource.set(key, (perSource.get(key) ?? 0) + 1);
  }
  const weights = new Float32Array(FEATURES);
  const squares = new Float32Array(FEATURES).fill(1);
  let bias = -2;
  let biasSquares = 1;
  let seed = 7;
  const random = (): number =>
    (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) / 0x80000000;
  const learn = (sample: Sample, target: number, weight: number): void => {
    const p = 1 / (1 + Math.exp(-logit(sample, weights, bias)));
    const gradient = (p - target) * weight;
    if (Math.abs(gradient) < 1e-4) return;
    const share = gradient * lengthFactor(sample.passage.words);
    for (const f of sample.features) {
      const g = share + SHRINK * weights[f]!;
      squares[f]! += g * g;
      const next = weights[f]! - (RATE * g) / Math.sqrt(squares[f]!);
      weights[f] = Math.abs(next) < 1e-4 ? 0 : next;
    }
    biasSquares += gradient * gradient;
    bias -= (RATE * gradient) / Math.sqrt(biasSquares);
  };
  const order = used.map((_, i) => i);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    for (const at of order) {
      const c = used[at]!;
      const attack = c.row.class === "attack";
      const rowsOfSource = perSource.get(c.row.class + c.row.source)!;
      const weight = Math.min(1, Math.sqrt(SOURCE_ROWS / rowsOfSource));
      if (!attack) {
        const step = Math.max(1, c.samples.length / BENIGN_PASSAGES);
        for (let k = random() * step; k < c.samples.length; k += step) {
          learn(c.samples[Math.floor(k)]!, 0, weight);
        }
        continue;
      }
      const most = c.row.kind === "jailbreak" ? 3 : 1;
      const ranked = c.samples.length <= most
        ? c.samples
        : [...c.samples].sort((a, b) => logit(b, weights, bias) - logit(a, weights, bias));
      for (let k = 0; k < Math.min(most, ranked.length); k++) {
        learn(ranked[k]!, 1, (2 * weight) / Math.min(most, ranked.length));
      }
    }
  }
  return { weights, bias };
}

/** Rounds weights to eight bits. */
export function quantise(w: Weights): Model {
  let largest = 0;
  for (const x of w.weights) largest = Math.max(largest, Math.min(2.5, Math.abs(x)));
  const scale = largest / 127;
  const weights = Int8Array.from(
    w.weights,
    (x) => Math.max(-127, Math.min(127, Math.round(x / scale))),
  );
  return { weights, scale, bias: w.bias };
}

/** The model's log odds of a sample, without the rules' points. */
export function modelLogit(sample: Sample, model: Model): number {
  let sum = 0;
  for (const f of sample.features) sum += model.weights[f]!;
  return sum * model.scale * lengthFactor(sample.passage.words) + model.bias;
}
