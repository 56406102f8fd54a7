// Answers written by hand, for connections that node:http no longer answers by itself.

import { STATUS_CODES } from "node:http";
import type { ByteStream } from "./byte_stream.ts";
import { checkHeaders, type HttpReply } from "./http_message.ts";

/**
 * Writes a whole answer, after which the connection ends.
 *
 * @param reply The answer.
 * @returns Its bytes.
 * @throws {TypeError} For headers that cannot be sent.
 */
export function rawReply(reply: HttpReply): Uint8Array {
  const body = typeof reply.body === "string" ? new TextEncoder().encode(reply.body) : reply.body;
  const headers = [
    ...(reply.headers ?? []),
    ["Content-Length", String(body?.length ?? 0)],
    ["Connection", "close"],
  ] as [string, string][];
  checkHeaders(headers);
  const head = `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ""}\r\n` +
    headers.map(([name, value]) => `${name}: ${value}\r\n`).join("") + "\r\n";
  const bytes = new Uint8Array(head.length + (body?.length ?? 0));
  new TextEncoder().encodeInto(head, bytes);
  if (body !== undefined) bytes.set(body, head.length);
  return bytes;
}

/**
 * Answers on a connection whose upgrade is refused, and ends it.
 *
 * @param stream The connection, not started.
 * @param reply The answer.
 * @param lingerMs Milliseconds the peer has to read it.
 */
export function refuseUpgrade(stream: ByteStream, reply: HttpReply, lingerMs = 1000): void {
  const timer = setTimeout(() => stream.destroy(), lingerMs);
  const gone = (): void => {
    clearTimeout(timer);
    stream.destroy();
  };
  stream.write(rawReply(reply));
  stream.end();
  stream.start({
    onData: () => {},
    onEnd: gone,
    onGone: () => clearTimeout(timer),
    onWritten: () => {},
  });
}
