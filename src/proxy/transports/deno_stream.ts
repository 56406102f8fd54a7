// The byte stream of a Deno connection, for the upstream side: one read buffer, reads only while wanted.

import { type ByteStream, type ByteStreamHandlers, WriteQueue } from "./byte_stream.ts";

/** The read buffer starts small, as most connections are quiet, and doubles while reads fill it. */
const FIRST_READ_BYTES = 4096;
const LAST_READ_BYTES = 65536;

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  let at = await conn.write(bytes);
  while (at < bytes.length) at += await conn.write(bytes.subarray(at));
}

/** Wraps a TCP or TLS connection. */
export class DenoStream implements ByteStream {
  readonly #conn: Deno.Conn;
  readonly #queue: WriteQueue;
  #head: Uint8Array;
  #handlers: ByteStreamHandlers | undefined;
  #gone = false;
  #paused = false;
  #wake: (() => void) | undefined;

  /**
   * Takes the connection over.
   *
   * @param conn The connection; it belongs to the stream.
   * @param head Bytes of the peer that were read already.
   */
  constructor(conn: Deno.Conn, head: Uint8Array) {
    this.#conn = conn;
    this.#head = head;
    this.#queue = new WriteQueue({
      write: (bytes, done) => {
        writeAll(conn, bytes).then(() => done(true), () => done(false));
      },
      onWritten: () => this.#handlers?.onWritten(),
      onFailed: () => this.#onGone(),
      // the server ends a WebSocket connection first (RFC 6455 section 7.1.1): nothing to do but wait for it
      onFlushed: () => {},
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
    this.#handlers?.onGone();
  }
}
