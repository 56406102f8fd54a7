// The byte stream of a Deno connection: one read buffer, reads only while wanted.

import { type ByteStream, type ByteStreamHandlers, WriteQueue } from "./byte_stream.ts";

/** The read buffer starts small, as most connections are quiet, and doubles while reads fill it. */
const FIRST_READ_BYTES = 4096;
const LAST_READ_BYTES = 65536;

/**
 * Writes all of some bytes.
 *
 * @param conn The connection.
 * @param bytes The bytes.
 */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  let at = await conn.write(bytes);
  while (at < bytes.length) at += await conn.write(bytes.subarray(at));
}

/** What a stream is made of. */
export interface DenoStreamParts {
  /** The connection; it belongs to the stream. */
  conn: Deno.Conn;
  /** Bytes of the peer that were read already. */
  head: Uint8Array;
  /** A read that is under way, and what it reads; null at the end. */
  first?: Promise<Uint8Array | null> | undefined;
  /** Sends FIN; absent: `end` only means that nothing more is written. */
  closeWrite?: (() => Promise<void>) | undefined;
  /** Called once, when the connection is closed. */
  onClosed?: (() => void) | undefined;
}

/** Wraps a TCP or TLS connection. */
export class DenoStream implements ByteStream {
  readonly #conn: Deno.Conn;
  readonly #queue: WriteQueue;
  #head: Uint8Array;
  #first: Promise<Uint8Array | null> | undefined;
  readonly #onClosed: (() => void) | undefined;
  #handlers: ByteStreamHandlers | undefined;
  #gone = false;
  #paused = false;
  #wake: (() => void) | undefined;

  /**
   * Takes the connection over.
   *
   * @param parts What it is made of.
   */
  constructor(parts: DenoStreamParts) {
    const { conn } = parts;
    this.#conn = conn;
    this.#head = parts.head;
    this.#first = parts.first;
    this.#first?.catch(() => {}); // it is awaited in start(), which may never come
    this.#onClosed = parts.onClosed;
    this.#queue = new WriteQueue({
      write: (bytes, done) => {
        writeAll(conn, bytes).then(() => done(true), () => done(false));
      },
      onWritten: () => this.#handlers?.onWritten(),
      onFailed: () => this.#onGone(),
      onFlushed: () => {
        parts.closeWrite?.().catch(() => this.#onGone());
      },
    });
  }

  /** {@inheritDoc ByteStream.start} */
  start(handlers: ByteStreamHandlers): void {
    this.#handlers = handlers;
    if (this.#gone) return queueMicrotask(() => handlers.onGone());
    this.#read(handlers).catch(() => this.#onGone());
  }

  async #read(handlers: ByteStreamHandlers): Promise<void> {
    let buffer = new Uint8Array(FIRST_READ_BYTES);
    await Promise.resolve(); // never deliver within start()
    const head = this.#head;
    this.#head = buffer.subarray(0, 0);
    await this.#wanted();
    if (head.length > 0 && !this.#gone) handlers.onData(head);
    if (this.#first !== undefined) {
      const chunk = await this.#first;
      this.#first = undefined;
      await this.#wanted();
      if (this.#gone) return;
      if (chunk === null) return handlers.onEnd();
      handlers.onData(chunk);
    }
    while (!this.#gone) {
      const count = await this.#conn.read(buffer);
      await this.#wanted();
      if (this.#gone) return;
      if (count === null) return handlers.onEnd();
      handlers.onData(buffer.subarray(0, count));
      if (count === buffer.length && count < LAST_READ_BYTES) buffer = new Uint8Array(count * 2);
    }
  }

  #wanted(): Promise<void> | undefined {
    if (!this.#paused || this.#gone) return undefined;
    return new Promise((resolve) => this.#wake = resolve);
  }

  /** {@inheritDoc ByteStream.write} */
  write(bytes: Uint8Array): void {
    this.#queue.push(bytes);
  }

  /** {@inheritDoc ByteStream.pending} */
  get pending(): number {
    return this.#queue.pending;
  }

  /** {@inheritDoc ByteStream.drop} */
  drop(): void {
    this.#queue.drop();
  }

  /** {@inheritDoc ByteStream.pause} */
  pause(): void {
    this.#paused = true;
  }

  /** {@inheritDoc ByteStream.resume} */
  resume(): void {
    this.#paused = false;
    this.#wake?.();
    this.#wake = undefined;
  }

  /** {@inheritDoc ByteStream.end} */
  end(): void {
    this.#queue.end();
  }

  /** {@inheritDoc ByteStream.destroy} */
  destroy(): void {
    this.#onGone();
  }

  #onGone(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#queue.kill();
    try {
      this.#conn.close();
    } catch {
      // closed by the runtime already
    }
    this.resume();
    this.#onClosed?.();
    this.#handlers?.onGone();
  }
}
