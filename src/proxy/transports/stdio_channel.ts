// Newline-delimited JSON over two pipes as a Channel (MCP, basic/transports, "stdio"): limits, back pressure, and an
// end that loses nothing. Whose pipes they are does not matter here.

import { Buffer } from "node:buffer";
import { WriteQueue } from "./byte_stream.ts";
import type { Channel, ChannelHandlers, CloseInfo } from "./channel.ts";
import { LineSplitter } from "./stdio_lines.ts";
import type { StdioLimits } from "./stdio_limits.ts";
import type { PipeReader, PipeWriter } from "./stdio_pipe.ts";

/** What a connection is made of. */
export interface LineChannelParts {
  /** Messages of the peer. */
  input: PipeReader;
  /** Messages to the peer. */
  output: PipeWriter;
  /** Who the peer is, for the audit. */
  remote: string;
  /** Bounds and deadlines. */
  limits: StdioLimits;
  /** Milliseconds to go on reading when writing has failed: a peer that has ended may have said something before. */
  readOnMs?: number;
}

/** A connection over two pipes. */
export class LineChannel implements Channel {
  /** {@inheritDoc Channel.transport} */
  readonly transport = "stdio";
  /** {@inheritDoc Channel.remote} */
  readonly remote: string;
  readonly #input: PipeReader;
  readonly #output: PipeWriter;
  readonly #limits: StdioLimits;
  readonly #queue: WriteQueue;
  readonly #lines: LineSplitter;
  #handlers: ChannelHandlers | undefined;
  #end: CloseInfo | undefined; // set when closing begins
  #done = false;
  #paused = false;
  #wake: (() => void) | undefined;
  #full = false; // send() returned false and onDrain is owed
  #longLines = 0;
  #slowTimer: ReturnType<typeof setTimeout> | undefined;
  #closeTimer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Takes the pipes over.
   *
   * @param parts What the connection is made of.
   */
  constructor(parts: LineChannelParts) {
    this.#input = parts.input;
    this.#output = parts.output;
    this.#limits = parts.limits;
    this.remote = parts.remote;
    this.#queue = new WriteQueue({
      write: (bytes, done) => {
        parts.output.write(bytes).then(() => done(true), () => done(false));
      },
      onWritten: () => this.#onWritten(),
      onFailed: () => this.#outputGone(parts.readOnMs ?? 0),
      onFlushed: () => this.#finishClosing(),
    });
    this.#lines = new LineSplitter(parts.limits.messageBytes, {
      onLine: (bytes) => {
        if (this.#end === undefined) this.#call((handlers) => handlers.onMessage(bytes));
      },
      onTooLong: () => this.#tooLong(),
    });
  }

  /** {@inheritDoc Channel.start} */
  start(handlers: ChannelHandlers): void {
    this.#handlers = handlers;
    if (this.#done) return queueMicrotask(() => handlers.onClose(this.#end!));
    void this.#read();
  }

  /**
   * {@inheritDoc Channel.send}
   *
   * @throws {TypeError} For a text with a line feed.
   */
  send(text: string): boolean {
    if (this.#end !== undefined) return false;
    if (this.#queue.pending >= this.#limits.hardCapBytes) {
      this.#slowReader();
      return false;
    }
    // JSON as the guard writes it has no LF: one would smuggle a second message
    if (text.includes("\n")) throw new TypeError("Cannot send a message with a line feed");
    this.#queue.push(Buffer.from(oneLine(text) + "\n"));
    if (this.#queue.pending < this.#limits.highWaterBytes) return !this.#full;
    this.#full = true;
    if (this.#limits.slowReaderMs > 0) {
      this.#slowTimer ??= setTimeout(() => this.#slowReader(), this.#limits.slowReaderMs);
    }
    return false;
  }

  /** {@inheritDoc Channel.bufferedBytes} */
  get bufferedBytes(): number {
    return this.#queue.pending;
  }

  /** Bytes of memory held for a line that is not whole yet. */
  get heldBytes(): number {
    return this.#lines.heldBytes;
  }

  /** True while nothing is read because of `pause`. */
  get paused(): boolean {
    return this.#paused;
  }

  /** {@inheritDoc Channel.pause} */
  pause(): void {
    if (this.#end === undefined) this.#paused = true;
  }

  /** {@inheritDoc Channel.resume} */
  resume(): void {
    this.#paused = false;
    this.#wake?.();
    this.#wake = undefined;
  }

  /** {@inheritDoc Channel.close} */
  close(code: number, reason: string): void {
    this.#beginClose({ code, reason, local: true });
  }

  /**
   * Ends at once, whatever is queued. Idempotent.
   *
   * @param info Why; unless closing has begun for another reason.
   */
  finish(info: CloseInfo): void {
    this.#end ??= info;
    if (this.#done) return;
    this.#done = true;
    this.#lines.stop();
    this.#queue.kill();
    clearTimeout(this.#slowTimer);
    clearTimeout(this.#closeTimer);
    this.#input.close();
    this.#output.close();
    this.resume();
    this.#handlers?.onClose(this.#end);
  }

  async #read(): Promise<void> {
    await Promise.resolve(); // never deliver within start()
    try {
      while (true) {
        await this.#wanted();
        if (this.#end !== undefined) return;
        const chunk = await this.#input.read();
        await this.#wanted(); // a pause holds even what has just come
        if (this.#end !== undefined) return;
        if (chunk === null) return this.#inputEnded();
        this.#lines.push(chunk);
        if (this.#lines.skippedBytes > this.#limits.skipBytes) {
          this.#fail(1009, TOO_BIG, "a line without end");
        }
      }
    } catch {
      this.finish({ code: 1006, reason: "reading from the peer failed", local: false });
    }
  }

  async #wanted(): Promise<void> {
    while (this.#paused) await new Promise<void>((resolve) => this.#wake = resolve);
  }

  /** The peer says no more; it may still wait for answers, as in `printf ... | mcpguard run`. */
  #inputEnded(): void {
    if (this.#lines.end()) {
      return this.#fail(1006, "stdio.truncated", "the input ended within a line", false);
    }
    if (this.#handlers!.onEnd !== undefined) return this.#call((handlers) => handlers.onEnd!());
    this.finish({ code: 1000, reason: "the input ended", local: false });
  }

  #outputGone(readOnMs: number): void {
    const end = (): void =>
      this.finish({ code: 1006, reason: "the peer reads no more", local: false });
    if (readOnMs === 0 || this.#end !== undefined) return end();
    this.#closeTimer = setTimeout(end, readOnMs);
  }

  #tooLong(): void {
    if (this.#end !== undefined) return;
    this.#longLines++;
    const last = this.#longLines >= this.#limits.longLines;
    const { onViolation } = this.#handlers!;
    // nobody to answer for a dropped request: better to hang up than to leave its sender waiting
    if (onViolation !== undefined) this.#call((handlers) => handlers.onViolation!(TOO_BIG));
    if (onViolation === undefined || last) this.#fail(1009, TOO_BIG, "a line was too long");
  }

  /** Runs a handler; one that throws ends its connection, not the process. */
  #call(run: (handlers: ChannelHandlers) => void): void {
    try {
      run(this.#handlers!);
    } catch (cause) {
      this.#beginClose({
        ...{ code: 1011, reason: "internal error", local: true },
        ...{ violation: "stdio.handler_failed", cause },
      });
    }
  }

  #onWritten(): void {
    if (this.#end !== undefined || !this.#full) return;
    if (this.#queue.pending >= this.#limits.highWaterBytes / 2) return;
    this.#full = false;
    clearTimeout(this.#slowTimer);
    this.#slowTimer = undefined;
    this.#call((handlers) => handlers.onDrain());
  }

  #slowReader(): void {
    this.#queue.drop();
    this.#fail(1013, "stdio.slow_reader", "the peer reads too slowly");
  }

  #fail(code: number, violation: string, reason: string, local = true): void {
    this.#beginClose({ code, reason, local, violation });
  }

  /** Reads nothing more, writes what is queued, at most `closeMs`. */
  #beginClose(info: CloseInfo): void {
    if (this.#end !== undefined) return;
    this.#end = info;
    this.#lines.stop();
    clearTimeout(this.#slowTimer);
    clearTimeout(this.#closeTimer);
    this.resume();
    this.#closeTimer = setTimeout(() => {
      info.terminated = true;
      this.finish(info);
    }, this.#limits.closeMs);
    this.#queue.end();
  }

  #finishClosing(): void {
    this.finish(this.#end!);
  }
}

const TOO_BIG = "stdio.message_too_big";

/**
 * Writes out what some readers take for the end of a line (STD-002): in JSON these stand in texts only, where an escape
 * means the same.
 */
function oneLine(text: string): string {
  return text.replace(
    /[\u0085\u2028\u2029]/g,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
