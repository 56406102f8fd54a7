// One session's place at a shared server: toward the session a channel like any other. What waits for a client that does
// not read is bounded, and then that client is ended, so that the others need not wait for it.

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
  /** The session sends a message. @returns False where it is to send no more for now. */
  send(member: Member, text: string, about: MessageInfo): boolean;
  /** What waits for the session has grown by this many bytes, or has become less. */
  waits(bytes: number): void;
  /** More waits for the session than should. */
  slow(member: Member): void;
  /** The session has caught up. */
  caughtUp(member: Member): void;
  /** The member is gone, by its own will or not; told once. */
  left(member: Member): void;
}

interface Waiting {
  deliver: (handlers: ChannelHandlers) => void;
  size: number;
  news: string | null;
}

/** The violation of a client that does not read what a shared server says. */
export const SLOW_MEMBER = "shared.slow_reader";

/** A session's connection to a shared server. */
export class Member implements Channel {
  /** {@inheritDoc Channel.transport} */
  readonly transport = "stdio";
  /** {@inheritDoc Channel.remote} */
  readonly remote = "";
  /** {@inheritDoc Channel.shared} */
  readonly shared = true;
  /** The capabilities that the client declared by `initialize`; null before. */
  capabilities: JsonObject | null = null;
  /** Whether the client has the answer to `initialize`. */
  ready = false;
  /** URIs that the client has asked to hear of (until 2025-11-25), and whether the server has agreed. */
  readonly subscriptions = new Map<string, boolean>();
  readonly #events: MemberEvents;
  readonly #most: () => number;
  #handlers: ChannelHandlers | null = null;
  #waiting: Waiting[] = [];
  /** News that wait. */
  readonly #news = new Set<string>();
  #waitingBytes = 0;
  #toldBytes = 0;
  #slow = false;
  #paused = false;
  #flushing = false;
  #left = false;

  /**
   * @param events Told what happens.
   * @param most Bytes that should wait at most; at twice as many the session is ended.
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

  /** {@inheritDoc Channel.send} */
  send(text: string, about: MessageInfo = { kind: "request" }): boolean {
    return !this.#left && this.#events.send(this, text, about);
  }

  /** The session may send again. */
  drained(): void {
    this.#handlers?.onDrain();
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

  /**
   * Hands the session a message of the server's, as soon as it reads.
   *
   * @param tree The message.
   * @param news What it is news of, where saying it once is enough: the same is not said again while it waits.
   */
  deliver(tree: JsonObject, news: string | null = null): void {
    if (news !== null && this.#news.has(news)) return;
    const bytes = new TextEncoder().encode(writeJson(tree));
    this.#push((handlers) => handlers.onMessage(bytes), bytes.byteLength, news);
  }

  /** Tells the session, in order with what the server said, that a message of its own was not taken. */
  failed(about: MessageInfo, failure: SendFailure): void {
    this.#push((handlers) => handlers.onSendFailed?.(about, failure), 0, null);
  }

  /** Ends it; what waits is still delivered. */
  end(info: CloseInfo): void {
    if (this.#left) return;
    this.#left = true;
    this.#events.left(this);
    this.#waiting.push({ deliver: (handlers) => handlers.onClose(info), size: 0, news: null });
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

  #push(deliver: Waiting["deliver"], size: number, news: string | null): void {
    if (this.#left) return;
    const most = this.#most();
    if (this.#waitingBytes > most && this.#waitingBytes + size > 2 * most) return this.endSlow();
    this.#waiting.push({ deliver, size, news });
    if (news !== null) this.#news.add(news);
    this.#waitingBytes += size;
    this.#flush();
    if (this.#waitingBytes <= most || this.#left) return;
    this.#slow = true;
    this.#events.slow(this);
  }

  /** Tells what waits now; what was delivered at once has not waited. */
  #tell(): void {
    const change = this.#waitingBytes - this.#toldBytes;
    this.#toldBytes = this.#waitingBytes;
    if (change !== 0) this.#events.waits(change);
    if (!this.#slow || this.#waitingBytes > this.#most() / 2) return;
    this.#slow = false;
    this.#events.caughtUp(this);
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
        const { deliver, size, news } = batch[done++]!;
        if (news !== null) this.#news.delete(news);
        this.#waitingBytes = Math.max(0, this.#waitingBytes - size);
        deliver(handlers);
      }
      if (done < batch.length) this.#waiting = [...batch.slice(done), ...this.#waiting];
    }
    this.#flushing = false;
    // Who has left may be remembered for a while; its session need not be.
    if (this.#left && this.#waiting.length === 0) this.#handlers = null;
    this.#tell();
  }

  /** Who has left is told to the end, also where it does not read. */
  get #flows(): boolean {
    return !this.#paused || this.#left;
  }
}
