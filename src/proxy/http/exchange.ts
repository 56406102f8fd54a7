// One POST that waits for its answer: plain JSON where the answer is the first thing to say (one write, no stream), an
// event stream where something else comes first or the answer takes long.

import type { HttpReply, MessageInfo } from "../transports/mod.ts";
import type { SseStream } from "./sse_stream.ts";

/** What an exchange is made of. */
export interface ExchangeOptions {
  /** Makes the stream, where one is needed. */
  openStream: () => SseStream;
  /** Headers of a JSON answer; `code` is the JSON-RPC error's, where it is one. */
  headers: (code: number | undefined) => readonly (readonly [string, string])[];
  /** Status of a JSON answer. */
  status: (code: number | undefined) => number;
  /** Called once when it has ended without a stream; a stream tells its own end. */
  onEnd?: () => void;
  /** Milliseconds after which a stream is begun, so that the client can see that somebody works on it. */
  streamAfterMs: number;
}

/** A POST that waits. */
export class Exchange {
  /** What to answer the POST. */
  readonly reply: Promise<HttpReply>;
  readonly #options: ExchangeOptions;
  readonly #resolve: (reply: HttpReply) => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  #begun = false;
  #over = false;
  #lost = false;
  #stream: SseStream | null = null;

  /** @param options What it is made of. */
  constructor(options: ExchangeOptions) {
    const { promise, resolve } = Promise.withResolvers<HttpReply>();
    this.#options = options;
    this.reply = promise;
    this.#resolve = resolve;
    this.#timer = setTimeout(() => this.begin(), options.streamAfterMs);
  }

  /** The stream, where one was begun. */
  get stream(): SseStream | null {
    return this.#stream;
  }

  /** Whether it has ended. */
  get answered(): boolean {
    return this.#over;
  }

  /** Whether the client can still be told something by this POST. */
  get live(): boolean {
    return !this.#over && !this.#lost && (this.#stream === null || this.#stream.attached);
  }

  /** The client has hung up before anything was said to it. */
  lost(): void {
    this.#lost = true;
  }

  /** Begins the stream, if nothing is begun. */
  begin(): void {
    if (this.#begun) return;
    this.#begin();
    this.#stream = this.#options.openStream();
    this.#resolve(this.#stream.reply());
  }

  /** Sends something that belongs to the request before its answer. */
  message(text: string): void {
    this.begin();
    this.#stream?.send(text);
  }

  /** Sends the answer, which ends it. */
  answer(text: string, about: MessageInfo): void {
    const { code, retryAfterMs } = about;
    this.#over = true;
    if (this.#stream !== null) {
      this.#stream.send(text);
      return this.#stream.finish();
    }
    this.end({
      status: this.#options.status(code),
      headers: [
        ["Content-Type", "application/json"],
        ...(retryAfterMs === undefined
          ? []
          : [["Retry-After", String(Math.max(1, Math.ceil(retryAfterMs / 1000)))] as const]),
        ...this.#options.headers(code),
      ],
      body: text,
    });
  }

  /** Ends it without an answer. @param reply What to say where nothing is said yet; by default an empty stream. */
  end(reply?: HttpReply): void {
    this.#over = true;
    if (!this.#begun && reply !== undefined) {
      this.#begin();
      this.#resolve(reply);
      return this.#options.onEnd?.();
    }
    this.begin();
    this.#stream?.finish();
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#begun = true;
  }
}
