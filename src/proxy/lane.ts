// One direction of a session: messages are handled strictly in order, and the sender is held back while they wait.
// In order means that one slow decision (a rate limit's backend, at most its deadline) delays what the same peer sent
// after it, a cancellation too: a cancellation that overtook its request would cancel nothing.

/** Why a peer is not being read: its messages wait, cannot be passed on, are no longer wanted, or it does not read. */
export type HoldReason = "queue" | "slow_peer" | "closing" | "slow_self";

/** Pauses a source while at least one reason holds. */
export class Gate {
  readonly #held = new Set<HoldReason>();
  readonly #source: { pause(): void; resume(): void };

  /** @param source What is paused and resumed. */
  constructor(source: { pause(): void; resume(): void }) {
    this.#source = source;
  }

  /** Adds a reason to wait. */
  hold(reason: HoldReason): void {
    if (this.#held.size === 0) this.#source.pause();
    this.#held.add(reason);
  }

  /** Takes a reason away. */
  release(reason: HoldReason): void {
    if (this.#held.delete(reason) && this.#held.size === 0) this.#source.resume();
  }
}

/** Messages that may wait before their sender is held back. */
const HIGH_COUNT = 64;

/** What a lane is made of. @typeParam T What one message is here: its bytes, or what was read of them. */
export interface LaneOptions<T> {
  /** Handles one message; the next one waits for its promise. */
  handle: (message: T) => Promise<void> | void;
  /** Told what `handle` threw; must not throw itself. */
  failed: (error: unknown) => void;
  /** Holds the sender back. */
  gate: Gate;
  /** Waiting bytes at which the sender is held back. */
  highBytes: number;
}

/** An ordered queue with one worker. @typeParam T What one message is. */
export class Lane<T = Uint8Array> {
  #waiting: { message: T; size: number }[] = [];
  #bytes = 0;
  #running = false;
  #closed = false;
  #idle: (() => void)[] = [];
  readonly #options: LaneOptions<T>;

  /** @param options What the lane is made of. */
  constructor(options: LaneOptions<T>) {
    this.#options = options;
  }

  /**
   * Queues one message; nothing after `close`.
   *
   * @param message The message.
   * @param size Its size on the wire, bytes.
   */
  push(message: T, size: number): void {
    if (this.#closed) return;
    this.#waiting.push({ message, size });
    this.#bytes += size;
    if (this.#waiting.length >= HIGH_COUNT || this.#bytes >= this.#options.highBytes) {
      this.#options.gate.hold("queue");
    }
    if (!this.#running) void this.#run();
  }

  /** Drops what waits and takes no more. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  /** Resolves when nothing waits and nothing is being handled. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    const { handle, failed, gate, highBytes } = this.#options;
    this.#running = true;
    while (this.#waiting.length > 0) {
      // One swap a round instead of a shift per message keeps a long queue linear.
      const batch = this.#waiting;
      this.#waiting = [];
      for (const { message, size } of batch) {
        if (this.#closed) break;
        try {
          const pending = handle(message);
          if (pending !== undefined) await pending;
        } catch (error) {
          failed(error);
        }
        this.#bytes -= size;
      }
      if (this.#waiting.length < HIGH_COUNT && this.#bytes < highBytes) gate.release("queue");
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
