// A circuit breaker: after some failures in a row, callers fail at once instead of waiting each in turn.

import type { Clock } from "../guard/ports.ts";

/** Options of {@linkcode Breaker}. */
export interface BreakerOptions {
  /** Monotonic time. */
  clock: Pick<Clock, "monotonic">;
  /** Failures in a row that open it, at least 1. */
  failures: number;
  /** Milliseconds it stays open before one caller may try. */
  openMs: number;
}

/** Closed: all may try. Open: none. After `openMs`: one at a time, until one succeeds. */
export class Breaker {
  readonly #options: BreakerOptions;
  #failed = 0;
  #openUntil = 0;
  #probing = false;

  /** @param options Limits and the clock. */
  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** Whether calls are being refused, or only probes let through. */
  get open(): boolean {
    return this.#failed >= this.#options.failures;
  }

  /**
   * Asks to try. Who is let in must report {@linkcode Breaker.succeed} or {@linkcode Breaker.fail}.
   *
   * @returns Whether the caller may try.
   */
  enter(): boolean {
    if (!this.open) return true;
    if (this.#probing || this.#options.clock.monotonic() < this.#openUntil) return false;
    this.#probing = true;
    return true;
  }

  /** A try was answered. */
  succeed(): void {
    this.#failed = 0;
    this.#probing = false;
  }

  /**
   * A try failed.
   *
   * @returns Whether the breaker is open now.
   */
  fail(): boolean {
    this.#failed++;
    this.#probing = false;
    if (this.open) this.#openUntil = this.#options.clock.monotonic() + this.#options.openMs;
    return this.open;
  }

  /** There is reason for hope, e.g. a new connection: lets the next probe in without waiting. */
  hope(): void {
    this.#openUntil = -Infinity;
  }
}
