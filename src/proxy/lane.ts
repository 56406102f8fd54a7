// One direction of a session: messages are handled strictly in order, and the sender is held back while they wait.

/** Why a peer is not being read right now. */
export type HoldReason = "queue" | "slow_peer";

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

/** An ordered queue with one worker. */
export class Lane {
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #running = false;
  #closed = false;
  #idle: (() => void)[] = [];
  readonly #handle: (bytes: Uint8Array) => Promise<void> | void;
  readonly #gate: Gate;
  readonly #highBytes: number;

  /**
   * @param handle Handles one message; must not throw.
   * @param gate Holds the sender back.
   * @param highBytes Waiting bytes at which the sender is held back.
   */
  constructor(
    handle: (bytes: Uint8Array) => Promise<void> | void,
    gate: Gate,
    highBytes: number,
  ) {
    this.#handle = handle;
    this.#gate = gate;
    this.#highBytes = highBytes;
  }

  /** Queues one message; nothing after `close`. */
  push(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#waiting.push(bytes);
    this.#bytes += bytes.byteLength;
    if (this.#waiting.length >= HIGH_COUNT || this.#bytes >= this.#highBytes) {
      this.#gate.hold("queue");
    }
    if (!this.#running) void this.#run();
  }

  /** Drops what waits and takes no more. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#bytes = 0;
  }

  /** Resolves when nothing waits and nothing is being handled. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      // One swap a round instead of a shift per message keeps a long queue linear.
      const batch = this.#waiting;
      this.#waiting = [];
      for (const bytes of batch) {
        if (this.#closed) break;
        const pending = this.#handle(bytes);
        if (pending !== undefined) await pending;
        this.#bytes -= bytes.byteLength;
      }
      if (this.#waiting.length < HIGH_COUNT && this.#bytes < this.#highBytes) {
        this.#gate.release("queue");
      }
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
