// The client side against servers that keep no rule, and against our own listener.

import { expect } from "expect";
import {
  closeCode,
  concat,
  frame,
  type FrameSpec,
  rawServer,
  RawSocket,
} from "../../../tests/kit/ws_raw.ts";
import { makeCertificate } from "../../../tests/kit/certificate.ts";
import type { CloseInfo } from "./channel.ts";
import { listen } from "./http_listener.ts";
import { UpstreamError } from "./upstream_error.ts";
import { connectWebSocket, type WebSocketConnectOptions } from "./ws_connector.ts";
import type { WebSocketChannel } from "./ws_channel.ts";
import { acceptKey } from "./ws_handshake.ts";
import { webSocketUpgrade } from "./ws_listener.ts";

const server = (spec: FrameSpec): Uint8Array => frame({ mask: false, ...spec });
const keyOf = (head: string): string => /^Sec-WebSocket-Key: (.*)\r$/m.exec(head)![1]!;

/** Answers the handshake; `change` may spoil the answer. */
async function shakeHands(
  socket: RawSocket,
  change: (reply: string) => string = (reply) => reply,
): Promise<string> {
  const head = await socket.head();
  await socket.write(change(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${acceptKey(keyOf(head))}\r\n\r\n`,
  ));
  return head;
}

/** What `connectWebSocket` fails with. */
async function failure(url: string, options?: WebSocketConnectOptions): Promise<UpstreamError> {
  try {
    await connectWebSocket(url, options);
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
  throw new Error("it connected");
}

/** Starts a channel that collects; `last` resolves at the message "last". */
function collect(
  channel: WebSocketChannel,
): { got: string[]; closed: Promise<CloseInfo>; last: Promise<void> } {
  const got: string[] = [];
  const { promise: last, resolve: onLast } = Promise.withResolvers<void>();
  const { promise: closed, resolve } = Promise.withResolvers<CloseInfo>();
  channel.start({
    onMessage: (bytes) => {
      got.push(new TextDecoder().decode(bytes));
      if (got.at(-1) === "last") onLast();
    },
    onClose: resolve,
    onDrain: () => {},
  });
  return { got, closed, last };
}

/** Connects to a server that sends bytes after the handshake, and says how the channel ended. */
async function against(
  bytes: Uint8Array,
  options: WebSocketConnectOptions = {},
): Promise<{ got: string[]; info: CloseInfo; answered: number[] }> {
  let answered: number[] = [];
  const upstream = rawServer(async (socket) => {
    await shakeHands(socket);
    await socket.write(bytes);
    const closes: number[] = [];
    for (let f = await socket.frame(); f !== null; f = await socket.frame()) {
      expect(f.masked).toBe(true);
      if (f.op !== 8) continue;
      closes.push(closeCode(f));
      break;
    }
    answered = closes;
    socket.close();
  });
  const channel = await connectWebSocket(`ws://127.0.0.1:${upstream.port}/`, options);
  const { got, closed } = collect(channel);
  const info = await closed;
  await upstream.close();
  return { got, info, answered };
}

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

Deno.test("connectWebSocket() refuses every answer that is no exact 101", async () => {
  const spoils: [string, (reply: string) => string, RegExp][] = [
    [
      "redirect",
      () => "HTTP/1.1 307 Temporary Redirect\r\nLocation: ws://127.0.0.1:1/\r\n\r\n",
      /307/,
    ],
    ["401", () => "HTTP/1.1 401 Unauthorized\r\n\r\n", /401/],
    ["HTTP/1.0", (r) => r.replace("1.1", "1.0"), /HTTP/],
    ["garbage", () => "SSH-2.0-OpenSSH_9.2\r\n\r\n", /HTTP/],
    ["no Upgrade", (r) => r.replace("Upgrade: websocket\r\n", ""), /upgrade/],
    ["other Upgrade", (r) => r.replace("websocket", "h2c"), /upgrade/],
    ["no Connection", (r) => r.replace("Connection: Upgrade\r\n", ""), /upgrade/],
    ["no Accept", (r) => r.replace(/Sec-WebSocket-Accept.*\r\n/, ""), /Accept/],
    ["wrong Accept", (r) => r.replace(/Accept: ./, "Accept: *"), /Accept/],
    ["two Accepts", (r) => r.replace(/(Sec-WebSocket-Accept.*\r\n)/, "$1$1"), /twice/],
    [
      "extension",
      (r) => r.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
      /extension/,
    ],
    [
      "subprotocol",
      (r) => r.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: evil\r\n\r\n"),
      /subprotocol/,
    ],
    ["folded", (r) => r.replace("\r\n\r\n", "\r\nX: a\r\n b\r\n\r\n"), /header/],
    ["bare LF", (r) => r.replace("\r\n\r\n", "\r\nX: a\nY: b\r\n\r\n"), /header/],
    ["space before colon", (r) => r.replace("Upgrade:", "Upgrade :"), /header/],
    ["long head", (r) => r.replace("\r\n\r\n", `\r\nX: ${"x".repeat(20_000)}\r\n\r\n`), /too long/],
    ["endless head", () => "HTTP/1.1 101 Ok\r\n" + "X: y\r\n".repeat(5000), /too long/],
    ["cut", () => "HTTP/1.1 101 Switch", /hung up/],
  ];
  for (const [name, spoil, message] of spoils) {
    const upstream = rawServer(async (socket) => {
      await shakeHands(socket, spoil);
      if (name === "cut") await socket.closeWrite();
      await socket.rest();
    });
    const error = await failure(`ws://127.0.0.1:${upstream.port}/`, {
      headers: [["X-Secret", "SECRET"]],
    });
    expect([name, error.code]).toEqual([name, "handshake"]);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("SECRET");
    if (name === "401") expect(error.status).toBe(401);
    await upstream.close();
  }
});

Deno.test("connectWebSocket() tells apart why it failed", async () => {
  const closed = rawServer(() => Promise.resolve());
  await closed.close();
  expect((await failure(`ws://127.0.0.1:${closed.port}/`)).code).toBe("refused");
  expect((await failure("ws://no-such-host.invalid/")).code).toBe("dns");
  const silent = rawServer((socket) => socket.rest().then(() => {}));
  const url = `127.0.0.1:${silent.port}/`;
  expect((await failure(`ws://${url}`, { connectTimeoutMs: 20 })).code).toBe("timeout");
  expect((await failure(`wss://${url}`, { connectTimeoutMs: 20 })).code).toBe("timeout");
  expect((await failure(`ws://${url}`, { signal: AbortSignal.abort() })).code).toBe("aborted");
  const abort = new AbortController();
  const waiting = failure(`ws://${url}`, { signal: abort.signal });
  abort.abort();
  expect((await waiting).code).toBe("aborted");
  await silent.close();
  const plain = rawServer(async (socket) => {
    await socket.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    await socket.rest();
  });
  expect((await failure(`wss://127.0.0.1:${plain.port}/`)).code).toBe("tls");
  await plain.close();
});

Deno.test("connectWebSocket() refuses URLs and headers that it cannot use", async () => {
  for (
    const [url, headers] of [
      ["http://localhost/", []],
      ["ws://user:pass@localhost/", []],
      ["ws://localhost/#part", []],
      ["not a url", []],
      ["ws://localhost/", [["Host", "evil"]]],
      ["ws://localhost/", [["Sec-WebSocket-Extensions", "x"]]],
      ["ws://localhost/", [["X", "a\r\nY: b"]]],
      ["ws://localhost/", [["X: y\r\nZ", "a"]]],
    ] as [string, [string, string][]][]
  ) {
    await expect(connectWebSocket(url, { headers })).rejects.toThrow(TypeError);
  }
});

Deno.test("connectWebSocket() speaks TLS, and only to whom it trusts", async () => {
  const { cert, key } = await makeCertificate();
  const secure = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
  const port = secure.addr.port;
  const served = (async (): Promise<void> => {
    for await (const conn of secure) {
      const socket = new RawSocket(conn);
      const head = await socket.head().catch(() => "");
      if (head === "") {
        socket.close();
        continue;
      }
      await socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${acceptKey(keyOf(head))}\r\n\r\n`,
      );
      await socket.write(server({ payload: "over TLS" }));
      const closing = await socket.frame();
      await socket.write(server({ op: 8, payload: closing!.payload }));
      socket.close();
    }
  })();
  expect((await failure(`wss://localhost:${port}/`)).code).toBe("tls");
  const channel = await connectWebSocket(`wss://127.0.0.1:${port}/`, { caCerts: [cert] });
  const first = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<CloseInfo>();
  channel.start({
    onMessage: (bytes) => first.resolve(new TextDecoder().decode(bytes)),
    onClose: ended.resolve,
    onDrain: () => {},
  });
  expect(await first.promise).toBe("over TLS");
  channel.close(1000, "done");
  expect(await ended.promise).toEqual({ code: 1000, reason: "done", local: true });
  secure.close();
  await served;
});
