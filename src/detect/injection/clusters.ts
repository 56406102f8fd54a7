// Rules that are no row of words but enough of a kind of words in two sentences, in whatever order.

import type { CompiledCluster } from "./grammar.ts";
import type { Sentence } from "./sentence.ts";

/** Words of two sentences that cost nothing; each further one takes a little away. */
const FREE = 25;

/**
 * Finds the clusters that two sentences hold.
 *
 * @param clusters The clusters of the rules.
 * @param before The first sentence.
 * @param now The second one.
 * @param take Gets the rule of each.
 */
export function eachCluster(
  clusters: readonly CompiledCluster[],
  before: Sentence,
  now: Sentence,
  take: (rule: number) => void,
): void {
  const low = before.low | now.low;
  const high = before.high | now.high;
  const words = before.words + now.words;
  for (let i = 0; i < clusters.length; i++) {
    const cluster = clusters[i]!;
    if (!holds(low, high, cluster.needs)) continue;
    let sum = words > FREE ? (FREE - words) / FREE : 0;
    for (let k = 0; k < cluster.classes.length; k++) {
      if (holds(low, high, cluster.classes[k]!)) sum += cluster.weights[k]!;
    }
    if (sum >= cluster.least) take(cluster.rule);
  }
}

function holds(low: number, high: number, which: number): boolean {
  return ((which < 32 ? low >>> which : high >>> (which - 32)) & 1) === 1;
}
