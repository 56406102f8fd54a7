// One HTTP exchange with the server: redirects are refused, encodings too, cookies do not exist, and every failure
// has a name. `fetch` carries it, which parses HTTP well and pools connections; nothing of it shows outside.

import type { Header } from "./http_connector_headers.ts";
import type { Stop } from "./http_connector_stop.ts";
import { checkHeaders } from "./http_message.ts";
import { UpstreamError } from "./upstream_error.ts";

/** Headers that the connector sets itself, or that nobody may set. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  ...["host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade"],
  ...["keep-alive", "expect", "content-type", "content-encoding", "accept", "accept-encoding"],
  ...["last-event-id", "cookie", "origin"],
]);

/** One request. */
export interface ExchangeRequest {
  /** The method. */
  method: "POST" | "GET" | "DELETE";
  /** Headers besides the connector's and the operator's. */
  headers: readonly Header[];
  /** The body, for POST. */
  body?: string;
  /** What answers are understood. */
  accept?: string;
  /** Ends the exchange, its body included. */
  stop: Stop;
  /** Milliseconds until the answer's head must be here. */
  timeoutMs: number;
}

/** Where a server is, and what the operator wants it to be told. */
export interface EndpointOptions {
  /** Headers for every request, e.g. Authorization; a client's own credentials never get here. */
  headers?: readonly Header[];
  /** Certificates (PEM) to trust besides the system's, for `https:`. */
  caCerts?: readonly string[];
}

/** A server's address. */
export class HttpEndpoint {
  /** Where it is. */
  readonly url: URL;
  readonly #headers: readonly Header[];
  #client: Deno.HttpClient | undefined;

  /**
   * @param url `http:` or `https:`, without credentials or fragment.
   * @param options What the operator wants.
   * @throws {TypeError} For a URL or headers that cannot be used.
   */
  constructor(url: string | URL, options: EndpointOptions = {}) {
    this.url = new URL(url);
    if (this.url.protocol !== "http:" && this.url.protocol !== "https:") {
      throw new TypeError(`Cannot connect to "${this.url.protocol}": expected http: or https:`);
    }
    if (this.url.username !== "" || this.url.password !== "") {
      throw new TypeError("Cannot connect with credentials in the URL: use a header");
    }
    if (this.url.hash !== "") throw new TypeError("Cannot connect to a URL with a fragment");
    this.#headers = options.headers ?? [];
    checkHeaders(this.#headers);
    for (const [name] of this.#headers) {
      const lower = name.toLowerCase();
      if (OWN_HEADERS.has(lower) || lower.startsWith("mcp-")) {
        throw new TypeError(`Cannot set header ${name}: the transport owns it`);
      }
    }
    if (options.caCerts !== undefined) {
      this.#client = Deno.createHttpClient({ caCerts: [...options.caCerts] });
    }
  }

  /**
   * Sends a request and waits for the head of its answer.
   *
   * @param request What to send.
   * @param url Where to, if not to the server's own address; the caller has checked its origin.
   * @returns The answer, whatever its status but a redirect; its body must be read or cancelled.
   * @throws {UpstreamError} When there is none, or one that is refused.
   */
  async exchange(request: ExchangeRequest, url: URL = this.url): Promise<Response> {
    const { method, headers, body, accept, stop, timeoutMs } = request;
    const step = stop.step();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      step.abort();
    }, timeoutMs);
    const all: [string, string][] = [
      ["User-Agent", "mcpguard"],
      // Said outright, fetch inflates nothing by itself.
      ["Accept-Encoding", "identity"],
      ["Accept", accept ?? "application/json, text/event-stream"],
      ...this.#headers as readonly [string, string][],
      ...headers as readonly [string, string][],
    ];
    if (body !== undefined) all.push(["Content-Type", "application/json"]);
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers: all,
        redirect: "manual",
        signal: step.signal,
        ...(body === undefined ? {} : { body }),
        ...(this.#client === undefined ? {} : { client: this.#client }),
      });
    } catch (cause) {
      if (late) throw new UpstreamError("timeout", `upstream ${url.host} did not answer in time`);
      if (stop.ended) throw new UpstreamError("aborted", "the exchange was given up");
      throw explain(cause, url);
    } finally {
      clearTimeout(timer);
    }
    const refusal = refused(response);
    if (refusal === null) return response;
    await discard(response);
    throw refusal;
  }

  /** Gives back what was opened for the server's own certificates. Idempotent. */
  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}

/** Drops an answer's body unread. */
export async function discard(response: Response): Promise<void> {
  try {
    await response.body?.cancel();
  } catch {
    // it has failed already, which is as good
  }
}

/** Whether an answer is a success of the given content type. */
export function isOf(response: Response, type: string): boolean {
  const given = (response.headers.get("content-type") ?? "").split(";", 1)[0]!;
  return response.ok && given.trim().toLowerCase() === type;
}

/** What a status that is no success means. */
export function statusError(response: Response): UpstreamError {
  const { status } = response;
  if (status === 401 || status === 403) {
    const what = status === 401 ? "asks for credentials" : "refuses the guard's credentials";
    return new UpstreamError("unauthorized", `the server ${what} (HTTP status ${status})`, {
      status,
    });
  }
  return new UpstreamError("status", `the server answered with HTTP status ${status}`, { status });
}

function refused(response: Response): UpstreamError | null {
  const { status } = response;
  if (status >= 300 && status < 400) {
    const why =
      `the server answered with a redirect (HTTP status ${status}), which is not followed`;
    return new UpstreamError("redirect", why, { status });
  }
  const encoding = (response.headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding !== "identity" && encoding !== "") {
    return new UpstreamError("encoding", "the server sent an encoded body, which is not decoded");
  }
  return null;
}

/** Turns what fetch throws into what the caller can tell apart. */
function explain(cause: unknown, url: URL): UpstreamError {
  let text = "";
  for (let error = cause; error instanceof Error; error = error.cause) text += ` ${error.message}`;
  if (text.includes("dns error") || text.includes("lookup")) {
    return new UpstreamError("dns", `no address for upstream ${url.hostname}`, { cause });
  }
  if (text.includes("certificate") || text.includes("tls") || text.includes("TLS")) {
    return new UpstreamError("tls", "TLS with the upstream failed", { cause });
  }
  if (text.includes("tcp connect error") || text.includes("Connection refused")) {
    return new UpstreamError("refused", `upstream ${url.host} refused`, { cause });
  }
  return new UpstreamError("ended", `the connection to upstream ${url.host} broke`, { cause });
}
