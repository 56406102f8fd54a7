// HTTP+SSE toward a server (MCP 2024-11-05, deprecated): one stream for all that the server says, whose first event
// names the address for POSTs. That address must be of the same origin: a server must not send the guard elsewhere.

import { readEvents } from "./http_connector_body.ts";
import { HttpConnectorChannel } from "./http_connector_channel.ts";
import { discard, HttpEndpoint, isOf, statusError } from "./http_connector_exchange.ts";
import type { HttpConnectOptions } from "./http_connector.ts";
import { HTTP_CONNECTOR_LIMITS, type HttpConnectorLimits } from "./http_connector_limits.ts";
import { Stop } from "./http_connector_stop.ts";
import type { Outgoing } from "./http_connector_outbox.ts";
import type { ChannelHandlers } from "./channel.ts";
import { type SseEvent, SseParser } from "./sse_parser.ts";
import { UpstreamError } from "./upstream_error.ts";

/** Bytes that the address for POSTs may have. */
const MAX_ADDRESS_BYTES = 4096;

/** A session with a server over HTTP+SSE. */
export class SseChannel extends HttpConnectorChannel {
  /** {@inheritDoc Channel.transport} */
  readonly transport = "sse";
  readonly #stop = new Stop();
  readonly #posts = new Set<Promise<void>>();
  readonly #first = Promise.withResolvers<void>();
  #address: URL | null = null;
  #early: Uint8Array[] = [];
  #started = false;

  /**
   * @param endpoint Where the server is.
   * @param limits Bounds and deadlines.
   */
  constructor(endpoint: HttpEndpoint, limits: HttpConnectorLimits) {
    super(endpoint, limits);
    this.#first.promise.catch(() => {}); // `open` tells it
  }

  /**
   * Opens the stream and waits for the address.
   *
   * @throws {UpstreamError} When there is no stream, or no address that may be used.
   */
  async open(): Promise<void> {
    const response = await this.endpoint.exchange({
      method: "GET",
      headers: [],
      accept: "text/event-stream",
      stop: this.#stop,
      timeoutMs: this.limits.acceptMs,
    });
    if (!isOf(response, "text/event-stream")) {
      await discard(response);
      throw response.ok
        ? new UpstreamError("content_type", "the server answered with something else than a stream")
        : statusError(response);
    }
    const timer = setTimeout(
      () => this.#first.reject(new UpstreamError("timeout", "the server named no address in time")),
      this.limits.acceptMs,
    );
    try {
      void this.#read(response);
      await this.#first.promise;
    } catch (error) {
      this.finish({ code: 1006, reason: "no address", local: true });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** {@inheritDoc Channel.start} */
  override start(handlers: ChannelHandlers): void {
    super.start(handlers);
    this.#started = true;
    for (const bytes of this.#early.splice(0)) this.deliver(bytes);
    this.gate.resume();
  }

  /** {@inheritDoc HttpConnectorChannel.dispatch} */
  protected override async dispatch(message: Outgoing): Promise<void> {
    // A request may be taken while others are, but what is no request comes after all that was said before.
    if (message.about.kind !== "request") await Promise.all(this.#posts);
    else if (this.#posts.size >= this.limits.requests) await Promise.race(this.#posts);
    const post = this.#post(message).finally(() => this.#posts.delete(post));
    this.#posts.add(post);
    if (message.about.kind !== "request" || message.about.method === "initialize") await post;
  }

  /** {@inheritDoc HttpConnectorChannel.withdraw} */
  protected override withdraw(id: string): boolean {
    return this.outbox.withdraw(id);
  }

  /** {@inheritDoc HttpConnectorChannel.goodbye} */
  protected override goodbye(): Promise<void> {
    this.#stop.end(); // closing the stream ends the session
    return Promise.resolve();
  }

  async #post({ text, about }: Outgoing): Promise<void> {
    try {
      await this.post({
        method: "POST",
        headers: [],
        body: text,
        timeoutMs: this.limits.acceptMs,
      }, this.#address!);
    } catch (error) {
      this.failed(about, error);
    }
  }

  async #read(response: Response): Promise<void> {
    const parser = new SseParser(this.limits.messageBytes, (event) => this.#event(event));
    let failure: UpstreamError;
    try {
      await readEvents(response, parser, this.gate);
      failure = new UpstreamError("ended", "the server closed its stream");
    } catch (error) {
      failure = error instanceof UpstreamError
        ? error
        : new UpstreamError("ended", "the server's stream failed", { cause: error });
    }
    this.#first.reject(failure);
    const broken = failure.code === "size" || failure.code === "stream";
    this.finish({
      code: broken ? 1009 : 1006,
      reason: failure.message,
      local: false,
      ...(broken ? { violation: `sse.${failure.code}` } : {}),
    });
  }

  #event({ type, data }: SseEvent): void {
    if (this.#address === null) {
      if (type !== "endpoint") {
        throw new UpstreamError("handshake", "the server's first event is no endpoint");
      }
      this.#address = addressOf(data, this.endpoint.url);
      this.#first.resolve();
    } else if (type !== "message") this.violation("sse.event_type");
    else if (data.length === 0) return;
    else if (this.#started) this.deliver(data);
    else {
      this.#early.push(data);
      // Until somebody listens, no more than what came at once is kept.
      this.gate.pause();
    }
  }
}

/** Reads the address for POSTs. @throws {UpstreamError} When it is none, or of another origin. */
function addressOf(data: Uint8Array, base: URL): URL {
  const text = data.length > MAX_ADDRESS_BYTES ? "" : new TextDecoder().decode(data);
  const address = text === "" ? null : URL.parse(text, base);
  if (address === null || address.username !== "" || address.password !== "") {
    throw new UpstreamError("handshake", "the server named an address that is none");
  }
  if (address.origin !== base.origin) {
    throw new UpstreamError("handshake", "the server named an address of another origin");
  }
  address.hash = "";
  return address;
}

/**
 * Opens a session with a server over HTTP+SSE.
 *
 * @param url `http:` or `https:` address of the stream; credentials belong into a header. Redirects are not followed.
 * @param options How to connect; `acceptMs` bounds the opening.
 * @returns The open channel, which delivers nothing until `start`.
 * @throws {UpstreamError} When the server cannot be reached or names no address of its own.
 * @throws {TypeError} For a URL or headers that cannot be used.
 */
export async function connectSse(
  url: string | URL,
  options: HttpConnectOptions = {},
): Promise<SseChannel> {
  const endpoint = new HttpEndpoint(url, options);
  const channel = new SseChannel(endpoint, { ...HTTP_CONNECTOR_LIMITS, ...options.limits });
  try {
    await channel.open();
    return channel;
  } catch (error) {
    endpoint.close();
    throw error;
  }
}
