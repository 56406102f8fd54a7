// The HTTP/1.1 listener, which lives on under hostile clients: node:http with deadlines and caps (Deno.serve has
// neither, and ends when file descriptors run out). It knows bytes, not policies.

import * as http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { ByteStream } from "./byte_stream.ts";
import { readBody } from "./http_body.ts";
import { HTTP_LIMITS, type HttpLimits } from "./http_limits.ts";
import {
  checkHead,
  checkHeaders,
  HttpProblem,
  type HttpReply,
  type HttpRequest,
  type HttpViolation,
} from "./http_message.ts";
import { rawReply, refuseUpgrade } from "./http_raw_reply.ts";
import { NodeStream } from "./node_stream.ts";

/** What a listener is made of. */
export interface HttpListenOptions {
  /** Address to bind, e.g. `127.0.0.1`. */
  host: string;
  /** Port; 0 lets the system choose. */
  port: number;
  /** Bounds and deadlines; the rest are `HTTP_LIMITS`. */
  limits?: Partial<HttpLimits>;
  /** Answers a request. A throw is answered by 500. */
  onRequest(request: HttpRequest): Promise<HttpReply>;
  /** Takes an upgrade request (any `Upgrade` header) and its connection; absent: answered by 426. */
  onUpgrade?(request: HttpRequest, stream: ByteStream): void;
  /** Told of each request that the listener itself refused, for the audit. */
  onRefused?(refused: { remote: string; status: number; violation: HttpViolation }): void;
  /** Told of errors that `onRequest` or `onUpgrade` threw. */
  onError?(error: unknown): void;
}

/** A running listener. */
export interface HttpListener {
  /** The address bound. */
  readonly host: string;
  /** The port bound. */
  readonly port: number;
  /** Connections open now. */
  readonly connections: number;
  /**
   * Takes no more connections, lets requests in work end, then cuts what is left.
   *
   * @param graceMs Milliseconds until everything is cut; upgraded connections count as work.
   */
  close(graceMs: number): Promise<void>;
}

/** IPv4 addresses of a dual-stack socket in their own form. */
function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:/, "");
}

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([raw[i]!, raw[i + 1]!]);
  return list;
}

/**
 * Begins to listen.
 *
 * @param options Address, limits and handlers.
 * @returns The running listener.
 * @throws {Error} When the address cannot be bound; `code` says why (`EADDRINUSE`, ...).
 */
export async function listen(options: HttpListenOptions): Promise<HttpListener> {
  const limits: HttpLimits = { ...HTTP_LIMITS, ...options.limits };
  const sockets = new Set<Duplex>();
  const inWork = new WeakMap<Duplex, number>();
  const server = http.createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.headersMs + limits.bodyMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    noDelay: true,
  });
  server.maxConnections = limits.connections;
  server.maxHeadersCount = 0; // all are counted by checkHead; a cap here would drop some unseen

  const requestOf = (message: http.IncomingMessage): HttpRequest => {
    const target = message.url ?? "";
    const headers = pairs(message.rawHeaders);
    checkHead(target, headers);
    const mark = target.indexOf("?");
    return {
      method: message.method ?? "",
      path: mark < 0 ? target : target.slice(0, mark),
      query: mark < 0 ? "" : target.slice(mark + 1),
      version: message.httpVersion,
      headers,
      remote: plainAddress(message.socket.remoteAddress),
      body: () => readBody(message, limits),
    };
  };
  const refused = (socket: Duplex, problem: HttpProblem): HttpReply => {
    const remote = plainAddress((socket as Socket).remoteAddress);
    options.onRefused?.({ remote, status: problem.status, violation: problem.violation });
    return {
      status: problem.status,
      headers: [["Content-Type", "text/plain; charset=utf-8"]],
      body: `${problem.message}\n`,
    };
  };
  const failure = (socket: Duplex, error: unknown): HttpReply => {
    if (error instanceof HttpProblem) return refused(socket, error);
    options.onError?.(error);
    return { status: 500 };
  };

  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("request", async (message, response) => {
    const socket = message.socket;
    const depth = (inWork.get(socket) ?? 0) + 1;
    inWork.set(socket, depth);
    // a peer that asks and never reads would have every answer kept for it
    if (depth > limits.pipelined) return void socket.destroy();
    response.on("error", () => {});
    response.on("close", () => inWork.set(socket, inWork.get(socket)! - 1));
    let reply: HttpReply;
    try {
      reply = await options.onRequest(requestOf(message));
      checkHeaders(reply.headers ?? []);
    } catch (error) {
      reply = failure(socket, error);
    }
    if (socket.destroyed) return;
    const body = reply.body ?? "";
    const head = [...(reply.headers ?? [])];
    if (reply.status >= 200 && reply.status !== 204 && reply.status !== 304) {
      const length = typeof body === "string" ? new TextEncoder().encode(body).length : body.length;
      head.push(["Content-Length", String(length)]);
    }
    // what is left of a body is not read: the connection cannot be used again
    if (!message.complete) head.push(["Connection", "close"]);
    const timer = setTimeout(() => socket.destroy(), limits.replyMs);
    response.on("close", () => clearTimeout(timer));
    response.writeHead(reply.status, head.flat());
    response.end(body);
  });
  server.on("upgrade", (message: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    const stream = new NodeStream(socket, head);
    try {
      const request = requestOf(message);
      if (options.onUpgrade !== undefined) options.onUpgrade(request, stream);
      else refuseUpgrade(stream, { status: 426 });
    } catch (error) {
      refuseUpgrade(stream, failure(socket, error));
    }
  });
  server.on("clientError", (error: Error & { code?: string }, socket: Duplex) => {
    const status = error.code === "HPE_HEADER_OVERFLOW"
      ? 431
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? 408
      : 400;
    const problem = new HttpProblem(status, "http.malformed", http.STATUS_CODES[status]!);
    const reply = refused(socket, problem);
    if (socket.writable) socket.end(rawReply(reply), () => socket.destroy());
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: options.host, port: options.port, backlog: 511 }, () => {
      server.off("error", reject);
      // accepting fails while file descriptors are short (EMFILE); the listener waits for better times
      server.on("error", (error: unknown) => options.onError?.(error));
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return {
    host: address.address,
    port: address.port,
    get connections(): number {
      return sockets.size;
    },
    close: (graceMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => sockets.forEach((socket) => socket.destroy()), graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
