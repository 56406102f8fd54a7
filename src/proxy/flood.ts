// How many messages one peer may send that no other limit counts: pings and lists of clients, nonsense of servers.

/** A bucket that fills with time. */
export class Flood {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #at: number | null = null;

  /**
   * @param perSecond Messages per second that may go on for ever.
   * @param burst Messages at once.
   */
  constructor(perSecond: number, burst: number = 2 * perSecond) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
  }

  /**
   * Counts one message.
   *
   * @param now Monotonic milliseconds.
   * @returns False where it is one too many.
   */
  take(now: number): boolean {
    const since = now - (this.#at ?? now);
    this.#at = now;
    this.#left = Math.min(this.#burst, this.#left + since * this.#perSecond / 1000);
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
