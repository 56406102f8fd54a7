// Shares with their 95 % intervals.

/** How many of how many. */
export class Share {
  found = 0;
  total = 0;

  /** Counts one. */
  add(found: boolean): void {
    this.total++;
    if (found) this.found++;
  }

  /** The share, 0 when nothing was counted. */
  get value(): number {
    return this.total === 0 ? 0 : this.found / this.total;
  }

  /** `found/total percent [low to high]`, by Wilson's score interval. */
  toString(): string {
    if (this.total === 0) return "none";
    const [low, high] = wilson(this.found, this.total);
    return `${this.found}/${this.total} ${percent(this.value)} % [${percent(low)} to ${
      percent(high)
    }]`;
  }
}

/**
 * Wilson's 95 % score interval.
 *
 * @param found Successes.
 * @param total Trials, at least 1.
 * @returns Lower and upper end, 0 to 1.
 */
export function wilson(found: number, total: number): [number, number] {
  const z = 1.959964;
  const p = found / total;
  const d = 1 + (z * z) / total;
  const middle = p + (z * z) / (2 * total);
  const half = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  return [Math.max(0, (middle - half) / d), Math.min(1, (middle + half) / d)];
}

function percent(x: number): string {
  return (100 * x).toFixed(1);
}
