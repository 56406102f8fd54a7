// A minimal MCP server over WebSocket, as a process of its own: it answers, and does nothing else.
// Prints "listening on PORT".

import { textFrame } from "../../src/proxy/transports/frame_writer.ts";
import { FrameReader } from "../../src/proxy/transports/frames.ts";
import { acceptKey } from "../../src/proxy/transports/ws_handshake.ts";
import { answer } from "./messages.ts";
import { LIMITS, readHead, writeAll } from "./socket.ts";

const decoder = new TextDecoder();

async function serve(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const { head } = await readHead(conn);
  const key = /\r\nsec-websocket-key: *(\S+)/i.exec(head)?.[1] ?? "";
  const upgrade = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Protocol: mcp",
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
  ];
  await writeAll(conn, new TextEncoder().encode(`${upgrade.join("\r\n")}\r\n\r\n`));
  let due: Uint8Array[] = [];
  const reader = new FrameReader("server", LIMITS, {
    onText: (bytes) => {
      const text = answer(decoder.decode(bytes));
      if (text !== null) due.push(textFrame(text));
    },
    onPing: () => {},
    onPong: () => {},
    onClose: () => {},
  });
  const buffer = new Uint8Array(65536);
  for (;;) {
    const count = await conn.read(buffer);
    if (count === null) break;
    reader.push(buffer.subarray(0, count));
    const frames = due;
    due = [];
    for (const frame of frames) await writeAll(conn, frame);
    if (reader.ended) break;
  }
  conn.close();
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(`listening on ${listener.addr.port}`);
for await (const conn of listener) serve(conn).catch(() => {});
