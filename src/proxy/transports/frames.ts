// The WebSocket frame reader (RFC 6455 section 5): bytes in any pieces in, whole text messages and control frames
// out. One reader for both sides; it keeps at most one message, and throws FrameError for whatever breaks the rules.

import { isUtf8 } from "node:buffer";
import { FrameError, isCloseCode } from "./frame_error.ts";
import { copyPayload, MessageBuffer } from "./message_buffer.ts";

/** The frame types of RFC 6455 that are used here. */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Bounds of the reader. */
export interface FrameLimits {
  /** Largest message, bytes. */
  messageBytes: number;
  /** Most frames in one message. */
  fragments: number;
}

/** Where the reader's finds go; called during `push`, in the order of the frames. */
export interface FrameSink {
  /** A whole text message, valid UTF-8; the bytes belong to the callee. */
  onText(bytes: Uint8Array): void;
  /** A ping with its payload, at most 125 bytes, which belongs to the callee. */
  onPing(payload: Uint8Array): void;
  /** A pong; its payload does not matter here. */
  onPong(): void;
  /** A Close frame: its code, or 1005 where it has none. Nothing is reported after it. */
  onClose(code: number, reason: string): void;
}

const protocolError = (message: string): FrameError => new FrameError(1002, "ws.protocol", message);

/** An incremental frame reader for one connection. */
export class FrameReader {
  readonly #masked: boolean;
  readonly #limits: FrameLimits;
  readonly #sink: FrameSink;
  readonly #head = new Uint8Array(14);
  readonly #control = new Uint8Array(125);
  readonly #message = new MessageBuffer();
  readonly #key = new Uint8Array(4);
  #headLength = 0;
  #headNeed = 2;
  #opcode = 0;
  #fin = false;
  #frameLength = 0;
  #frameRead = -1; // -1 while the header is read
  #fragments = 0; // frames of the open message; 0: none is open
  #ended = false;

  /**
   * Starts at the beginning of a frame.
   *
   * @param side Which side this is: a server demands masked frames, a client refuses them (section 5.1).
   * @param limits Bounds of a message.
   * @param sink Where messages and control frames go.
   */
  constructor(side: "server" | "client", limits: FrameLimits, sink: FrameSink) {
    this.#masked = side === "server";
    this.#limits = limits;
    this.#sink = sink;
  }

  /** Bytes of memory held for the unfinished message. */
  get heldBytes(): number {
    return this.#message.capacity;
  }

  /** True between the first byte of a message or control frame and its last. */
  get midMessage(): boolean {
    return this.#fragments > 0 || this.#headLength > 0;
  }

  /** True after a Close frame, an error, or `end()`: bytes are ignored from there on. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Ignores everything from now on and frees the unfinished message. */
  end(): void {
    this.#ended = true;
    this.#message.clear();
  }

  /**
   * Reads the next bytes of the connection; they are copied where needed.
   *
   * @param chunk Bytes as they came.
   * @returns How many bytes were read: fewer than given when the connection ended within them.
   * @throws {FrameError} When the peer broke the protocol or a limit; the reader has ended then.
   */
  push(chunk: Uint8Array): number {
    let at = 0;
    try {
      while (at < chunk.length && !this.#ended) {
        if (this.#frameRead >= 0) at += this.#payload(chunk, at);
        else {
          this.#head[this.#headLength++] = chunk[at++]!;
          if (this.#headLength === 2) this.#firstBytes(this.#head[0]!, this.#head[1]!);
          if (this.#headLength === this.#headNeed) this.#headDone();
        }
      }
    } catch (error) {
      this.end();
      throw error;
    }
    return at;
  }

  /** Checks what the first two bytes say, before anything more is read of the frame. */
  #firstBytes(first: number, second: number): void {
    const opcode = first & 0x0f;
    const fin = (first & 0x80) !== 0;
    const short = second & 0x7f;
    if ((first & 0x70) !== 0) throw protocolError("reserved bit set");
    if (((second & 0x80) !== 0) !== this.#masked) {
      throw protocolError(this.#masked ? "frame is not masked" : "frame is masked");
    }
    if (opcode >= Opcode.close) {
      if (opcode > Opcode.pong) throw protocolError("reserved opcode");
      if (!fin) throw protocolError("fragmented control frame");
      if (short > 125) throw protocolError("control frame too long");
    } else if (opcode > Opcode.binary) throw protocolError("reserved opcode");
    else if (opcode === Opcode.binary) {
      throw new FrameError(1003, "ws.binary", "only text messages are taken");
    } else if (opcode === Opcode.text && this.#fragments > 0) {
      throw protocolError("new message inside a fragmented one");
    } else if (opcode === Opcode.continuation && this.#fragments === 0) {
      throw protocolError("continuation of nothing");
    }
    this.#opcode = opcode;
    this.#fin = fin;
    this.#frameLength = short;
    this.#headNeed = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (this.#masked ? 4 : 0);
  }

  /** The header is whole: takes the length, checks the limits, and opens the payload. */
  #headDone(): void {
    const head = this.#head;
    if (this.#frameLength === 126) {
      this.#frameLength = head[2]! * 256 + head[3]!;
      if (this.#frameLength < 126) throw protocolError("length is not minimal");
    } else if (this.#frameLength === 127) {
      // a double holds every length that could pass the limit exactly; larger ones only need to stay large
      this.#frameLength = 0;
      for (let i = 2; i < 10; i++) this.#frameLength = this.#frameLength * 256 + head[i]!;
      if (this.#frameLength < 65536) throw protocolError("length is not minimal");
    }
    if (this.#opcode < Opcode.close) {
      // declared, not received, bytes count: nothing is read of a message that cannot pass
      if (this.#message.length + this.#frameLength > this.#limits.messageBytes) {
        throw new FrameError(1009, "ws.message_too_big", "message too big");
      }
      if (++this.#fragments > this.#limits.fragments) {
        throw new FrameError(1008, "ws.fragments", "too many fragments");
      }
    }
    if (this.#masked) {
      for (let i = 0, from = this.#headNeed - 4; i < 4; i++) this.#key[i] = head[from + i]!;
    }
    this.#frameRead = 0;
    if (this.#frameLength === 0) this.#frameDone();
  }

  /** Takes what the chunk holds of the open frame. */
  #payload(chunk: Uint8Array, at: number): number {
    const take = Math.min(chunk.length - at, this.#frameLength - this.#frameRead);
    const key = this.#masked ? this.#key : undefined;
    if (this.#opcode === Opcode.text && this.#fin && take === this.#frameLength) {
      this.#frameEnds();
      this.#fragments = 0;
      this.#text(copyPayload(chunk, at, take, key));
      return take;
    }
    if (this.#opcode < Opcode.close) {
      const whole = this.#message.length - this.#frameRead + this.#frameLength;
      this.#message.append(chunk, at, take, key, this.#frameRead, whole, this.#limits.messageBytes);
    } else {
      for (let i = 0; i < take; i++) {
        const position = this.#frameRead + i;
        this.#control[position] = chunk[at + i]! ^ (key === undefined ? 0 : key[position & 3]!);
      }
    }
    this.#frameRead += take;
    if (this.#frameRead === this.#frameLength) this.#frameDone();
    return take;
  }

  #frameDone(): void {
    const length = this.#frameLength;
    this.#frameEnds();
    if (this.#opcode < Opcode.close) {
      if (!this.#fin) return;
      this.#fragments = 0;
      this.#text(this.#message.take());
    } else if (this.#opcode === Opcode.ping) this.#sink.onPing(this.#control.slice(0, length));
    else if (this.#opcode === Opcode.pong) this.#sink.onPong();
    else this.#close(this.#control.subarray(0, length));
  }

  #frameEnds(): void {
    this.#frameRead = -1;
    this.#headLength = 0;
    this.#headNeed = 2;
  }

  #text(bytes: Uint8Array): void {
    if (!isUtf8(bytes)) throw new FrameError(1007, "ws.utf8", "text is not UTF-8");
    this.#sink.onText(bytes);
  }

  #close(body: Uint8Array): void {
    if (body.length === 1) throw protocolError("close frame of one byte");
    let code = 1005;
    if (body.length > 1) {
      code = body[0]! * 256 + body[1]!;
      if (!isCloseCode(code)) throw protocolError("invalid close code");
      if (!isUtf8(body.subarray(2))) {
        throw new FrameError(1007, "ws.utf8", "close reason is not UTF-8");
      }
    }
    this.end();
    this.#sink.onClose(code, new TextDecoder().decode(body.subarray(2)));
  }
}
