// A plain HTTP client of both eras, as thin as can be: what is sent and what comes back stays visible.

import { eventsOf } from "./http_raw.ts";

// deno-lint-ignore no-explicit-any -- tests look into whatever came
type Json = any;

/** The protocol version of the sessions that are opened here. */
const LEGACY = "2025-11-25";
const MODERN = "2026-07-28";

/** A client of one endpoint. */
export class HttpMcp {
  /** The session's id, once opened. */
  session = "";
  readonly #url: string;
  readonly #headers: Record<string, string>;

  /**
   * @param url The endpoint.
   * @param headers Headers of every request, e.g. a credential.
   */
  constructor(url: string, headers: Record<string, string> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  /** Sends one message in a POST. */
  post(
    message: object,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    return fetch(this.#url, {
      method: "POST",
      headers: {
        ...this.#headers,
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        ...headers,
      },
      body: JSON.stringify(message),
      signal: signal ?? null,
    });
  }

  /** Sends one message of the session. */
  send(message: object, signal?: AbortSignal): Promise<Response> {
    return this.post({ jsonrpc: "2.0", ...message }, this.#ofSession(), signal);
  }

  /** Initializes a session. */
  async open(version: string = LEGACY): Promise<this> {
    const params = {
      protocolVersion: version,
      capabilities: { sampling: {}, elicitation: {}, roots: {} },
      clientInfo: { name: "plain", version: "1" },
    };
    const reply = await this.post({ jsonrpc: "2.0", id: 0, method: "initialize", params });
    const body = await reply.text();
    if (reply.status !== 200) throw new Error(`initialize: ${reply.status} ${body}`);
    this.session = reply.headers.get("mcp-session-id")!;
    return this;
  }

  /** Asks within the session, and takes the answer, in whichever form it comes. */
  async ask(id: number | string, method: string, params: object = {}): Promise<Json> {
    const reply = await this.send({ id, method, params });
    if (reply.headers.get("content-type") !== "text/event-stream") return await reply.json();
    for await (const { data } of eventsOf(reply)) {
      const message = data === "" ? {} : JSON.parse(data);
      if (message.id === id && message.method === undefined) return message;
    }
    throw new Error(`the stream of ${method} ended without an answer`);
  }

  /** Listens: the session's stream, or the rest of one. */
  listen(last?: string, signal?: AbortSignal): Promise<Response> {
    return fetch(this.#url, {
      headers: {
        ...this.#headers,
        ...this.#ofSession(),
        "Accept": "text/event-stream",
        ...(last === undefined ? {} : { "Last-Event-ID": last }),
      },
      signal: signal ?? null,
    });
  }

  /** Ends the session. */
  end(): Promise<Response> {
    return fetch(this.#url, {
      method: "DELETE",
      headers: { ...this.#headers, ...this.#ofSession() },
    });
  }

  /** Sends one request of the modern era. */
  modern(
    id: number | string,
    method: string,
    params: Record<string, unknown> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    const name = params.name ?? params.uri;
    const meta = {
      "io.modelcontextprotocol/protocolVersion": MODERN,
      "io.modelcontextprotocol/clientCapabilities": {},
      ...(params._meta as object | undefined),
    };
    return this.post(
      { jsonrpc: "2.0", id, method, params: { ...params, _meta: meta } },
      {
        "MCP-Protocol-Version": MODERN,
        "Mcp-Method": method,
        ...(typeof name === "string" ? { "Mcp-Name": name } : {}),
      },
      signal,
    );
  }

  #ofSession(): Record<string, string> {
    return { "Mcp-Session-Id": this.session, "MCP-Protocol-Version": LEGACY };
  }
}
