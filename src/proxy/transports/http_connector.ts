// Streamable HTTP toward a server: MCP 2025-03-26 to 2025-11-25 with sessions, 2026-07-28 without.

import { type JsonLimits, JsonObject, type JsonValue, parseJson } from "../../wire/mod.ts";
import type { MessageInfo } from "./channel.ts";
import { type CallHost, HttpCall } from "./http_connector_call.ts";
import { HttpConnectorChannel } from "./http_connector_channel.ts";
import { type EndpointOptions, HttpEndpoint } from "./http_connector_exchange.ts";
import { type Header, isSessionId, isVersion, modernHeaders } from "./http_connector_headers.ts";
import { HTTP_CONNECTOR_LIMITS, type HttpConnectorLimits } from "./http_connector_limits.ts";
import type { Outgoing } from "./http_connector_outbox.ts";
import { agreed, ParamHeaders } from "./http_connector_params.ts";
import { Stop } from "./http_connector_stop.ts";
import { follow } from "./http_connector_stream.ts";
import { peek } from "./message_peek.ts";
import { UpstreamError } from "./upstream_error.ts";

/** How to connect. */
export interface HttpConnectOptions extends EndpointOptions {
  /** Bounds and deadlines. The rest are `HTTP_CONNECTOR_LIMITS`. */
  limits?: Partial<HttpConnectorLimits>;
  /** Bounds for the few answers that the transport itself must read. */
  json?: Partial<JsonLimits>;
}

/** A session with a server over Streamable HTTP. */
export class HttpChannel extends HttpConnectorChannel implements CallHost {
  /** {@inheritDoc Channel.transport} */
  readonly transport = "http";
  readonly #calls = new Set<HttpCall>();
  readonly #json: Partial<JsonLimits>;
  readonly #params = new ParamHeaders();
  #session: string | undefined;
  #version: string | undefined;
  #modern: string | true | undefined;
  #listening: Stop | undefined;

  /**
   * @param endpoint Where the server is.
   * @param limits Bounds and deadlines.
   * @param json Bounds for answers that the transport reads.
   */
  constructor(endpoint: HttpEndpoint, limits: HttpConnectorLimits, json: Partial<JsonLimits>) {
    super(endpoint, limits);
    this.#json = { bytes: limits.messageBytes, numbers: "preserve", ...json };
  }

  /** The headers of a message: what the body says (modern), or the session and its revision (legacy). */
  headers(about: MessageInfo, text?: string): Header[] {
    if (this.#isModern(about)) {
      const version = about.version ?? (this.#modern === true ? undefined : this.#modern);
      const headers = modernHeaders(about, version);
      if (text === undefined || about.method !== "tools/call") return headers;
      const own = this.#params.headersFor(about.name ?? "", text, this.#json);
      return [...headers, ...agreed(own, about.headers)];
    }
    if (about.method === "initialize") return [];
    const headers: Header[] = [];
    if (this.#session !== undefined) headers.push(["Mcp-Session-Id", this.#session]);
    if (this.#version !== undefined) headers.push(["MCP-Protocol-Version", this.#version]);
    return headers;
  }

  /** Takes the session's id from the answer to `initialize`. */
  head(about: MessageInfo, response: Response): void {
    if (about.method !== "initialize" || !response.ok) return;
    const id = response.headers.get("mcp-session-id") ?? undefined;
    if (id !== undefined && !isSessionId(id)) {
      throw new UpstreamError("session", "the server gave a session id that no header can hold");
    }
    this.#session = id;
    this.#version = undefined;
  }

  /** Learns from an answer what later headers need, and hands it on. */
  answered(about: MessageInfo, bytes: Uint8Array): void {
    if (about.method === "initialize") {
      const version = this.#result(bytes)?.get("protocolVersion");
      if (typeof version === "string" && isVersion(version)) this.#version = version;
    } else if (about.method === "tools/list" && about.era === "modern") {
      this.#params.learn(this.#result(bytes)?.get("tools"));
    }
    this.deliver(bytes);
  }

  /** Whether a failure means that the server has ended the session (MCP 2025-11-25, transports: 404). */
  isSessionLoss(about: MessageInfo, error: UpstreamError): boolean {
    return error.status === 404 && this.#session !== undefined && about.method !== "initialize" &&
      !this.#isModern(about);
  }

  /** {@inheritDoc HttpConnectorChannel.dispatch} */
  protected override dispatch({ text, about }: Outgoing): Promise<void> | void {
    if (about.kind !== "request") return this.#notify(text, about);
    if (about.era === "modern") this.#modern = about.version ?? true;
    else if (about.era === "legacy") this.#modern = undefined;
    if (this.#calls.size >= this.limits.requests) {
      const error = new UpstreamError("busy", "too many requests wait for the server's answers");
      return this.failed(about, error);
    }
    const call = new HttpCall(this, text, about);
    this.#calls.add(call);
    void this.#run(call);
    // Nothing else may be sent before the session and the revision are known.
    if (about.method === "initialize") return call.settled;
  }

  /** {@inheritDoc HttpConnectorChannel.withdraw} */
  protected override withdraw(id: string): boolean {
    if (this.outbox.withdraw(id)) return true;
    const call = this.#call(id);
    if (call !== undefined && call.about.era !== "modern") return false;
    // Closing the stream is the cancellation (MCP 2026-07-28); there is no message for it.
    call?.cancel();
    return call !== undefined || this.#modern !== undefined;
  }

  /** {@inheritDoc HttpConnectorChannel.goodbye} */
  protected override async goodbye(): Promise<void> {
    for (const call of this.#calls) call.cancel();
    this.#listening?.end();
    if (this.#session === undefined) return;
    try {
      await this.post({
        method: "DELETE",
        headers: this.headers({ kind: "notification", era: "legacy" }),
        timeoutMs: this.limits.closeMs,
      });
    } catch {
      // A server need not let its sessions be ended (405), and one that is gone has none.
    }
  }

  async #run(call: HttpCall): Promise<void> {
    try {
      await call.run();
    } catch (error) {
      if (error instanceof UpstreamError && this.isSessionLoss(call.about, error)) this.#lost();
      else this.failed(call.about, error);
    } finally {
      this.#calls.delete(call);
    }
  }

  async #notify(text: string, about: MessageInfo): Promise<void> {
    try {
      await this.post({
        method: "POST",
        headers: this.headers(about),
        body: text,
        timeoutMs: this.limits.acceptMs,
      });
      if (about.method === "notifications/initialized") this.#listen();
    } catch (error) {
      if (error instanceof UpstreamError && this.isSessionLoss(about, error)) this.#lost();
      else this.failed(about, error);
    }
    // The server knows; what it still has to say about that request is of no interest.
    if (about.cancels !== undefined) this.#call(about.cancels)?.cancel();
  }

  /** Opens the stream for what the server says unasked (legacy). A server without one answers 405. */
  #listen(): void {
    this.#listening?.end();
    const stop = this.#listening = new Stop();
    const { gate, limits } = this;
    follow({
      open: (lastEventId) =>
        this.endpoint.exchange({
          method: "GET",
          headers: [
            ...this.headers({ kind: "response", era: "legacy" }),
            ...(lastEventId === "" ? [] : [["Last-Event-ID", lastEventId] as const]),
          ],
          accept: "text/event-stream",
          stop,
          timeoutMs: limits.acceptMs,
        }),
      message: (data) => {
        if (stop.ended) return;
        // Answers come on the stream of their request, and nowhere else.
        if (peek(data).answer) this.violation("http.foreign_answer");
        else this.deliver(data);
      },
      strange: () => this.violation("sse.event_type"),
      isOver: () => false,
      stop,
      gate,
      limits,
      standing: true,
      resumable: true,
    }, undefined).catch((error) => {
      const { code, status } = error as UpstreamError;
      // Some servers have no route for GET at all; whether the session lives, the next POST tells.
      if (code !== "aborted" && status !== 405 && status !== 404) {
        this.violation("http.listen_failed");
      }
    });
  }

  #lost(): void {
    this.#session = undefined;
    this.finish({ code: 1001, reason: "the server has ended the session", local: false });
  }

  #call(id: string): HttpCall | undefined {
    for (const call of this.#calls) if (call.about.id === id) return call;
  }

  #isModern(about: MessageInfo): boolean {
    return about.era === undefined ? this.#modern !== undefined : about.era === "modern";
  }

  /** The result in an answer; undefined where there is none, or none that the strict reader takes. */
  #result(bytes: Uint8Array): JsonObject | undefined {
    let tree: JsonValue | undefined;
    try {
      tree = parseJson(bytes, this.#json);
    } catch {
      return undefined; // the session reads it again, and says why it is refused
    }
    const result = tree instanceof JsonObject ? tree.get("result") : undefined;
    return result instanceof JsonObject ? result : undefined;
  }
}

/**
 * Makes a channel to a server over Streamable HTTP. Nothing is opened before the first message, so this rejects for
 * options that cannot be used only; a server that cannot be reached fails the message that needed it.
 *
 * @param url `http:` or `https:`, chosen by the operator; credentials belong into a header. Redirects are not followed.
 * @param options How to connect.
 * @returns The channel, which delivers nothing until `start`.
 * @throws {TypeError} For a URL or headers that cannot be used.
 */
export function connectHttp(
  url: string | URL,
  options: HttpConnectOptions = {},
): Promise<HttpChannel> {
  return new Promise((resolve) => {
    const endpoint = new HttpEndpoint(url, options);
    const limits = { ...HTTP_CONNECTOR_LIMITS, ...options.limits };
    resolve(new HttpChannel(endpoint, limits, options.json ?? {}));
  });
}
