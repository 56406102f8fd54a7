// One request to a server over HTTP, from its POST to its answer, over as many streams as the answer takes.

import type { Manner, MessageInfo } from "./channel.ts";
import { readBody, type ReadGate } from "./http_connector_body.ts";
import { discard, type HttpEndpoint, isOf, statusError } from "./http_connector_exchange.ts";
import type { Header } from "./http_connector_headers.ts";
import type { HttpConnectorLimits } from "./http_connector_limits.ts";
import { Stop } from "./http_connector_stop.ts";
import { follow } from "./http_connector_stream.ts";
import { peek } from "./message_peek.ts";
import { UpstreamError } from "./upstream_error.ts";

/** What a call needs of its channel. */
export interface CallHost {
  /** Where the server is. */
  readonly endpoint: HttpEndpoint;
  /** Bounds and deadlines. */
  readonly limits: HttpConnectorLimits;
  /** Holds reading back. */
  readonly gate: ReadGate;
  /** The headers of a message. */
  headers(about: MessageInfo, text?: string): Header[];
  /** Told of the head of the answer to a request. @throws {UpstreamError} When it cannot be used. */
  head(about: MessageInfo, response: Response): void;
  /** Takes the answer to a request. */
  answered(about: MessageInfo, bytes: Uint8Array): void;
  /** Whether a failure means that the server has ended the session. */
  isSessionLoss(about: MessageInfo, error: UpstreamError): boolean;
  /** Hands any other message to the session. */
  deliver(bytes: Uint8Array): void;
  /** Told how the server goes about a request. */
  goesOn(about: MessageInfo, manner: Manner): void;
  /** Keeps a record of what the server did wrong without ending anything. */
  violation(code: string): void;
}

/** A request that waits for its answer. */
export class HttpCall {
  /** What it is. */
  readonly about: MessageInfo;
  readonly #host: CallHost;
  readonly #text: string;
  readonly #stop = new Stop();
  readonly #over = Promise.withResolvers<void>();
  readonly #begun = Promise.withResolvers<void>();
  #answered = false;
  #linger: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param host The channel.
   * @param text The message.
   * @param about What it is.
   */
  constructor(host: CallHost, text: string, about: MessageInfo) {
    this.#host = host;
    this.#text = text;
    this.about = about;
  }

  /** Resolves when the call no longer waits for its answer, whatever became of it. */
  get settled(): Promise<void> {
    return this.#begun.promise;
  }

  /** Gives the call up: its streams are closed, which in the modern era tells the server. */
  cancel(): void {
    this.#stop.end();
  }

  /**
   * Sends the request, and delivers what comes.
   *
   * @throws {UpstreamError} When there is no answer; `aborted` after `cancel`.
   */
  async run(): Promise<void> {
    const { endpoint, limits } = this.#host;
    try {
      const response = await endpoint.exchange({
        method: "POST",
        headers: this.#host.headers(this.about, this.#text),
        body: this.#text,
        stop: this.#stop,
        timeoutMs: limits.answerMs,
      });
      try {
        this.#host.head(this.about, response);
      } catch (error) {
        await discard(response);
        throw error;
      }
      if (isOf(response, "application/json")) await this.#json(response);
      else if (isOf(response, "text/event-stream")) await this.#stream(response);
      else if (response.ok) {
        await discard(response);
        const why = "the server answered with a content type that is neither JSON nor a stream";
        throw new UpstreamError("content_type", why);
      } else await this.#failure(response);
    } catch (error) {
      if (!this.#stop.ended) throw error;
      throw new UpstreamError("aborted", "the call was given up", { cause: error });
    } finally {
      clearTimeout(this.#linger);
      this.#begun.resolve();
    }
  }

  async #json(response: Response): Promise<void> {
    const bytes = await readBody(response, this.#host.limits.messageBytes, this.#host.gate);
    if (!this.#take(bytes)) {
      throw new UpstreamError("answer", "the server answered with something else than an answer");
    }
  }

  /** A status that says no: the reason may be a JSON-RPC error for this very request. */
  async #failure(response: Response): Promise<void> {
    const error = statusError(response);
    const type = response.headers.get("content-type") ?? "";
    const plain = !type.toLowerCase().startsWith("application/json");
    if (plain || this.#host.isSessionLoss(this.about, error)) {
      await discard(response);
      throw error;
    }
    const { limits, gate } = this.#host;
    const bytes = await readBody(response, limits.messageBytes, gate);
    if (error.code === "unauthorized" || !this.#take(bytes)) throw error;
  }

  #stream(first: Response): Promise<void> {
    const { endpoint, limits, gate } = this.#host;
    const modern = this.about.era === "modern";
    this.#host.goesOn(this.about, "stream");
    return follow({
      pausing: () => this.#host.goesOn(this.about, "poll"),
      open: (lastEventId) =>
        endpoint.exchange({
          method: "GET",
          headers: [["Last-Event-ID", lastEventId], ...this.#host.headers({ kind: "response" })],
          accept: "text/event-stream",
          stop: this.#stop,
          timeoutMs: limits.acceptMs,
        }),
      message: (data) => this.#message(data),
      strange: () => this.#host.violation("sse.event_type"),
      over: this.#over.promise,
      isOver: () => this.#answered,
      stop: this.#stop,
      gate,
      limits,
      standing: false,
      resumable: !modern,
    }, first);
  }

  #message(data: Uint8Array): void {
    if (this.#stop.ended) return;
    if (!peek(data).answer) return this.#host.deliver(data);
    if (this.#answered || !this.#take(data)) return this.#host.violation("http.foreign_answer");
    this.#linger = setTimeout(() => this.#over.resolve(), this.#host.limits.lingerMs);
  }

  /** Takes the answer to this request; false for any other message. */
  #take(bytes: Uint8Array): boolean {
    if (this.#stop.ended) return true;
    const { id } = this.about;
    const seen = peek(bytes);
    // A small frame has no id: whatever comes back is its answer.
    if (id !== undefined && (!seen.answer || seen.id !== id)) return false;
    this.#answered = true;
    this.#host.answered(this.about, bytes);
    this.#begun.resolve();
    return true;
  }
}
