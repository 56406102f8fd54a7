// What tests of pipes share: pipe ends in memory, and handlers that write down what they are told.

import type { Channel, CloseInfo } from "./channel.ts";
import type { ReadableFile, WritableFile } from "./stdio_pipe.ts";

/** A file to read from, fed by a test. */
export class FakeInput implements ReadableFile {
  /** How often `read` was called. */
  reads = 0;
  /** Whether it was closed. */
  closed = false;
  #waiting: (() => void) | undefined;
  readonly #chunks: (Uint8Array | Error | null)[] = [];

  /** Lets the next reads find this; null is the end. */
  feed(...chunks: (string | Uint8Array | Error | null)[]): void {
    for (const chunk of chunks) {
      this.#chunks.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
    }
    this.#waiting?.();
  }

  /** {@inheritDoc ReadableFile.read} */
  async read(buffer: Uint8Array): Promise<number | null> {
    this.reads++;
    while (this.#chunks.length === 0) await new Promise<void>((resolve) => this.#waiting = resolve);
    const chunk = this.#chunks.shift()!;
    if (chunk instanceof Error) throw chunk;
    if (chunk === null) return null;
    buffer.set(chunk.subarray(0, buffer.length));
    if (chunk.length > buffer.length) this.#chunks.unshift(chunk.subarray(buffer.length));
    return Math.min(chunk.length, buffer.length);
  }

  /** {@inheritDoc ReadableFile.close} */
  close(): void {
    this.closed = true;
  }
}

/** A file to write to that takes as much as a test allows. */
export class FakeOutput implements WritableFile {
  /** All that was taken. */
  text = "";
  /** Whether it was closed. */
  closed = false;
  /** What the next write throws. */
  failure: Error | undefined;
  #room: number;
  #waiting: (() => void) | undefined;

  /** @param room Bytes taken before writes wait. */
  constructor(room = Infinity) {
    this.#room = room;
  }

  /** Takes so many more bytes. */
  allow(room: number): void {
    this.#room += room;
    this.#waiting?.();
  }

  /** {@inheritDoc WritableFile.write} */
  async write(bytes: Uint8Array): Promise<number> {
    while (this.#room === 0) await new Promise<void>((resolve) => this.#waiting = resolve);
    const { failure } = this;
    if (failure !== undefined) {
      this.failure = undefined;
      throw failure;
    }
    const count = Math.min(bytes.length, this.#room, 1000);
    this.#room -= count;
    this.text += new TextDecoder().decode(bytes.subarray(0, count));
    return count;
  }

  /** {@inheritDoc WritableFile.close} */
  close(): void {
    this.closed = true;
  }
}

/** What a channel has told. */
export interface Told {
  /** Every message, in order. */
  messages: string[];
  /** Everything else, in order. */
  events: string[];
  /** Resolves at `onClose`. */
  closed: Promise<CloseInfo>;
  /** Resolves when so many messages are there. */
  messagesAre(count: number): Promise<string[]>;
  /** Resolves at the next event other than a message, or one already there. */
  event(name: string): Promise<void>;
}

/**
 * Starts a channel and writes down what it tells.
 *
 * @param channel The channel.
 * @param optional Which of the optional handlers it gets.
 * @param onMessage Called for each message as well.
 * @returns What it tells.
 */
export function listenTo(
  channel: Channel,
  optional: { onEnd?: boolean; onViolation?: boolean } = {},
  onMessage: (text: string) => void = () => {},
): Told {
  const messages: string[] = [];
  const events: string[] = [];
  const closed = Promise.withResolvers<CloseInfo>();
  const waiters = new Set<() => void>();
  const until = (ready: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (ready()) resolve();
        else if (events.includes("close")) reject(new Error(`closed first: ${events.join()}`));
        else return;
        waiters.delete(look);
      };
      waiters.add(look);
      look();
    });
  const tell = (event: string): void => {
    events.push(event);
    for (const look of waiters) look();
  };
  channel.start({
    onMessage: (bytes) => {
      const text = new TextDecoder().decode(bytes);
      messages.push(text);
      for (const look of waiters) look();
      onMessage(text);
    },
    onDrain: () => tell("drain"),
    onClose: (info) => {
      tell("close");
      closed.resolve(info);
    },
    ...(optional.onEnd && { onEnd: () => tell("end") }),
    ...(optional.onViolation && { onViolation: (violation: string) => tell(violation) }),
  });
  return {
    messages,
    events,
    closed: closed.promise,
    messagesAre: async (count) => {
      await until(() => messages.length >= count);
      return messages;
    },
    event: (name) => until(() => events.includes(name)),
  };
}
