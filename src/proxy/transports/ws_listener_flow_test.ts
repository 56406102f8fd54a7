// Tests of the WebSocket listener: who may connect, and what slow, greedy and leaving peers come to.

import { expect } from "expect";
import {
  closeCode,
  closing,
  concat,
  frame,
  openRaw,
  RawSocket,
  upgradeHead,
} from "../../../tests/kit/ws_raw.ts";
import { type Authorization } from "./ws_listener.ts";
import { DENIED_CALL, endedBy, guarded } from "./ws_listener_testkit.ts";

Deno.test("webSocketUpgrade() refuses before the 101 what authorize refuses", async () => {
  await using guard = await guarded({}, (request) =>
    Promise.resolve({
      ok: false,
      status: 401,
      headers: [["WWW-Authenticate", "Bearer"]],
      body: `no key for ${request.path}`,
    }));
  const socket = await RawSocket.connect(guard.port);
  await socket.write(
    concat(new TextEncoder().encode(upgradeHead()), frame({ payload: DENIED_CALL })),
  );
  const head = await socket.head();
  expect(head).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
  expect(head).toContain("\r\nWWW-Authenticate: Bearer\r\n");
  expect(new TextDecoder().decode(await socket.rest())).toBe("no key for /ws");
  expect([guard.channels, guard.got]).toEqual([[], []]);
  socket.close();
});

Deno.test("webSocketUpgrade() answers 500 when authorize throws, and cuts when the session does", async () => {
  const cause = new Error("bug");
  {
    await using guard = await guarded({}, () => Promise.reject(cause));
    const socket = await RawSocket.connect(guard.port);
    await socket.write(upgradeHead());
    expect(await socket.head()).toMatch(/^HTTP\/1\.1 500 /);
    expect(guard.errors).toEqual([cause]);
    socket.close();
  }
  await using guard = await guarded({}, undefined, () => {
    throw cause;
  });
  const socket = await RawSocket.connect(guard.port);
  await socket.write(upgradeHead());
  await socket.rest();
  expect(guard.errors).toEqual([cause]);
  socket.close();
});

Deno.test("webSocketUpgrade() survives a client that leaves while authorize thinks", async () => {
  const asked = Promise.withResolvers<void>();
  const decided = Promise.withResolvers<Authorization<string>>();
  await using guard = await guarded({}, () => {
    asked.resolve();
    return decided.promise;
  });
  const socket = await RawSocket.connect(guard.port);
  await socket.write(upgradeHead());
  await asked.promise;
  socket.close();
  decided.resolve({ ok: true, context: "context" });
  expect(await guard.closed).toMatchObject({ code: 1006 });
});

Deno.test("WebSocketChannel.pause() makes the peer's sends block, resume() delivers all (WS-015)", async () => {
  await using guard = await guarded({ messageBytes: 1_048_576 });
  const socket = await openRaw(guard.port);
  const channel = await guard.opened;
  channel.pause();
  const message = frame({ payload: "m".repeat(1_000_000) });
  let sent = 0;
  const sending = (async (): Promise<void> => {
    for (; sent < 40; sent++) await socket.write(message);
  })();
  // the peer is stuck when nothing moves any more for a while; 40 MB are beyond any socket buffer
  for (let before = -1; before !== sent;) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(sent).toBeLessThan(30);
  expect(guard.got.length).toBeLessThanOrEqual(1); // what was read already
  channel.resume();
  await sending;
  await socket.write(closing(1000));
  await socket.frames();
  expect([guard.got.length, guard.got.every((text) => text.length === 1_000_000)]).toEqual([
    40,
    true,
  ]);
  socket.close();
});

Deno.test("WebSocketChannel.send() is bounded for a client that never reads, then 1013 (WS-015)", async () => {
  await using guard = await guarded({
    highWaterBytes: 262_144,
    hardCapBytes: 1_048_576,
    slowReaderMs: 300,
  });
  const socket = await openRaw(guard.port);
  const channel = await guard.opened;
  const message = "m".repeat(65_536);
  let sent = 0;
  while (channel.send(message)) {
    sent += message.length;
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets the socket take what it can
  }
  expect(channel.bufferedBytes).toBeLessThan(262_144 + 2 * 65_546);
  expect(sent).toBeLessThan(100_000_000);
  expect(await guard.closed).toMatchObject({
    code: 1013,
    local: true,
    violation: "ws.slow_reader",
  });
  socket.close();
});

Deno.test("WebSocketChannel.send() drains for a client that reads late", async () => {
  await using guard = await guarded({ highWaterBytes: 262_144, slowReaderMs: 60_000 });
  const socket = await openRaw(guard.port);
  const channel = await guard.opened;
  const message = "m".repeat(65_536);
  let sent = 1;
  for (; channel.send(message); sent++) await new Promise((resolve) => setTimeout(resolve, 0));
  const reading = socket.frames();
  await guard.drained;
  expect(channel.bufferedBytes).toBeLessThan(131_072);
  channel.close(1000, "");
  const frames = await reading;
  expect(frames.filter((f) => f.op === 1).length).toBe(sent);
  expect(closeCode(frames.at(-1)!)).toBe(1000);
  socket.close();
});

Deno.test("webSocketUpgrade() ends a message of too many fragments by 1008 (WS-016)", async () => {
  await using guard = await guarded({ fragments: 1024 });
  const parts = Array.from(
    { length: 1100 },
    (_, i) => frame({ fin: false, op: i === 0 ? 1 : 0, payload: "x".repeat(64) }),
  );
  expect(await endedBy(guard.port, concat(...parts))).toBe(1008);
  expect(await guard.closed).toMatchObject({ code: 1008, violation: "ws.fragments" });
});

Deno.test("webSocketUpgrade() cuts a peer that keeps sending after 1009 (WS-017)", async () => {
  await using guard = await guarded({ messageBytes: 1000 });
  const socket = await openRaw(guard.port);
  const flood = frame({ payload: "x".repeat(65_000) });
  while (await socket.write(flood)); // ends only because the server cuts the connection
  expect(await guard.closed).toMatchObject({
    code: 1009,
    violation: "ws.message_too_big",
    terminated: true,
  });
  expect(guard.got).toEqual([]);
  socket.close();
});

Deno.test("HttpListener.close() cuts WebSockets that do not end in time", async () => {
  const guard = await guarded();
  const socket = await openRaw(guard.port);
  await guard.opened;
  await guard.listener.close(10);
  expect(await guard.closed).toMatchObject({ code: 1006 });
  expect(guard.listener.connections).toBe(0);
  socket.close();
});
