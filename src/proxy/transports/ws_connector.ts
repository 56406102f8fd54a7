// Opens a WebSocket to an upstream server over a plain or TLS connection with own framing: Deno's client WebSocket
// sends large frames in two writes without TCP_NODELAY and buffers without limit.

import { Buffer } from "node:buffer";
import { DenoStream } from "./deno_stream.ts";
import { checkHeaders } from "./http_message.ts";
import { checkUpgradeReply, readReplyHead } from "./ws_upgrade_reply.ts";
import { UpstreamError } from "./upstream_error.ts";
import { WebSocketChannel } from "./ws_channel.ts";
import { WEBSOCKET_LIMITS, type WebSocketLimits } from "./ws_limits.ts";

/** How to connect. */
export interface WebSocketConnectOptions {
  /** Headers to send besides the handshake's own, e.g. Authorization. */
  headers?: readonly (readonly [name: string, value: string])[];
  /** Subprotocols to offer; `["mcp"]` by default, empty for none. */
  subprotocols?: readonly string[];
  /** Bounds and deadlines; `messageBytes` bounds what the server sends. The rest are `WEBSOCKET_LIMITS`. */
  limits?: Partial<WebSocketLimits>;
  /** Milliseconds until the connection must be open, handshake and TLS included; 10000 by default. */
  connectTimeoutMs?: number;
  /** Gives the attempt up. */
  signal?: AbortSignal;
  /** Certificates (PEM) to trust besides the system's, for `wss:`. */
  caCerts?: readonly string[];
}

/** Headers of the handshake, which nobody may set from outside. */
const OWN_HEADERS = ["host", "upgrade", "connection", "content-length", "transfer-encoding"];

/** Reads and checks the URL. */
function parseTarget(url: string | URL): URL {
  const target = new URL(url);
  if (target.protocol !== "ws:" && target.protocol !== "wss:") {
    throw new TypeError(`Cannot connect to "${target.protocol}": expected ws: or wss:`);
  }
  if (target.username !== "" || target.password !== "") {
    throw new TypeError("Cannot connect with credentials in the URL: use a header");
  }
  if (target.hash !== "") throw new TypeError("Cannot connect to a URL with a fragment");
  return target;
}

function upgradeRequest(target: URL, key: string, options: WebSocketConnectOptions): Uint8Array {
  const extra = options.headers ?? [];
  checkHeaders(extra);
  for (const [name] of extra) {
    const lower = name.toLowerCase();
    if (OWN_HEADERS.includes(lower) || lower.startsWith("sec-websocket-")) {
      throw new TypeError(`Cannot set header ${name}: the handshake owns it`);
    }
  }
  const subprotocols = options.subprotocols ?? ["mcp"];
  const headers: (readonly [string, string])[] = [
    ["Host", target.host],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Version", "13"],
    ["Sec-WebSocket-Key", key],
    ...extra,
  ];
  if (subprotocols.length > 0) headers.push(["Sec-WebSocket-Protocol", subprotocols.join(", ")]);
  checkHeaders(headers);
  return new TextEncoder().encode(
    `GET ${target.pathname}${target.search} HTTP/1.1\r\n` +
      headers.map(([name, value]) => `${name}: ${value}\r\n`).join("") + "\r\n",
  );
}

/** A connection attempt in steps; `conn` is what there is to close when it is given up. */
class Attempt {
  conn: Deno.Conn | undefined;

  async open(
    target: URL,
    caCerts: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const hostname = target.hostname.replace(/^\[|\]$/g, "");
    const tls = target.protocol === "wss:";
    const port = Number(target.port || (tls ? 443 : 80));
    const plain = await Deno.connect({ hostname, port, signal });
    this.conn = plain;
    plain.setNoDelay(true); // a frame must not wait for the ACK of the one before
    if (!tls) return;
    const extra = caCerts === undefined ? {} : { caCerts: [...caCerts] };
    try {
      const secured = await Deno.startTls(plain, {
        hostname,
        alpnProtocols: ["http/1.1"],
        ...extra,
      });
      this.conn = secured;
      if (signal.aborted) throw signal.reason;
      await secured.handshake();
    } catch (cause) {
      throw new UpstreamError("tls", "TLS with the upstream failed", { cause });
    }
  }

  close(): void {
    try {
      this.conn?.close();
    } catch {
      // closed already, or consumed by startTls
    }
  }
}

/** Turns what Deno throws into what the caller can tell apart. */
function explain(error: unknown, target: URL): Error {
  if (error instanceof UpstreamError) return error;
  const text = error instanceof Error ? error.message : "";
  if (text.includes("lookup") || text.includes("resolve")) {
    return new UpstreamError("dns", `no address for upstream ${target.hostname}`, { cause: error });
  }
  return new UpstreamError("refused", `upstream ${target.host} refused`, { cause: error });
}

/**
 * Opens a WebSocket. Redirects are never followed, extensions never offered.
 *
 * @param url `ws:` or `wss:`; credentials belong into a header.
 * @param options How to connect.
 * @returns The open channel, which delivers nothing until `start`.
 * @throws {UpstreamError} When the server cannot be reached or does not shake hands.
 * @throws {TypeError} For a URL or headers that cannot be used.
 */
export async function connectWebSocket(
  url: string | URL,
  options: WebSocketConnectOptions = {},
): Promise<WebSocketChannel> {
  const target = parseTarget(url);
  const key = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const request = upgradeRequest(target, key, options);
  const timeoutMs = options.connectTimeoutMs ?? 10_000;
  const limits: WebSocketLimits = { ...WEBSOCKET_LIMITS, ...options.limits };
  const attempt = new Attempt();
  const stop = new AbortController();
  const giveUp = (code: "timeout" | "aborted", message: string): void => {
    stop.abort(new UpstreamError(code, message));
    attempt.close(); // wakes whatever read or handshake is waited for
  };
  const onAbort = (): void => giveUp("aborted", "connecting was given up");
  const timer = setTimeout(
    () => giveUp("timeout", `upstream ${target.host} did not answer in ${timeoutMs} ms`),
    timeoutMs,
  );
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    if (options.signal?.aborted) onAbort();
    stop.signal.throwIfAborted();
    await attempt.open(target, options.caCerts, stop.signal);
    stop.signal.throwIfAborted();
    const conn = attempt.conn!;
    for (let at = 0; at < request.length;) at += await conn.write(request.subarray(at));
    const { head, rest } = await readReplyHead((buffer) => conn.read(buffer));
    checkUpgradeReply(head, { key, subprotocols: options.subprotocols ?? ["mcp"] });
    stop.signal.throwIfAborted();
    const stream = new DenoStream({ conn, head: rest });
    return new WebSocketChannel({ stream, side: "client", remote: target.hostname, limits });
  } catch (error) {
    attempt.close();
    if (stop.signal.aborted) throw stop.signal.reason;
    throw explain(error, target);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", onAbort);
  }
}
