// What waits to be sent to a server over HTTP: in order, one at a time where order matters, and counted.

import type { MessageInfo } from "./channel.ts";

/** A message on its way out. */
export interface Outgoing {
  /** The message. */
  text: string;
  /** What it is. */
  about: MessageInfo;
}

/** What an outbox is made of. */
export interface OutboxOptions {
  /** Queued bytes at which `push` returns false. */
  highWaterBytes: number;
  /** Sends one message. What it returns is waited for before the next one is sent; must not reject. */
  deliver: (message: Outgoing) => Promise<void> | void;
  /** Called when the queue has fallen below half the mark after `push` returned false. */
  drained: () => void;
}

/** An ordered queue of messages. */
export class Outbox {
  readonly #options: OutboxOptions;
  #waiting: Outgoing[] = [];
  #bytes = 0;
  #running: Promise<void> | null = null;
  #full = false;

  /** @param options What it is made of. */
  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** UTF-16 code units queued, the message that is being taken by the server included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when nothing waits. */
  get idle(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  /** Queues a message. Returns false above the high-water mark. */
  push(message: Outgoing): boolean {
    this.#waiting.push(message);
    this.#bytes += message.text.length;
    this.#running ??= this.#run();
    if (this.#bytes >= this.#options.highWaterBytes) this.#full = true;
    return !this.#full;
  }

  /** Takes a request out that has not been sent. Returns whether there was one. */
  withdraw(id: string): boolean {
    const at = this.#waiting.findIndex(({ about }) => about.kind === "request" && about.id === id);
    if (at < 0) return false;
    this.#bytes -= this.#waiting.splice(at, 1)[0]!.text.length;
    return true;
  }

  async #run(): Promise<void> {
    const { deliver, drained, highWaterBytes } = this.#options;
    // Even the first one goes out later than `push` returns, so that no handler is called from within it.
    await null;
    while (this.#waiting.length > 0) {
      const message = this.#waiting.shift()!;
      const taken = deliver(message);
      if (taken !== undefined) await taken;
      this.#bytes -= message.text.length;
      if (this.#full && this.#bytes < highWaterBytes / 2) {
        this.#full = false;
        drained();
      }
    }
    this.#running = null;
  }
}
