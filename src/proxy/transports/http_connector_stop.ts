// Ends a chain of steps (exchanges, pauses) from outside, while each step may end by its own deadline.

/** A way to end whatever step goes on, and all that would follow. */
export class Stop {
  #step: AbortController | null = null;
  #ended = false;

  /** Whether everything is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Begins a step; the one before must be over.
   *
   * @returns The step's own controller, which ends the step alone.
   */
  step(): AbortController {
    this.#step = new AbortController();
    if (this.#ended) this.#step.abort();
    return this.#step;
  }

  /** Ends the step that goes on, and every later one at once. */
  end(): void {
    this.#ended = true;
    this.#step?.abort();
  }
}
