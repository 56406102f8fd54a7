// Cuts a stream of bytes into lines (MCP, basic/transports: one JSON message a line) in linear time, holding at most
// one line: the only place that knows where a message of a pipe begins and ends.

import { copyPayload, MessageBuffer } from "./message_buffer.ts";

const LF = 10;
const CR = 13;

/** Where lines go; called during `push` and `end`, in order. */
export interface LineHandlers {
  /** One whole line without its LF; the bytes belong to the callee. Never empty, and never a CR alone. */
  onLine(bytes: Uint8Array): void;
  /**
   * A line is longer than the limit: told as soon as that is known, once a line; the rest is dropped up to its LF.
   *
   * @param head What was held of it, at most the limit.
   */
  onTooLong(head: Uint8Array): void;
}

/** An incremental splitter for one stream. */
export class LineSplitter {
  readonly #limit: number;
  readonly #handlers: LineHandlers;
  readonly #line = new MessageBuffer();
  #skipping = false;
  #skipped = 0;
  #ended = false;

  /**
   * Starts at the beginning of a line.
   *
   * @param limit Most bytes of a line, its LF not counted; 1 or more.
   * @param handlers Where lines go.
   */
  constructor(limit: number, handlers: LineHandlers) {
    this.#limit = limit;
    this.#handlers = handlers;
  }

  /** Bytes of memory held for the unfinished line. */
  get heldBytes(): number {
    return this.#line.capacity;
  }

  /** Bytes dropped of the latest line that was too long, its head not counted. */
  get skippedBytes(): number {
    return this.#skipped;
  }

  /**
   * Reads the next bytes; they are copied where needed. A handler may call `stop` meanwhile.
   *
   * @param chunk Bytes as they came.
   */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.#ended) {
      const found = chunk.indexOf(LF, at);
      const end = found < 0 ? chunk.length : found;
      if (this.#skipping) this.#skipped += end - at;
      else this.#take(chunk, at, end, found >= 0);
      if (found >= 0) this.#skipping = false;
      at = end + 1;
    }
  }

  /** Ignores everything from now on and frees the unfinished line. */
  stop(): void {
    this.#ended = true;
    this.#line.clear();
  }

  /**
   * The stream has ended; what is held is no message, as its sender may have meant to go on.
   *
   * @returns True when it ended within a line.
   */
  end(): boolean {
    const torn = !this.#ended && (this.#skipping || this.#line.length > 0);
    this.stop();
    return torn;
  }

  #take(chunk: Uint8Array, from: number, to: number, whole: boolean): void {
    const count = to - from;
    if (this.#line.length + count > this.#limit) return this.#tooLong(chunk, from, to);
    // most lines lie within one chunk and need no buffer
    if (whole && this.#line.length === 0) {
      const blank = count === 0 || (count === 1 && chunk[from] === CR);
      if (!blank) this.#handlers.onLine(copyPayload(chunk, from, count, undefined));
      return;
    }
    if (count > 0) this.#line.append(chunk, from, count, undefined, 0, Infinity, this.#limit);
    if (!whole) return;
    const line = this.#line.take();
    if (line.length > 1 || line[0] !== CR) this.#handlers.onLine(line);
  }

  #tooLong(chunk: Uint8Array, from: number, to: number): void {
    const room = this.#limit - this.#line.length;
    this.#line.append(chunk, from, room, undefined, 0, Infinity, this.#limit);
    this.#skipping = true;
    this.#skipped = to - from - room;
    this.#handlers.onTooLong(this.#line.take());
  }
}
