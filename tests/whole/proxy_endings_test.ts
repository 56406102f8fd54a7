// How sessions end: the program is told to stop, peers do not read, nobody says anything.

import { expect } from "expect";
import { type Json, obliging, playServer } from "../fixtures/proxy_peers.ts";
import { KEY, POLICY, startStage } from "../fixtures/proxy_stage.ts";
import { procText } from "../kit/proc.ts";
import { closeCode, frame, rawServer } from "../kit/ws_raw.ts";
import { acceptKey } from "../fixtures/proxy_raw_upstream.ts";

Deno.test("SIGTERM: calls in flight end, new ones are refused, then the program ends with 0", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url);
  const busy = await stage.pair(server);
  const idle = await stage.pair(server);
  busy.client.call("long", {}, {});
  busy.client.ask("subscriptions/listen", { notifications: {} }, "sub");
  const [long] = await busy.upstream.inbox.take(2);
  stage.process.kill("SIGTERM");
  await stage.process.line(/SIGTERM: waiting/, "stderr");
  expect(await idle.client.closed).toMatchObject({ code: 1001 });
  busy.client.ask("ping", {}, "late");
  expect(await busy.client.next()).toMatchObject({ id: "late", error: { code: -31503 } });
  busy.client.send({ type: "tool_call", tool: "late" });
  expect((await busy.client.next()).details.rule).toBe("limits.draining");
  // New clients are told so, and a readiness probe that all is well but the serving.
  await expect(stage.raw()).rejects.toThrow("503");
  const call = await fetch(`http://127.0.0.1:${stage.port}/call`, {
    method: "POST",
    headers: { "X-API-Key": KEY, "Content-Type": "application/json" },
    body: '{"type":"tool_call","tool":"t"}',
  });
  expect([call.status, (await call.json()).details.rule]).toEqual([503, "limits.draining"]);
  const ready = await fetch(`http://127.0.0.1:${stage.adminPort}/readyz`);
  expect([ready.status, (await ready.json()).checks.serving]).toEqual([503, false]);
  busy.upstream.answer(long);
  expect((await busy.client.next()).result).toBeDefined();
  // The subscription would never end by itself: it does not keep the program.
  expect(await busy.client.closed).toMatchObject({ code: 1001 });
  const exit = await stage.process.exit;
  expect([exit.code, exit.signal]).toEqual([0, null]);
  const outcomes = exit.stderr.split("\n").filter((l) => l.includes('"event":"outcome"'))
    .map((l) => JSON.parse(l)).map((r: Json) => [r.method, r.decision]);
  expect(outcomes).toEqual([["tools/call", "ok"], ["subscriptions/listen", "cancelled"]]);
});

Deno.test("a second SIGTERM ends the program at once", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url);
  const { client, upstream } = await stage.pair(server);
  client.call("endless");
  await upstream.next();
  stage.process.kill("SIGTERM");
  await stage.process.line(/SIGTERM: waiting/, "stderr");
  stage.process.kill("SIGTERM");
  const exit = await stage.process.exit;
  expect(exit.code).not.toBe(0);
  expect(exit.stderr).not.toContain("stopped");
});

Deno.test("a session without a word is closed after idle_ms; one with a call is not", async () => {
  await using server = playServer();
  await using stage = await startStage(server.url, `${POLICY}limits: { idle_ms: 1500 }\n`);
  const silent = await stage.pair(server);
  const waiting = await stage.pair(server);
  waiting.client.call("long");
  const long = await waiting.upstream.next();
  expect(await silent.client.closed).toEqual({ code: 1001, reason: "idle" });
  await silent.upstream.closed;
  waiting.upstream.answer(long);
  expect((await waiting.client.next()).result).toBeDefined();
  expect(await waiting.client.closed).toMatchObject({ code: 1001 });
});

const SLOW = `${POLICY}limits:
  { high_water_bytes: 65536, slow_reader_ms: 800, result_bytes: 131072, message_bytes: 131072, call_timeout_ms: 600000,
    messages_per_sec: 1000000 }
`;
const CHUNK = "x".repeat(60_000);

Deno.test("a client that does not read is closed 1013, and its server was held back meanwhile", async () => {
  let sent = 0;
  await using server = hungryServer(async (write) => {
    // Until the guard takes no more: the bytes then wait in this server, not in the guard.
    const message = JSON.stringify({
      jsonrpc: "2.0",
      method: "notifications/message",
      params: { level: "info", data: CHUNK },
    });
    const bytes = frame({ payload: message, mask: false });
    while (sent < 400_000_000 && await write(bytes)) sent += bytes.length;
  });
  await using stage = await startStage(server.url, SLOW);
  const before = await memoryOf(stage.process.pid);
  const client = await stage.raw();
  await stage.record({ reason: "LimitExceeded", detail: "ws.slow_reader", direction: "c2s" });
  expect(await memoryOf(stage.process.pid) - before).toBeLessThan(60_000_000);
  // Kernel buffers of both connections and the guard's own bound; far below what the server would have sent.
  expect(sent).toBeLessThan(60_000_000);
  expect(await stage.metric("mcpguard_slow_peers_total")).toBe(1);
  const frames = await client.frames();
  client.close();
  // It may have to be cut before the Close frame came through; when it does come, it says why.
  for (const last of frames.slice(-1)) if (last.op === 8) expect(closeCode(last)).toBe(1013);
  expect(await stage.metric("mcpguard_connections ")).toBe(0);
});

Deno.test("a client that asks and does not read is held back, then closed; what waits is bounded", async () => {
  await using server = playServer(obliging);
  await using stage = await startStage(server.url, SLOW);
  const before = await memoryOf(stage.process.pid);
  const client = await stage.raw();
  // Each denied call is answered by the guard itself, and the answer repeats the call's id.
  const denied = JSON.stringify({
    jsonrpc: "2.0",
    id: "i".repeat(120),
    method: "tools/call",
    params: { name: "admin/x", arguments: {} },
  });
  const bytes = frame({ payload: denied });
  let sent = 0;
  while (sent < 400_000 && await client.write(bytes)) sent++;
  // The client was cut off, or stopped being read, long before it had sent everything.
  expect(sent).toBeLessThan(400_000);
  await stage.record({ detail: "ws.slow_reader", direction: "c2s" });
  expect(await memoryOf(stage.process.pid) - before).toBeLessThan(80_000_000);
  client.close();
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
});

Deno.test("a server that does not read holds its client back, then the session ends", async () => {
  await using server = hungryServer(() => Promise.resolve());
  await using stage = await startStage(server.url, SLOW);
  const before = await memoryOf(stage.process.pid);
  const client = await stage.raw();
  const note = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "ping",
    params: { _meta: { "com.example/filler": CHUNK } },
  });
  let sent = 0;
  let over = false;
  const closing = stage.record({ detail: "ws.slow_reader", direction: "s2c" })
    .then(() => over = true);
  for (let id = 1; !over && sent < 400_000_000; id++) {
    const bytes = frame({ payload: note.replace('"id":1', `"id":${id}`) });
    if (!await client.write(bytes)) break;
    sent += bytes.length;
    // A call that is over the session's places is answered, not forwarded; so only some are in flight at once.
    if (id % 32 === 0) {
      for (let i = 0; i < 32; i++) {
        client.write(
          frame({
            payload: `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${
              id - i
            }}}`,
          }),
        );
      }
    }
  }
  await closing;
  expect(sent).toBeLessThan(60_000_000);
  expect(await memoryOf(stage.process.pid) - before).toBeLessThan(60_000_000);
  client.close();
  await stage.record({ event: "outcome" });
  expect(await stage.metric("mcpguard_in_flight")).toBe(0);
});

/** A server that shakes hands, then never reads. */
function hungryServer(
  then: (write: (bytes: Uint8Array) => Promise<boolean>) => Promise<void>,
): { url: string } & AsyncDisposable {
  const server = rawServer(async (socket) => {
    const head = await socket.head();
    const key = /^sec-websocket-key: (.*)$/im.exec(head)?.[1] ?? "";
    await socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${await acceptKey(key.trim())}\r\n\r\n`,
    );
    await then((bytes) => socket.write(bytes));
  });
  return {
    url: `ws://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Bytes of memory that a process holds. */
async function memoryOf(pid: number): Promise<number> {
  const status = await procText(pid, "status");
  return Number(/VmRSS:\s+(\d+)/.exec(status ?? "")?.[1]) * 1024;
}
