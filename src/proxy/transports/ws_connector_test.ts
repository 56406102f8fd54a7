// The client side against servers that keep no rule, and against our own listener.

import { expect } from "expect";
import { concat, frame, rawServer } from "../../../tests/kit/ws_raw.ts";
import { listen } from "./http_listener.ts";
import { connectWebSocket } from "./ws_connector.ts";
import { acceptKey } from "./ws_handshake.ts";
import { webSocketUpgrade } from "./ws_listener.ts";
import { against, collect, keyOf, server, shakeHands } from "./ws_connector_testkit.ts";

Deno.test("connectWebSocket() talks to our own listener, both ways, in every size", async () => {
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    onRequest: () => Promise.resolve({ status: 404 }),
    onUpgrade: webSocketUpgrade({
      authorize: () => Promise.resolve({ ok: true, context: null }),
      onChannel: (channel) =>
        channel.start({
          onMessage: (bytes) => void channel.send(new TextDecoder().decode(bytes)),
          onClose: () => {},
          onDrain: () => {},
        }),
    }),
  });
  const channel = await connectWebSocket(`ws://localhost:${listener.port}/ws`);
  const { got, closed, last } = collect(channel);
  const messages = [0, 1, 125, 126, 1000, 65_535, 65_536, 1_000_000].map((n) =>
    "ä€".repeat(n / 5) + "x".repeat(n % 5)
  );
  messages.forEach((message) => channel.send(message));
  channel.send("last");
  await last;
  channel.close(1000, "done");
  expect(await closed).toEqual({ code: 1000, reason: "done", local: true });
  expect([got.length, messages.every((m, i) => m === got[i])]).toEqual([9, true]);
  expect([channel.transport, channel.remote]).toEqual(["websocket", "localhost"]);
  await listener.close(1000);
});

Deno.test("connectWebSocket() sends path, Host, headers and subprotocol", async () => {
  const head = Promise.withResolvers<string>();
  const upstream = rawServer(async (socket) => {
    head.resolve(
      await shakeHands(
        socket,
        (reply) => reply.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: mcp\r\n\r\n"),
      ),
    );
    await socket.rest();
  });
  const channel = await connectWebSocket(`ws://127.0.0.1:${upstream.port}/a/b?c=d`, {
    headers: [["Authorization", "Bearer token"]],
  });
  const lines = (await head.promise).split("\r\n");
  expect(lines[0]).toBe("GET /a/b?c=d HTTP/1.1");
  expect(lines).toContain(`Host: 127.0.0.1:${upstream.port}`);
  expect(lines).toContain("Authorization: Bearer token");
  expect(lines).toContain("Sec-WebSocket-Protocol: mcp");
  expect(lines.filter((line) => line.toLowerCase().includes("extensions"))).toEqual([]);
  const { closed } = collect(channel);
  channel.close(1000, "");
  await upstream.close();
  await closed;
});

Deno.test("connectWebSocket() delivers frames that came along with the 101", async () => {
  const upstream = rawServer(async (socket) => {
    const key = keyOf(await socket.head());
    const reply =
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${
        acceptKey(key)
      }\r\n\r\n`;
    await socket.write(
      concat(new TextEncoder().encode(reply), server({ payload: "early" }), server({ op: 8 })),
    );
    await socket.frames();
    socket.close();
  });
  const channel = await connectWebSocket(`ws://127.0.0.1:${upstream.port}/`);
  const { got, closed } = collect(channel);
  await upstream.close();
  expect([got, (await closed).code]).toEqual([["early"], 1005]);
});

Deno.test("connectWebSocket() ends what a hostile server sends by the right code (WS-001, WS-003)", async () => {
  const mebibyte = new Uint8Array(1_048_576).fill(97);
  const limits = { messageBytes: 1_048_576, fragments: 100, closeMs: 200 };
  const cases: [string, Uint8Array, number, string][] = [
    ["masked", frame({ payload: "x" }), 1002, "ws.protocol"],
    ["binary", server({ op: 2, payload: "x" }), 1003, "ws.binary"],
    ["UTF-8", server({ payload: new Uint8Array([0xff]) }), 1007, "ws.utf8"],
    ["huge", server({ announce: 1n << 40n, lengthBytes: 8 }), 1009, "ws.message_too_big"],
    ["MSB", server({ announce: 1n << 63n, lengthBytes: 8 }), 1009, "ws.message_too_big"],
    [
      "endless",
      concat(
        server({ fin: false, payload: mebibyte }),
        server({ op: 0, fin: false, payload: mebibyte }),
      ),
      1009,
      "ws.message_too_big",
    ],
    [
      "fragments",
      concat(...Array.from({ length: 200 }, (_, i) => server({ op: i === 0 ? 1 : 0, fin: false }))),
      1008,
      "ws.fragments",
    ],
    [
      "pings",
      concat(...Array.from({ length: 1000 }, () => server({ op: 9 }))),
      1008,
      "ws.ping_flood",
    ],
    ["RSV", server({ rsv: 4, payload: "x" }), 1002, "ws.protocol"],
  ];
  for (const [name, bytes, code, violation] of cases) {
    const { got, info, answered } = await against(bytes, { limits });
    expect([name, got, answered]).toEqual([name, [], [code]]);
    expect(info).toMatchObject({ code, local: true, violation });
  }
});

Deno.test("connectWebSocket() reports a server's Close and its vanishing", async () => {
  const polite = await against(
    server({
      op: 8,
      payload: concat(new Uint8Array([0x0f, 0xa0]), new TextEncoder().encode("bye")),
    }),
  );
  expect(polite.info).toEqual({ code: 4000, reason: "bye", local: false });
  expect(polite.answered).toEqual([4000]);
  const upstream = rawServer(async (socket) => {
    await shakeHands(socket);
    await socket.write(server({ payload: "half a message" }).subarray(0, 8));
    socket.close();
  });
  const { got, closed } = collect(await connectWebSocket(`ws://127.0.0.1:${upstream.port}/`));
  expect(await closed).toMatchObject({ code: 1006, local: false, violation: "ws.truncated" });
  expect(got).toEqual([]);
  await upstream.close();
});

Deno.test("WebSocketChannel.pause() on the client side makes the server's sends block", async () => {
  const message = server({ payload: "m".repeat(1_000_000) });
  let sent = 0;
  const upstream = rawServer(async (socket) => {
    await shakeHands(socket);
    for (; sent < 40; sent++) await socket.write(message);
    await socket.write(server({ op: 8 }));
    await socket.frames();
    socket.close();
  });
  const channel = await connectWebSocket(`ws://127.0.0.1:${upstream.port}/`);
  channel.pause();
  const { got, closed } = collect(channel);
  for (let before = -1; before !== sent;) { // stuck when nothing moves any more for a while
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect([sent < 30, got.length]).toEqual([true, 0]);
  channel.resume();
  await closed;
  expect([got.length, sent]).toEqual([40, 40]);
  await upstream.close();
});
