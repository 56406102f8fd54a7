// Reads the trained weights from their text form.

import { FEATURES, type Model } from "./model.ts";
import { BIAS, SCALE, WEIGHTS } from "./weights.ts";

/**
 * The model that the project ships, trained by `deno task train`.
 *
 * @returns Its weights.
 */
export function loadModel(): Model {
  const weights = new Int8Array(FEATURES);
  const bytes = atob(WEIGHTS);
  // Pairs: how many places to skip, and the weight; a skip of 255 with weight 0 goes on skipping.
  let at = 0;
  for (let i = 0; i + 1 < bytes.length && at < FEATURES; i += 2) {
    at += bytes.charCodeAt(i);
    const value = bytes.charCodeAt(i + 1);
    if (value !== 0) weights[at++] = value < 128 ? value : value - 256;
  }
  return { weights, scale: SCALE, bias: BIAS };
}
