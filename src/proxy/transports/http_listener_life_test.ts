// Tests of the HTTP listener: connections that last, and its end.

import { expect } from "expect";
import { rawServer, RawSocket, upgradeHead } from "../../../tests/kit/ws_raw.ts";
import { listen } from "./http_listener.ts";
import { type HttpReply } from "./http_message.ts";
import { request, serve, talk } from "./http_listener_testkit.ts";

Deno.test("listen() keeps a connection for several requests, and ends it when a body stays unread", async () => {
  const { listener } = await serve({}, {
    onRequest: (request) => Promise.resolve({ status: 200, body: request.path }),
  });
  const socket = await RawSocket.connect(listener.port);
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  for (const path of ["/one", "/two"]) {
    await socket.write(get(path));
    expect(await socket.head()).toContain("Content-Length: 4");
    for (let i = 0; i < 4; i++) await socket.take(1);
  }
  await socket.write(
    "POST /unread HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nsome",
  );
  expect(await socket.head()).toMatch(/^HTTP\/1\.1 200 /);
  await socket.rest();
  socket.close();
  await listener.close(1000);
});

Deno.test("listen() cuts a connection that pipelines more than allowed", async () => {
  const { promise: never, resolve: release } = Promise.withResolvers<HttpReply>();
  let asked = 0;
  const { listener } = await serve({ pipelined: 4 }, {
    onRequest: () => {
      asked++;
      return never;
    },
  });
  const answer = await talk(listener, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50));
  expect([answer, asked <= 4]).toEqual(["", true]);
  release({ status: 200 });
  await listener.close(1000);
});

Deno.test("listen() takes no more connections than allowed, and goes on when one ends", async () => {
  const { listener } = await serve({ connections: 2 });
  const get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const kept = [await RawSocket.connect(listener.port), await RawSocket.connect(listener.port)];
  for (const socket of kept) {
    await socket.write(get);
    expect(await socket.head()).toMatch(/^HTTP\/1\.1 200 /);
  }
  const third = await RawSocket.connect(listener.port);
  await third.write(get);
  expect(await third.head()).toBe("");
  third.close();
  kept.pop()!.close();
  for (let served = false; !served;) {
    const next = await RawSocket.connect(listener.port); // the listener learns of the end a moment later
    await next.write(get);
    served = (await next.head()).startsWith("HTTP/1.1 200 ");
    next.close();
  }
  kept.forEach((socket) => socket.close());
  await listener.close(1000);
});

Deno.test("listen() answers 426 to any upgrade when it takes none", async () => {
  const { listener, seen } = await serve();
  expect(await talk(listener, upgradeHead())).toMatch(/^HTTP\/1\.1 426 /);
  const h2c = request("GET / HTTP/1.1", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
    .replace("Connection: close", "Connection: Upgrade, HTTP2-Settings");
  expect(await talk(listener, h2c)).toMatch(/^HTTP\/1\.1 426 /);
  expect(seen).toEqual([]);
  await listener.close(1000);
});

Deno.test("HttpListener.close() waits for requests in work, then frees the port", async () => {
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const { promise: work, resolve: finish } = Promise.withResolvers<HttpReply>();
  const { listener } = await serve({}, {
    onRequest: () => {
      start();
      return work;
    },
  });
  const answer = talk(listener, request("GET / HTTP/1.1"));
  await started;
  const closed = listener.close(60_000);
  finish({ status: 200, body: "done" });
  expect(await answer).toMatch(/done$/);
  await closed;
  expect(listener.connections).toBe(0);
  await expect(RawSocket.connect(listener.port)).rejects.toThrow(Deno.errors.ConnectionRefused);
});

Deno.test("HttpListener.close() cuts what does not end in time", async () => {
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const { listener } = await serve({}, {
    onRequest: () => {
      start();
      return new Promise<HttpReply>(() => {});
    },
  });
  const answer = talk(listener, request("GET / HTTP/1.1"));
  await started;
  await listener.close(10);
  expect([await answer, listener.connections]).toEqual(["", 0]);
});

Deno.test("listen() throws when the port is taken", async () => {
  const other = rawServer(() => Promise.resolve());
  await expect(
    listen({
      host: "127.0.0.1",
      port: other.port,
      onRequest: () => Promise.resolve({ status: 200 }),
    }),
  ).rejects.toThrow(Deno.errors.AddrInUse);
  await other.close();
});
