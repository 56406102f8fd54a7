// What both HTTP transports toward a server have in common: an ordered way out, one gate for everything that comes in,
// and an end that is told once.

import type { Channel, ChannelHandlers, CloseInfo, Manner, MessageInfo } from "./channel.ts";
import { ReadGate } from "./http_connector_body.ts";
import {
  discard,
  type ExchangeRequest,
  type HttpEndpoint,
  statusError,
} from "./http_connector_exchange.ts";
import type { HttpConnectorLimits } from "./http_connector_limits.ts";
import { Outbox, type Outgoing } from "./http_connector_outbox.ts";
import { Stop } from "./http_connector_stop.ts";
import { UpstreamError } from "./upstream_error.ts";

/** A channel to a server over HTTP, without its protocol. */
export abstract class HttpConnectorChannel implements Channel {
  /** {@inheritDoc Channel.transport} */
  abstract readonly transport: string;
  /** {@inheritDoc Channel.remote} */
  readonly remote: string;
  /** Where the server is. */
  readonly endpoint: HttpEndpoint;
  /** Bounds and deadlines. */
  readonly limits: HttpConnectorLimits;
  /** Holds reading back. */
  readonly gate: ReadGate = new ReadGate();
  /** The way out. */
  protected readonly outbox: Outbox;
  readonly #posts = new Set<Stop>();
  #handlers: ChannelHandlers | null = null;
  #closing = false;
  #closed = false;
  #ended: CloseInfo | null = null;

  /**
   * @param endpoint Where the server is.
   * @param limits Bounds and deadlines.
   */
  constructor(endpoint: HttpEndpoint, limits: HttpConnectorLimits) {
    this.endpoint = endpoint;
    this.limits = limits;
    this.remote = endpoint.url.hostname;
    this.outbox = new Outbox({
      highWaterBytes: limits.highWaterBytes,
      deliver: (message) => this.dispatch(message),
      drained: () => this.#tell((handlers) => handlers.onDrain()),
    });
  }

  /** Sends one message; what is returned is waited for before the next one. Must not reject. */
  protected abstract dispatch(message: Outgoing): Promise<void> | void;

  /** Takes the request that a message withdraws. Returns whether the message need not be sent any more. */
  protected abstract withdraw(id: string): boolean;

  /** Ends every exchange, and the session where there is one. */
  protected abstract goodbye(): Promise<void>;

  /** {@inheritDoc Channel.start} */
  start(handlers: ChannelHandlers): void {
    this.#handlers = handlers;
    const ended = this.#ended;
    if (ended !== null) queueMicrotask(() => handlers.onClose(ended));
  }

  /** {@inheritDoc Channel.send} */
  send(text: string, about: MessageInfo = { kind: "request" }): boolean {
    if (this.#closing || this.#closed) return false;
    if (about.cancels !== undefined && this.withdraw(about.cancels)) return true;
    return this.outbox.push({ text, about });
  }

  /** {@inheritDoc Channel.bufferedBytes} */
  get bufferedBytes(): number {
    return this.outbox.bytes;
  }

  /** {@inheritDoc Channel.pause} */
  pause(): void {
    this.gate.pause();
  }

  /** {@inheritDoc Channel.resume} */
  resume(): void {
    this.gate.resume();
  }

  /** {@inheritDoc Channel.close} */
  close(code: number, reason: string): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, this.limits.closeMs));
    void Promise.race([this.outbox.idle, late]).then(() => {
      clearTimeout(timer);
      this.finish({ code, reason, local: true });
    });
  }

  /** Whether nothing is delivered any more. */
  protected get closed(): boolean {
    return this.#closed;
  }

  /** Ends the channel, once. */
  protected finish(info: CloseInfo): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const post of this.#posts) post.end();
    this.gate.resume();
    void this.goodbye().finally(() => {
      this.endpoint.close();
      this.#ended = info;
      this.#handlers?.onClose(info);
    });
  }

  /** Hands a message to the session. */
  deliver(bytes: Uint8Array): void {
    this.#tell((handlers) => handlers.onMessage(bytes));
  }

  /** Keeps a record of what the server did wrong without ending anything. */
  violation(code: string): void {
    this.#tell((handlers) => handlers.onViolation?.(code));
  }

  /** Tells the session how the server goes about a request. */
  goesOn({ id }: MessageInfo, manner: Manner): void {
    if (id !== undefined) this.#tell((handlers) => handlers.onManner?.(id, manner));
  }

  /** Tells the session that a message was not taken or will not be answered. */
  protected failed(about: MessageInfo, error: unknown): void {
    const known = error instanceof UpstreamError
      ? error
      : new UpstreamError("ended", "the exchange with the server failed", { cause: error });
    if (known.code === "aborted") return;
    this.#tell((handlers) => handlers.onSendFailed?.(about, known));
  }

  /**
   * Sends what has no answer, and waits until the server has taken it.
   *
   * @param request The request.
   * @param url Where to, if not to the server's own address.
   * @throws {UpstreamError} When the server does not take it.
   */
  protected async post(request: Omit<ExchangeRequest, "stop">, url?: URL): Promise<void> {
    const stop = new Stop();
    this.#posts.add(stop);
    try {
      const response = await this.endpoint.exchange({ ...request, stop }, url);
      await discard(response);
      if (!response.ok) throw statusError(response);
    } finally {
      this.#posts.delete(stop);
    }
  }

  #tell(what: (handlers: ChannelHandlers) => void): void {
    if (!this.#closed && this.#handlers !== null) what(this.#handlers);
  }
}
