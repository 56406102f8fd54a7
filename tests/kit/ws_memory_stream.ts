// A byte stream without a socket: tests push the peer's bytes, and see what was written and when reading stopped.

import type { ByteStream, ByteStreamHandlers } from "../../src/proxy/transports/byte_stream.ts";
import { concat, parseFrame, type RawFrame } from "./ws_raw_frames.ts";

/** A byte stream in memory. */
export class MemoryStream implements ByteStream {
  /** Everything written and taken so far. */
  written: Uint8Array = new Uint8Array(0);
  /** True while the stream is told not to read. */
  paused = false;
  /** True after `end`. */
  ended = false;
  /** True after `destroy`. */
  destroyed = false;
  /** While true, written bytes are taken at once. */
  taking = true;
  /** Called with each write, when set. */
  onWrite: ((bytes: Uint8Array) => void) | undefined;
  #handlers: ByteStreamHandlers | undefined;
  #queue: Uint8Array[] = [];

  /** {@inheritDoc ByteStream.start} */
  start(handlers: ByteStreamHandlers): void {
    this.#handlers = handlers;
  }

  /** {@inheritDoc ByteStream.write} */
  write(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    if (this.taking) this.take();
    this.onWrite?.(bytes);
  }

  /** Takes everything that is queued, as the operating system would. */
  take(): void {
    this.written = concat(this.written, ...this.#queue);
    this.#queue = [];
    this.#handlers?.onWritten();
  }

  /** {@inheritDoc ByteStream.pending} */
  get pending(): number {
    return this.#queue.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  /** {@inheritDoc ByteStream.drop} */
  drop(): void {
    this.#queue = [];
  }

  /** {@inheritDoc ByteStream.pause} */
  pause(): void {
    this.paused = true;
  }

  /** {@inheritDoc ByteStream.resume} */
  resume(): void {
    this.paused = false;
  }

  /** {@inheritDoc ByteStream.end} */
  end(): void {
    this.ended = true;
  }

  /** {@inheritDoc ByteStream.destroy} */
  destroy(): void {
    this.destroyed = true;
  }

  /** The peer sends bytes. */
  push(bytes: Uint8Array): void {
    this.#handlers!.onData(bytes);
  }

  /** The peer sends FIN. */
  peerEnds(): void {
    this.#handlers!.onEnd();
  }

  /** The connection breaks. */
  breaks(): void {
    this.#handlers!.onGone();
  }

  /** The frames written so far. */
  frames(): RawFrame[] {
    const all: RawFrame[] = [];
    let rest = this.written;
    for (let found = parseFrame(rest); found !== undefined; found = parseFrame(rest)) {
      all.push(found.frame);
      rest = rest.subarray(found.size);
    }
    return all;
  }
}
