// A connection of bytes under a WebSocket: what the two kinds of socket have in common, and their write queue.

import { Buffer } from "node:buffer";

/** What a byte stream reports. */
export interface ByteStreamHandlers {
  /** Bytes from the peer; the memory is only lent during the call. */
  onData(chunk: Uint8Array): void;
  /** The peer will send no more (FIN). */
  onEnd(): void;
  /** The connection is gone: reset, failed, or destroyed. */
  onGone(): void;
  /** The operating system took some bytes. */
  onWritten(): void;
}

/** A connection of bytes. Nothing is read before `start`. */
export interface ByteStream {
  /** Begins reading. */
  start(handlers: ByteStreamHandlers): void;
  /** Queues bytes; they belong to the stream. */
  write(bytes: Uint8Array): void;
  /** Bytes queued and not yet taken by the operating system. */
  readonly pending: number;
  /** Forgets the queued writes that have not begun. */
  drop(): void;
  /** Stops reading, so that the peer's sends block in the end. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Sends FIN after what is queued, where the socket can do that; reading goes on. */
  end(): void;
  /** Cuts the connection. Idempotent. */
  destroy(): void;
}

/** Most bytes handed to the operating system at once; also up to where small frames are joined. */
const BATCH_BYTES = 65536;

/** Frames in order, one write at a time; frames that queue up meanwhile travel in one write. */
export class WriteQueue {
  readonly #write: (bytes: Uint8Array, done: (ok: boolean) => void) => void;
  readonly #onWritten: () => void;
  readonly #onFailed: () => void;
  readonly #onFlushed: () => void;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #flying = 0;
  #begun = false; // the first waiting piece is the rest of a frame that is partly sent
  #state: "open" | "ended" | "dead" = "open";

  /**
   * Starts empty.
   *
   * @param io How to write (`done` follows when the operating system took all, or failed), and what to tell: each
   * write done, a write failed, everything written after `end`.
   */
  constructor(io: {
    write(bytes: Uint8Array, done: (ok: boolean) => void): void;
    onWritten(): void;
    onFailed(): void;
    onFlushed(): void;
  }) {
    this.#write = io.write;
    this.#onWritten = io.onWritten;
    this.#onFailed = io.onFailed;
    this.#onFlushed = io.onFlushed;
  }

  /** Bytes not yet taken by the operating system. */
  get pending(): number {
    return this.#waitingBytes + this.#flying;
  }

  /**
   * Queues bytes, or writes them at once when nothing waits.
   *
   * @param bytes The next bytes; ignored after `end`.
   */
  push(bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#flying === 0) this.#next();
  }

  /** Forgets what waits, but for the rest of a frame whose beginning is sent. */
  drop(): void {
    this.#waiting.length = this.#begun ? 1 : 0;
    this.#waitingBytes = this.#begun ? this.#waiting[0]!.length : 0;
  }

  /** No more writes: `onFlushed` follows the last one. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    if (this.#flying === 0) this.#onFlushed();
  }

  /** Forgets everything; nothing is told any more. */
  kill(): void {
    this.#state = "dead";
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#flying = 0;
  }

  #next(): void {
    const batch = this.#batch();
    this.#waitingBytes -= batch.length;
    this.#flying = batch.length;
    this.#write(batch, this.#done);
  }

  readonly #done = (ok: boolean): void => {
    if (this.#state === "dead") return;
    if (!ok) {
      this.kill();
      return this.#onFailed();
    }
    this.#flying = 0;
    this.#onWritten();
    if (this.#flying > 0) return; // onWritten queued more
    if (this.#waiting.length > 0) this.#next();
    else if (this.#state === "ended") this.#onFlushed();
  };

  #batch(): Uint8Array {
    const first = this.#waiting[0]!;
    this.#begun = first.length > BATCH_BYTES;
    if (this.#begun) {
      this.#waiting[0] = first.subarray(BATCH_BYTES);
      return first.subarray(0, BATCH_BYTES);
    }
    let count = 1;
    let size = first.length;
    while (count < this.#waiting.length && size + this.#waiting[count]!.length <= BATCH_BYTES) {
      size += this.#waiting[count++]!.length;
    }
    const taken = this.#waiting.splice(0, count);
    return count === 1 ? first : Buffer.concat(taken, size);
  }
}
