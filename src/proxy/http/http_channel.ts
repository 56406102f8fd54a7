// A session's client over HTTP: many POSTs and streams that together are one channel. An answer goes to the POST that
// asked, what belongs to a request goes onto that POST's stream, everything else onto the stream of a GET.

import type {
  Channel,
  ChannelHandlers,
  HttpReply,
  Manner,
  MessageInfo,
} from "../transports/mod.ts";
import { type ExchangeAbout, type HttpChannelOptions, MODERN_STATUS } from "./channel_options.ts";
import { Exchange } from "./exchange.ts";
import { SseStream } from "./sse_stream.ts";

export type { HttpKind } from "./channel_options.ts";

/** Milliseconds after which an answer that is still awaited becomes a stream. */
const STREAM_AFTER_MS = 1000;
/** Milliseconds after which clients are asked to come back. */
const RETRY_MS = 1000;
/** A channel over HTTP. */
export class HttpChannel implements Channel {
  readonly transport: string;
  readonly remote: string;
  readonly #options: HttpChannelOptions;
  /** POSTs that wait for their answer, by the key of their id; as long as the session's own table has them. */
  readonly #exchanges = new Map<string, Exchange>();
  /** Streams that may have something waiting. */
  readonly #streams = new Set<SseStream>();
  /** The stream of everything that belongs to no request. */
  readonly #standalone: SseStream;
  #handlers: ChannelHandlers | null = null;
  #closed = false;
  #held = false;
  #paused = false;
  #resumed: (() => void)[] = [];
  #slow = false;

  /** @param options What it is made of. */
  constructor(options: HttpChannelOptions) {
    this.#options = options;
    this.transport = options.kind === "sse" ? "sse" : "http";
    this.remote = options.remote;
    this.#standalone = this.#stream({
      onGone: () => options.kind === "sse" && this.#end(1006, "the stream was closed", false),
    });
  }

  /** Starts delivery; what clients send is handed to the session by the routes, not here. */
  start(handlers: ChannelHandlers): void {
    this.#handlers = handlers;
  }

  /** The stream of everything that belongs to no request. */
  get standalone(): SseStream {
    return this.#standalone;
  }

  /** Whether a POST with this id waits already. */
  has(key: string): boolean {
    return this.#exchanges.has(key);
  }

  /** Whether any connection carries a stream, or any POST waits. */
  get inUse(): boolean {
    return this.#exchanges.size > 0 || [...this.#streams].some((stream) => stream.attached);
  }

  /** Whether the channel is closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when the session takes messages. */
  async ready(): Promise<void> {
    while (this.#paused && !this.#closed) {
      await new Promise<void>((resolve) => this.#resumed.push(resolve));
    }
  }

  /** Expects an answer; call it before the request goes to the session. @param key Key of the request's id. */
  expect(key: string, about: ExchangeAbout = {}): Exchange {
    const { kind } = this.#options;
    const exchange = new Exchange({
      openStream: () =>
        this.#stream({
          primer: about.primer === true,
          headers: about.headers?.(undefined) ?? [],
          onGone: () => about.onGone?.(),
          onEnd: () => about.onDone?.(),
        }),
      onEnd: () => about.onDone?.(),
      headers: about.headers ?? ((): [] => []),
      status: (code) => kind === "modern" ? MODERN_STATUS.get(code) ?? 200 : 200,
      streamAfterMs: STREAM_AFTER_MS,
    });
    this.#exchanges.set(key, exchange);
    return exchange;
  }

  /** A request gets no answer, since its sender withdrew it. */
  unanswered(key: string): void {
    const exchange = this.#exchanges.get(key);
    this.#exchanges.delete(key);
    exchange?.end();
  }

  /** The server streams its answer, or has this side come back for it: so does the client. @param key Key of the id. */
  manner(key: string, manner: Manner): void {
    if (this.#options.kind !== "legacy") return;
    const exchange = this.#exchanges.get(key);
    if (manner === "stream") exchange?.begin();
    else exchange?.stream?.rest();
  }

  /**
   * The stream that a client comes back to.
   *
   * @param id Its `Last-Event-ID`.
   * @returns The answer; undefined where the id is none of this session's, or too old.
   */
  comeBack(id: string): HttpReply | undefined {
    const { log } = this.#options;
    const event = log?.find(id);
    if (log === null || event === undefined) return undefined;
    const stream = event.stream as SseStream;
    // Nothing more comes: 204 tells an event source not to ask again (WHATWG HTML, 9.2).
    if (stream.over && log.after(stream, event.seq).length === 0) return { status: 204 };
    return stream.reply(event.seq);
  }

  /** Sends one message to whoever it is for. */
  send(text: string, about?: MessageInfo): boolean {
    if (this.#closed) return true;
    if (about?.kind === "response" && this.#options.kind !== "sse") {
      const key = about.id ?? "";
      const exchange = this.#exchanges.get(key);
      this.#exchanges.delete(key);
      exchange?.answer(text, about);
    } else {
      const exchange = this.#exchangeFor(about);
      if (exchange !== undefined) exchange.message(text);
      else if (this.#options.kind !== "modern") this.#standalone.send(text);
    }
    this.#held ||= this.#full();
    return !this.#held;
  }

  /** Bytes that wait for the client. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const stream of this.#streams) bytes += stream.bufferedBytes;
    return bytes;
  }

  /** Takes no more from the client: its POSTs wait. */
  pause(): void {
    this.#paused = true;
  }

  /** Takes messages again. */
  resume(): void {
    this.#paused = false;
    for (const resolve of this.#resumed.splice(0)) resolve();
  }

  /** Ends every stream and every POST that waits. */
  close(code: number, reason: string): void {
    this.#end(code, reason, true);
  }

  /** Which POST a message belongs to that is no answer; undefined: to none. */
  #exchangeFor(about: MessageInfo | undefined): Exchange | undefined {
    const { kind } = this.#options;
    if (kind === "sse") return undefined;
    const related = about?.related === undefined ? undefined : this.#exchanges.get(about.related);
    if (related !== undefined) return related;
    const live = [...this.#exchanges.values()].filter((exchange) => exchange.live);
    if (kind === "modern") return live[0];
    // A question most likely comes from the one call that runs. Without a GET's stream questions and log lines go to a
    // POST, where somebody reads them now; changes can wait for a GET.
    const question = about?.kind === "request";
    if (question && live.length === 1) return live[0];
    if (this.#standalone.attached) return undefined;
    return question || about?.method === "notifications/message" ? live.at(-1) : undefined;
  }

  #stream(
    about: {
      primer?: boolean;
      headers?: readonly (readonly [string, string])[];
      onGone?: () => void;
      onEnd?: () => void;
    },
  ): SseStream {
    const { log, limits } = this.#options;
    const stream: SseStream = new SseStream({
      log,
      retryMs: about.primer === true ? RETRY_MS : null,
      limits,
      headers: about.headers ?? [],
      onRoom: () => this.#room(),
      onGone: () => about.onGone?.(),
      onEnd: () => about.onEnd?.(),
      onSlow: () => this.#tooSlow(),
    });
    this.#streams.add(stream);
    return stream;
  }

  #tooSlow(): void {
    // Only where the channel ends with its stream is this why it ended.
    if (this.#options.kind === "sse") this.#slow = true;
    else this.#handlers?.onViolation?.("http.slow_reader");
  }

  #full(): boolean {
    for (const stream of this.#streams) if (stream.full) return true;
    return false;
  }

  #room(): void {
    for (const stream of this.#streams) {
      if (stream.over && stream !== this.#standalone) this.#streams.delete(stream);
    }
    if (!this.#held || this.#full()) return;
    this.#held = false;
    this.#handlers?.onDrain();
  }

  #end(code: number, reason: string, local: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    const sorry: HttpReply = {
      status: 503,
      headers: [["Content-Type", "text/plain; charset=utf-8"]],
      body: "the session was closed\n",
    };
    for (const exchange of this.#exchanges.values()) exchange.end(sorry);
    this.#exchanges.clear();
    for (const stream of this.#streams) stream.finish();
    this.#streams.clear();
    this.resume();
    this.#options.onClosed();
    // Told later, since a session may close its channel in the middle of its own work.
    queueMicrotask(() =>
      this.#handlers?.onClose({
        code,
        reason,
        local,
        ...(this.#slow ? { violation: "http.slow_reader" } : {}),
      })
    );
  }
}
