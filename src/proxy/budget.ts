// The requests that may wait for an answer over all sessions. A place is taken before the decision, so that many
// slow decisions at once cannot let more calls through than there are places.

import type { Metrics } from "./metrics.ts";
import type { Pressure } from "./pressure.ts";

/** Counts requests in flight. */
export class Budget {
  readonly #limit: () => number;
  readonly #metrics: Metrics;
  readonly #pressure: Pick<Pressure, "full"> | null;
  #used = 0;

  /**
   * @param limit Most requests at once, asked for each time.
   * @param metrics Shows them as a gauge.
   * @param pressure The process's memory: where it is full, no place is given.
   */
  constructor(
    limit: () => number,
    metrics: Metrics,
    pressure: Pick<Pressure, "full"> | null = null,
  ) {
    this.#limit = limit;
    this.#metrics = metrics;
    this.#pressure = pressure;
  }

  /** Which limit keeps a place from being given. */
  get rule(): "limits.memory" | "limits.in_flight_total" {
    return this.#pressure?.full === true ? "limits.memory" : "limits.in_flight_total";
  }

  /** Places taken now. */
  get used(): number {
    return this.#used;
  }

  /** Takes a place; false when all are taken. */
  take(): boolean {
    if (this.#pressure?.full === true || this.#used >= this.#limit()) return false;
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
