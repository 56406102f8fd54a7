// A server's program that ends again and again by itself: after some times it is not started for a while, and each
// further time for longer, so that a crash loop costs its clients a refusal instead of the machine its processes.

/** How a crash loop is told from bad luck. */
export interface CrashLoopOptions {
  /** Monotonic milliseconds. */
  now: () => number;
  /** Ends within `windowMs` after which nothing is started; 5 by default. */
  ends?: number;
  /** Milliseconds in which they count; 60,000 by default. */
  windowMs?: number;
  /** Milliseconds of the first pause; 1,000 by default. Each further one is twice as long. */
  pauseMs?: number;
  /** Milliseconds of the longest pause; 60,000 by default. */
  maxPauseMs?: number;
}

/** Counts ends, and says when a program may be started. */
export class CrashLoop {
  readonly #now: () => number;
  readonly #ends: number;
  readonly #windowMs: number;
  readonly #pauseMs: number;
  readonly #maxPauseMs: number;
  #times: number[] = [];
  #pauses = 0;
  #until = -Infinity;
  #trying = false;

  /** @param options How it is told from bad luck. */
  constructor(options: CrashLoopOptions) {
    this.#now = options.now;
    this.#ends = options.ends ?? 5;
    this.#windowMs = options.windowMs ?? 60_000;
    this.#pauseMs = options.pauseMs ?? 1000;
    this.#maxPauseMs = options.maxPauseMs ?? 60_000;
  }

  /**
   * Asks to start the program. After a pause one start at a time is let through, until one of them holds.
   *
   * @returns Null where it may be started; else milliseconds until it may be tried again.
   */
  enter(): number | null {
    if (this.#pauses === 0) return null;
    const wait = this.#until - this.#now();
    if (wait > 0) return wait;
    if (this.#trying) return this.#pauseMs;
    this.#trying = true;
    return null;
  }

  /** The program has ended by itself, or could not be started at all. */
  ended(): void {
    const now = this.#now();
    this.#trying = false;
    this.#times = this.#times.filter((at) => now - at < this.#windowMs);
    this.#times.push(now);
    if (this.#times.length < this.#ends && this.#pauses === 0) return;
    this.#until = now + Math.min(this.#maxPauseMs, this.#pauseMs * 2 ** this.#pauses);
    this.#pauses++;
  }

  /** The program was asked to end before it could show anything: that says nothing. */
  left(): void {
    this.#trying = false;
  }

  /** The program has served: the pauses begin anew. */
  held(): void {
    this.#times = [];
    this.#pauses = 0;
    this.#trying = false;
  }
}
