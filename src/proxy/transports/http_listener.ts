// The HTTP/1.1 listener, which lives on under hostile clients: an acceptor of its own with caps and deadlines, and
// node:http as the strict parser behind it (Deno.serve has neither, and ends when file descriptors run out). It knows
// bytes, not policies.

import * as http from "node:http";
import { Buffer } from "node:buffer";
import { acceptAll } from "./acceptor.ts";
import type { ByteStream } from "./byte_stream.ts";
import { ConnDuplex } from "./conn_duplex.ts";
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
import { streamBody } from "./http_reply_stream.ts";

/** What a listener is made of. */
export interface HttpListenOptions {
  /** Address to bind, e.g. `127.0.0.1`. */
  host: string;
  /** Port; 0 lets the system choose. */
  port: number;
  /** Bounds and deadlines, where a function anew for each use; the rest are `HTTP_LIMITS`. */
  limits?: Partial<HttpLimits> | (() => Partial<HttpLimits>);
  /** Answers a request. A throw is answered by 500. */
  onRequest(request: HttpRequest): Promise<HttpReply>;
  /** Takes an upgrade request (any `Upgrade` header) and its connection; absent: answered by 426. */
  onUpgrade?(request: HttpRequest, stream: ByteStream): void;
  /** Told of each request that the listener itself refused, for the audit. */
  onRefused?(refused: { remote: string; status: number; violation: HttpViolation }): void;
  /** Told of each connection that was closed unanswered, because there is no room for it. */
  onDropped?(remote: string): void;
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

/** Milliseconds that a peer has to hang up after the last answer; cutting at once could destroy the answer. */
const LINGER_MS = 1000;

/** The peer's address; IPv4 on a dual-stack socket in its own form. */
function remoteOf(socket: ConnDuplex): string {
  return socket.conn.remoteAddr.hostname.replace(/^::ffff:/, "");
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
 * @throws {Deno.errors.AddrInUse} When the port is taken; other errors of `Deno.listen` likewise.
 */
// deno-lint-ignore require-await -- an address that cannot be bound rejects
export async function listen(options: HttpListenOptions): Promise<HttpListener> {
  const limits = (): HttpLimits => ({
    ...HTTP_LIMITS,
    ...(typeof options.limits === "function" ? options.limits() : options.limits),
  });
  const listener = Deno.listen({ hostname: options.host, port: options.port });
  const open = new Set<ConnDuplex | ByteStream>();
  const allClosed = Promise.withResolvers<void>();
  let closing = false;
  const onClosed = (socket: ConnDuplex | ByteStream): void => {
    open.delete(socket);
    if (closing && open.size === 0) allClosed.resolve();
  };
  const server = http.createServer({
    maxHeaderSize: limits().headerBytes,
    requireHostHeader: false, // checkHead does, and leaves a record
    keepAliveTimeout: limits().keepAliveMs, // for the answer's header; deadlines are the ones below
  });
  // it never listens itself, but would end every connection after one answer if it knew
  Object.defineProperty(server, "listening", { get: () => !closing });
  server.maxHeadersCount = 0; // all are counted by checkHead; a cap here would drop some unseen

  const requestOf = (
    message: http.IncomingMessage,
    socket: ConnDuplex,
    response?: http.ServerResponse,
  ): HttpRequest => {
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
      remote: remoteOf(socket),
      body: () => readBody(message, limits()),
      ...(response === undefined ? {} : {
        onGone: (callback) =>
          void response.once("close", () => response.writableFinished || callback()),
      }),
    };
  };
  const refused = (socket: ConnDuplex, problem: HttpProblem): HttpReply => {
    const { status, violation, message } = problem;
    options.onRefused?.({ remote: remoteOf(socket), status, violation });
    return {
      status,
      headers: [["Content-Type", "text/plain; charset=utf-8"]],
      body: `${message}\n`,
    };
  };
  const failure = (socket: ConnDuplex, error: unknown): HttpReply => {
    if (error instanceof HttpProblem) return refused(socket, error);
    options.onError?.(error);
    return { status: 500 };
  };
  const malformed = (socket: ConnDuplex, status: number): void => {
    const reply = refused(
      socket,
      new HttpProblem(status, "http.malformed", http.STATUS_CODES[status]!),
    );
    socket.deadline(LINGER_MS, () => socket.destroy());
    if (socket.writable) socket.end(rawReply(reply));
    socket.resume(); // up to the peer's end
  };

  server.on("request", async (message, response) => {
    const socket = message.socket as unknown as ConnDuplex;
    socket.deadline();
    // a peer that asks and never reads would have every answer kept for it
    if (++socket.inWork > limits().pipelined) return void socket.destroy();
    let last = false;
    response.on("error", () => {});
    response.on("close", () => {
      if (--socket.inWork > 0) return;
      const wait = last || !response.shouldKeepAlive ? LINGER_MS : limits().keepAliveMs;
      socket.deadline(wait, () => socket.destroy());
    });
    let reply: HttpReply;
    try {
      reply = await options.onRequest(requestOf(message, socket, response));
      checkHeaders(reply.headers ?? []);
    } catch (error) {
      reply = failure(socket, error);
    }
    const { writer } = reply;
    if (socket.destroyed) return writer?.onClose();
    const body = reply.body ?? "";
    const head = [...(reply.headers ?? [])];
    if (
      writer === undefined && reply.status >= 200 && reply.status !== 204 && reply.status !== 304
    ) {
      head.push([
        "Content-Length",
        String(typeof body === "string" ? Buffer.byteLength(body) : body.length),
      ]);
    }
    // what is left of a body is not read: the connection cannot be used again
    last = !message.complete || closing;
    if (last) head.push(["Connection", "close"]);
    response.writeHead(reply.status, head.flat());
    if (writer !== undefined) return streamBody(response, writer, () => socket.destroy());
    socket.deadline(limits().replyMs, () => socket.destroy());
    response.end(body);
  });
  server.on("upgrade", (message: http.IncomingMessage, duplex, head: Buffer) => {
    const socket = duplex as unknown as ConnDuplex;
    const stream = socket.detach(head, () => onClosed(stream));
    open.add(stream);
    open.delete(socket);
    try {
      const request = requestOf(message, socket);
      if (options.onUpgrade !== undefined) options.onUpgrade(request, stream);
      else refuseUpgrade(stream, { status: 426 });
    } catch (error) {
      refuseUpgrade(stream, failure(socket, error));
    }
  });
  server.on("checkContinue", (message, response) => {
    // Nobody is asked for a body that is refused unread (RFC 9110, 10.1.1); one without a length is counted as it comes.
    const length = Number(message.headers["content-length"] ?? 0);
    if (length <= limits().messageBytes) response.writeContinue();
    server.emit("request", message, response);
  });
  server.on("clientError", (error: Error & { code?: string }, duplex) => {
    const socket = duplex as unknown as ConnDuplex;
    if (!error.code?.startsWith("HPE_")) return void socket.destroy(); // the peer is gone: nobody to tell
    malformed(socket, error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400);
  });
  const accepting = acceptAll({
    listener,
    room: () => open.size < limits().connections,
    onError: (error) => options.onError?.(error),
    onDropped: (conn) => options.onDropped?.(conn.remoteAddr.hostname.replace(/^::ffff:/, "")),
    onConnection: (conn) => {
      conn.setNoDelay(true);
      const socket = new ConnDuplex(conn, onClosed);
      open.add(socket);
      socket.on("error", () => {}); // an error without a listener would end the process
      socket.deadline(limits().headersMs, () => malformed(socket, 408));
      server.emit("connection", socket);
    },
  });
  const { hostname, port } = listener.addr as Deno.NetAddr;
  return {
    host: hostname,
    port,
    get connections(): number {
      return open.size;
    },
    close: async (graceMs): Promise<void> => {
      if (!closing) {
        closing = true;
        listener.close();
      }
      const idle = [...open].filter((one) => one instanceof ConnDuplex && one.inWork === 0);
      for (const one of idle) one.destroy();
      const timer = setTimeout(() => [...open].forEach((one) => one.destroy()), graceMs);
      if (open.size > 0) await allClosed.promise;
      clearTimeout(timer);
      await accepting;
    },
  };
}
