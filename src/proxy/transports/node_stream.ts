// The byte stream of a socket that node:http handed over at an upgrade.

import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { type ByteStream, type ByteStreamHandlers, WriteQueue } from "./byte_stream.ts";

/** Wraps a node socket. */
export class NodeStream implements ByteStream {
  readonly #socket: Duplex;
  readonly #queue: WriteQueue;
  #handlers: ByteStreamHandlers | undefined;
  #gone = false;
  #paused = false;

  /**
   * Takes the socket over; it stays paused until `start`.
   *
   * @param socket The socket; it must not be read by anyone else any more.
   * @param head Bytes of the peer that were read already.
   */
  constructor(socket: Duplex, head: Buffer) {
    this.#socket = socket;
    socket.pause();
    if (head.length > 0) socket.unshift(head);
    const gone = (): void => this.#onGone();
    // an error without a listener would end the process; "close" follows it
    socket.on("error", gone);
    socket.on("close", gone);
    this.#queue = new WriteQueue({
      write: (bytes, done) => void socket.write(bytes, (error) => done(!error)),
      onWritten: () => this.#handlers?.onWritten(),
      onFailed: gone,
      onFlushed: () => void socket.end(),
    });
  }

  /** {@inheritDoc ByteStream.start} */
  start(handlers: ByteStreamHandlers): void {
    this.#handlers = handlers;
    if (this.#gone) return queueMicrotask(() => handlers.onGone());
    this.#socket.on("data", (chunk: Buffer) => {
      if (!this.#gone) handlers.onData(chunk);
    });
    this.#socket.on("end", () => {
      if (!this.#gone) handlers.onEnd();
    });
    if (!this.#paused) this.#socket.resume();
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
    this.#socket.pause();
  }

  /** {@inheritDoc ByteStream.resume} */
  resume(): void {
    this.#paused = false;
    if (this.#handlers !== undefined) this.#socket.resume();
  }

  /** {@inheritDoc ByteStream.end} */
  end(): void {
    this.#queue.end();
  }

  /** {@inheritDoc ByteStream.destroy} */
  destroy(): void {
    this.#socket.destroy();
    this.#onGone();
  }

  #onGone(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#queue.kill();
    this.#socket.destroy();
    this.#handlers?.onGone();
  }
}
