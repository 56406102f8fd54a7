// One session's place at a shared server: toward the session a channel like any other. What waits for a client that does
// not read is bounded, and then that client is ended, so that it holds up nobody else.

import { type JsonObject, writeJson } from "../../wire/mod.ts";
import type {
  Channel,
  ChannelHandlers,
  CloseInfo,
  MessageInfo,
  SendFailure,
} from "../transports/mod.ts";

/** What a member tells. */
export interface MemberEvents {
  /** The session sends a message. */
  send(member: Member, text: string, about: MessageInfo): void;
  /** What waits for the session has grown by this many bytes, or has become less. */
  waits(bytes: number): void;
  /** The member is gone, by its own will or not; told once. */
  left(member: Member): void;
}

/** The violation of a client that does not read what a shared server says. */
export const SLOW_MEMBER = "shared.slow_reader";

/** A session's connection to a shared server. */
export class Member implements Channel {
  /** {@inheritDoc Channel.transport} */
  readonly transport = "stdio";
  /** {@inheritDoc Channel.remote} */
  readonly remote = "";
  /** The capabilities that the client declared by `initialize`; null before. */
  capabilities: JsonObject | null = null;
  /** Whether the client has the answer to `initialize`. */
  ready = false;
  /** URIs that the client has subscribed to (until 2025-11-25). */
  readonly subscribed = new Set<string>();
  readonly #events: MemberEvents;
  readonly #most: () => number;
  #handlers: ChannelHandlers | null = null;
  #waiting: { deliver: (handlers: ChannelHandlers) => void; size: number }[] = [];
  #waitingBytes = 0;
  #toldBytes = 0;
  #paused = false;
  #flushing = false;
  #left = false;

  /**
   * @param events Told what happens.
   * @param most Bytes that may wait.
   */
  constructor(events: MemberEvents, most: () => number) {
    this.#events = events;
    this.#most = most;
  }

  /** Bytes that wait for a session that does not read. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether the session has left, or was ended. */
  get left(): boolean {
    return this.#left;
  }

  /** {@inheritDoc Channel.start} */
  start(handlers: ChannelHandlers): void {
    this.#handlers = handlers;
    this.#flush();
  }

  /**
   * {@inheritDoc Channel.send}
   *
   * Never false, as that would hold the server back for this session: what waits is bounded, and then requests fail.
   */
  send(text: string, about: MessageInfo = { kind: "request" }): boolean {
    if (this.#left) return false;
    this.#events.send(this, text, about);
    return true;
  }

  /** {@inheritDoc Channel.bufferedBytes} */
  get bufferedBytes(): number {
    return 0;
  }

  /** {@inheritDoc Channel.pause} */
  pause(): void {
    this.#paused = true;
  }

  /** {@inheritDoc Channel.resume} */
  resume(): void {
    this.#paused = false;
    this.#flush();
  }

  /** {@inheritDoc Channel.close} */
  close(code: number, reason: string): void {
    this.end({ code, reason, local: true });
  }

  /** Hands the session a message of the server's, as soon as it reads. */
  deliver(tree: JsonObject): void {
    const bytes = new TextEncoder().encode(writeJson(tree));
    this.#push((handlers) => handlers.onMessage(bytes), bytes.byteLength);
  }

  /** Tells the session, in order with what the server said, that a message of its own was not taken. */
  failed(about: MessageInfo, failure: SendFailure): void {
    this.#push((handlers) => handlers.onSendFailed?.(about, failure), 0);
  }

  /** Ends it; what waits is still delivered. */
  end(info: CloseInfo): void {
    if (this.#left) return;
    this.#left = true;
    this.#events.left(this);
    this.#waiting.push({ deliver: (handlers) => handlers.onClose(info), size: 0 });
    queueMicrotask(() => this.#flush());
  }

  /** Ends it for not reading; what waits is dropped. */
  endSlow(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#tell();
    const reason = "the client does not read what the shared server says";
    this.end({ code: 1008, reason, local: true, violation: SLOW_MEMBER });
  }

  #push(deliver: (handlers: ChannelHandlers) => void, size: number): void {
    if (this.#left) return;
    if (this.#waitingBytes > 0 && this.#waitingBytes + size > this.#most()) return this.endSlow();
    this.#waiting.push({ deliver, size });
    this.#waitingBytes += size;
    this.#flush();
  }

  /** Tells what waits now; what was delivered at once has not waited. */
  #tell(): void {
    const change = this.#waitingBytes - this.#toldBytes;
    this.#toldBytes = this.#waitingBytes;
    if (change !== 0) this.#events.waits(change);
  }

  #flush(): void {
    const handlers = this.#handlers;
    if (this.#flushing) return;
    if (handlers === null) return this.#tell();
    this.#flushing = true;
    // Each may make the session pause. Taken in one piece, as shifting each is not linear.
    while (this.#flows && this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      let done = 0;
      while (this.#flows && done < batch.length) {
        const { deliver, size } = batch[done++]!;
        this.#waitingBytes = Math.max(0, this.#waitingBytes - size);
        deliver(handlers);
      }
      if (done < batch.length) this.#waiting = [...batch.slice(done), ...this.#waiting];
    }
    this.#flushing = false;
    this.#tell();
  }

  /** Who has left is told to the end, also where it does not read. */
  get #flows(): boolean {
    return !this.#paused || this.#left;
  }
}
