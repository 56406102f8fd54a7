// The requests that may wait for an answer over all sessions. A place is taken before the decision, so that many
// slow decisions at once cannot let more calls through than there are places.

import type { Metrics } from "./metrics.ts";

/** Counts requests in flight. */
export class Budget {
  readonly #limit: () => number;
  readonly #metrics: Metrics;
  #used = 0;

  /**
   * @param limit Most requests at once, asked for each time.
   * @param metrics Shows them as a gauge.
   */
  constructor(limit: () => number, metrics: Metrics) {
    this.#limit = limit;
    this.#metrics = metrics;
  }

  /** Places taken now. */
  get used(): number {
    return this.#used;
  }

  /** Takes a place; false when all are taken. */
  take(): boolean {
    if (this.#used >= this.#limit()) return false;
    this.#used++;
    this.#metrics.move("mcpguard_in_flight", 1);
    return true;
  }

  /** Gives a place back. */
  give(): void {
    this.#used--;
    this.#metrics.move("mcpguard_in_flight", -1);
  }
}
