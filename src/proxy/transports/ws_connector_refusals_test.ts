// Tests of the WebSocket connector: servers, addresses and certificates that it refuses.

import { expect } from "expect";
import { rawServer, RawSocket } from "../../../tests/kit/ws_raw.ts";
import { makeCertificate } from "../../../tests/kit/certificate.ts";
import type { CloseInfo } from "./channel.ts";
import { connectWebSocket } from "./ws_connector.ts";
import { acceptKey } from "./ws_handshake.ts";
import { failure, keyOf, server, shakeHands } from "./ws_connector_testkit.ts";

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
