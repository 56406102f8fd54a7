// A WebSocket connection as a Channel (RFC 6455): keep-alive, limits, back pressure and the closing handshake, the
// same on both sides. Frames are read and written elsewhere; whose socket it is does not matter here.

import type { ByteStream } from "./byte_stream.ts";
import type { Channel, ChannelHandlers, CloseInfo } from "./channel.ts";
import { FrameError, isCloseCode, type Violation } from "./frame_error.ts";
import { FrameReader, Opcode } from "./frames.ts";
import { closeFrame, frameOf, textFrame } from "./frame_writer.ts";
import { MaskKeys } from "./mask_keys.ts";
import type { WebSocketLimits } from "./ws_limits.ts";
import { KeepAlive, PingBudget } from "./ws_liveness.ts";

/** What a connection is made of. */
export interface WebSocketParts {
  /** The bytes below; the upgrade is done. */
  stream: ByteStream;
  /** Which side this is: a client masks, a server demands masks. */
  side: "server" | "client";
  /** Address of the peer, without port. */
  remote: string;
  /** Bounds and deadlines. */
  limits: WebSocketLimits;
}

/** Bytes of a peer that are read and dropped at most while the connection closes. */
const CLOSING_BYTES = 4 << 20;

/** A WebSocket connection. */
export class WebSocketChannel implements Channel {
  /** {@inheritDoc Channel.transport} */
  readonly transport = "websocket";
  /** {@inheritDoc Channel.remote} */
  readonly remote: string;
  readonly #stream: ByteStream;
  readonly #client: boolean;
  readonly #keys: MaskKeys | undefined;
  readonly #limits: WebSocketLimits;
  readonly #reader: FrameReader;
  readonly #pings: PingBudget;
  readonly #keepAlive: KeepAlive;
  #handlers: ChannelHandlers | undefined;
  #end: CloseInfo | undefined; // set when closing begins
  #closeSent = false;
  #gotClose = false;
  #done = false;
  #peerEnded = false;
  #dropped = 0; // bytes that came after closing began
  #paused = false;
  #full = false; // send() returned false and onDrain is owed
  #latestPing: Uint8Array | undefined; // a ping that waits for room to be answered
  #slowTimer: ReturnType<typeof setTimeout> | undefined;
  #closeTimer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Takes the connection over.
   *
   * @param parts What the connection is made of.
   */
  constructor(parts: WebSocketParts) {
    this.#stream = parts.stream;
    this.#client = parts.side === "client";
    this.#keys = this.#client ? new MaskKeys() : undefined;
    this.#limits = parts.limits;
    this.remote = parts.remote;
    this.#pings = new PingBudget(parts.limits.pingsPerSec);
    this.#keepAlive = new KeepAlive(parts.limits, {
      ping: () => this.#write(frameOf(Opcode.ping, new Uint8Array(0), this.#key())),
      dead: () => this.#vanished("peer does not answer", "ws.dead_peer"),
    });
    this.#reader = new FrameReader(parts.side, parts.limits, {
      onText: (bytes) => {
        if (this.#end === undefined) this.#call((handlers) => handlers.onMessage(bytes));
      },
      onPing: (payload) => this.#onPing(payload),
      onPong: () => this.#pings.take(),
      onClose: (code, reason) => this.#onClose(code, reason),
    });
  }

  /** {@inheritDoc Channel.start} */
  start(handlers: ChannelHandlers): void {
    this.#handlers = handlers;
    if (this.#done) return queueMicrotask(() => handlers.onClose(this.#end!));
    if (this.#end === undefined) this.#keepAlive.start();
    this.#stream.start({
      onData: (chunk) => this.#onData(chunk),
      onEnd: () => this.#onEnd(),
      onGone: () => this.#vanished("connection lost", this.#truncation()),
      onWritten: () => this.#onWritten(),
    });
  }

  /** {@inheritDoc Channel.send} */
  send(text: string): boolean {
    if (this.#end !== undefined) return false;
    if (this.#stream.pending >= this.#limits.hardCapBytes) {
      this.#slowReader();
      return false;
    }
    this.#write(textFrame(text, this.#key()));
    if (this.#stream.pending < this.#limits.highWaterBytes) return !this.#full;
    this.#full = true;
    this.#slowTimer ??= setTimeout(() => this.#slowReader(), this.#limits.slowReaderMs);
    return false;
  }

  /** {@inheritDoc Channel.bufferedBytes} */
  get bufferedBytes(): number {
    return this.#stream.pending;
  }

  /** Bytes of memory held for a message that is not whole yet. */
  get heldBytes(): number {
    return this.#reader.heldBytes;
  }

  /** {@inheritDoc Channel.pause} */
  pause(): void {
    if (this.#end !== undefined) return;
    this.#paused = true;
    this.#keepAlive.suspend(true); // nobody would hear the pong
    this.#stream.pause();
  }

  /** {@inheritDoc Channel.resume} */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#keepAlive.suspend(false);
    this.#stream.resume();
  }

  /**
   * {@inheritDoc Channel.close}
   *
   * A code that may not travel (1006, 1015, ...) is sent as 1011; 1005 sends none.
   */
  close(code: number, reason: string): void {
    const sent = code === 1005 || isCloseCode(code) ? code : 1011;
    this.#beginClose({ code: sent, reason, local: true }, reason);
  }

  #write(frame: Uint8Array): void {
    this.#stream.write(frame);
  }

  /** A fresh masking key, unpredictable (RFC 6455 section 10.3), where this side masks. */
  #key(): Uint8Array | undefined {
    return this.#keys?.next();
  }

  /** Runs a handler; one that throws ends its connection, not the process. */
  #call(run: (handlers: ChannelHandlers) => void): void {
    try {
      run(this.#handlers!);
    } catch (cause) {
      this.#fail(new FrameError(1011, "ws.handler_failed", "internal error", { cause }));
    }
  }

  #onData(chunk: Uint8Array): void {
    this.#keepAlive.heard();
    if (this.#end !== undefined) {
      this.#dropped += chunk.length;
      // What was on its way is read so that the Close frame is not destroyed; a peer that goes on is not waited for.
      if (this.#dropped > Math.max(CLOSING_BYTES, 2 * this.#limits.messageBytes)) {
        this.#end.terminated = true;
        return this.#finish();
      }
    }
    if (this.#reader.ended) return this.#afterEnd();
    try {
      const read = this.#reader.push(chunk);
      if (read < chunk.length) this.#afterEnd();
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#fail(error);
    }
  }

  /** Bytes after a Close frame: ignored (RFC 6455 section 1.4), but told, as they may be a try to act unseen. */
  #afterEnd(): void {
    if (this.#gotClose && this.#end !== undefined) this.#end.violation ??= "ws.protocol";
  }

  #onPing(payload: Uint8Array): void {
    this.#pings.take();
    if (this.#end !== undefined) return;
    // only the latest ping needs an answer (section 5.5.3): a peer that does not read gets one pong, not thousands
    if (this.#stream.pending >= this.#limits.highWaterBytes) this.#latestPing = payload;
    else this.#write(frameOf(Opcode.pong, payload, this.#key()));
  }

  #onClose(code: number, reason: string): void {
    this.#gotClose = true;
    this.#beginClose({ code, reason, local: false }, "");
  }

  #onEnd(): void {
    this.#peerEnded = true;
    // an answer to a Close frame may still be on its way out
    if (this.#end === undefined || this.#stream.pending === 0) {
      this.#vanished("connection ended", this.#truncation());
    }
  }

  #truncation(): Violation | undefined {
    return this.#reader.midMessage ? "ws.truncated" : undefined;
  }

  #onWritten(): void {
    // only a peer with a backlog shows life by taking bytes: a lone ping goes into the socket's buffer even when the
    // peer is dead
    if (this.#full) this.#keepAlive.heard();
    if (this.#peerEnded && this.#stream.pending === 0) return this.#finish();
    if (this.#end !== undefined || this.#stream.pending >= this.#limits.highWaterBytes / 2) return;
    if (this.#latestPing !== undefined) {
      const payload = this.#latestPing;
      this.#latestPing = undefined;
      this.#write(frameOf(Opcode.pong, payload, this.#key()));
    }
    if (!this.#full) return;
    this.#full = false;
    clearTimeout(this.#slowTimer);
    this.#slowTimer = undefined;
    this.#call((handlers) => handlers.onDrain());
  }

  #slowReader(): void {
    this.#stream.drop(); // the peer may still read the Close frame, if little stands before it
    this.#fail(new FrameError(1013, "ws.slow_reader", "reader too slow"));
  }

  /** The peer broke the rules: tells it why, reads nothing more. */
  #fail(error: FrameError): void {
    this.#reader.end();
    const { code, message: reason, violation, cause } = error;
    const info = { code, reason, local: true, violation };
    this.#beginClose(cause === undefined ? info : { ...info, cause }, reason);
  }

  /** Sends Close once, then waits until the peer hangs up, at most `closeMs`. */
  #beginClose(info: CloseInfo, reason: string): void {
    this.#end ??= info;
    if (this.#done) return;
    this.#keepAlive.stop();
    clearTimeout(this.#slowTimer);
    this.resume(); // the peer's Close frame and FIN must be seen
    if (!this.#closeSent) {
      this.#closeSent = true;
      this.#write(closeFrame(info.code, reason, this.#key()));
      this.#closeTimer = setTimeout(() => {
        this.#end!.terminated = true;
        this.#finish();
      }, this.#limits.closeMs);
    }
    // the server hangs up first (section 7.1.1); half, as data unread at a full close would destroy the Close frame
    if (!this.#client && this.#reader.ended) this.#stream.end();
  }

  #vanished(reason: string, violation: Violation | undefined): void {
    this.#end ??= {
      code: 1006,
      reason,
      local: violation === "ws.dead_peer",
      ...(violation && { violation }),
    };
    this.#finish();
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.#reader.end();
    this.#keepAlive.stop();
    clearTimeout(this.#slowTimer);
    clearTimeout(this.#closeTimer);
    this.#stream.destroy();
    this.#handlers?.onClose(this.#end!);
  }
}
