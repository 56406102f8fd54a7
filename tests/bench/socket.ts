// Raw WebSocket connections of the load test's two ends.

import { frameOf } from "../../src/proxy/transports/frame_writer.ts";
import { Opcode } from "../../src/proxy/transports/frames.ts";

/** Bounds of the frame reader, wide enough for every size that is measured. */
export const LIMITS = { messageBytes: 64 * 1024 * 1024, fragments: 1024 };

/** The measured side's own unpredictability is not what is measured: one masking key for all. */
export const KEY: Uint8Array = new Uint8Array([1, 2, 3, 4]);

/** Writes all bytes. */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/**
 * Reads an HTTP head.
 *
 * @param conn The connection.
 * @returns The head, and what came behind it.
 * @throws {Error} When the connection ends before, or the head is beyond 16 kB.
 */
export async function readHead(conn: Deno.Conn): Promise<{ head: string; rest: Uint8Array }> {
  const buffer = new Uint8Array(16384);
  let length = 0;
  while (length < buffer.length) {
    const count = await conn.read(buffer.subarray(length));
    if (count === null) break;
    length += count;
    const text = new TextDecoder("latin1").decode(buffer.subarray(0, length));
    const end = text.indexOf("\r\n\r\n") + 4;
    if (end > 3) return { head: text.slice(0, end), rest: buffer.slice(end, length) };
  }
  throw new Error("the connection ended before its head");
}

/**
 * Opens a WebSocket as an MCP client with the key `demo-key`.
 *
 * @param port Port of this machine.
 * @returns The connection, and bytes that came behind the answer's head.
 * @throws {Error} When the upgrade is refused.
 */
export async function openClient(
  port: number,
): Promise<{ conn: Deno.TcpConn; rest: Uint8Array }> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const lines = [
    "GET /ws HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: mcp",
    "X-API-Key: demo-key",
  ];
  await writeAll(conn, new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  const { head, rest } = await readHead(conn);
  if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`No upgrade: ${head.split("\r\n")[0]}`);
  return { conn, rest };
}

/** Says goodbye, and closes. */
export async function closeClient(conn: Deno.TcpConn): Promise<void> {
  await writeAll(conn, frameOf(Opcode.close, new Uint8Array([3, 232]), KEY)).catch(() => {});
  conn.close();
}
