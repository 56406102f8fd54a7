import { expect } from "expect";
import { MemoryStream } from "../../../tests/kit/ws_memory_stream.ts";
import { closeCode, closing, concat, frame } from "../../../tests/kit/ws_raw_frames.ts";
import type { CloseInfo } from "./channel.ts";
import { textFrame } from "./frame_writer.ts";
import { WebSocketChannel } from "./ws_channel.ts";
import { WEBSOCKET_LIMITS, type WebSocketLimits } from "./ws_limits.ts";

interface Rig {
  stream: MemoryStream;
  channel: WebSocketChannel;
  got: string[];
  drains: number;
  closes: CloseInfo[];
  closed: Promise<CloseInfo>;
}

/** A started channel over memory; keep-alive is off unless a test asks for it. */
function rig(
  limits: Partial<WebSocketLimits> = {},
  side: "server" | "client" = "server",
  onMessage?: (text: string) => void,
): Rig {
  const stream = new MemoryStream();
  const channel = new WebSocketChannel({
    stream,
    side,
    remote: "192.0.2.1",
    limits: { ...WEBSOCKET_LIMITS, keepAliveMs: 0, closeMs: 20, ...limits },
  });
  const { promise: closed, resolve } = Promise.withResolvers<CloseInfo>();
  const all: Rig = { stream, channel, got: [], drains: 0, closes: [], closed };
  channel.start({
    onMessage: (bytes) => {
      const text = new TextDecoder().decode(bytes);
      all.got.push(text);
      onMessage?.(text);
    },
    onDrain: () => void all.drains++,
    onClose: (info) => {
      all.closes.push(info);
      resolve(info);
    },
  });
  return all;
}

Deno.test("WebSocketChannel delivers messages in order and writes each as one frame", () => {
  const { stream, channel, got } = rig();
  stream.push(concat(frame({ payload: "one" }), frame({ payload: "two" })));
  expect(got).toEqual(["one", "two"]);
  expect([channel.send("three"), channel.send("four")]).toEqual([true, true]);
  expect(stream.frames().map((f) => [f.op, new TextDecoder().decode(f.payload), f.masked]))
    .toEqual([[1, "three", false], [1, "four", false]]);
  expect([channel.transport, channel.remote]).toEqual(["websocket", "192.0.2.1"]);
  stream.breaks();
});

Deno.test("WebSocketChannel masks as a client, each frame with a key of its own", () => {
  const { stream, channel } = rig({}, "client");
  for (let i = 0; i < 20; i++) channel.send("same text");
  const frames = stream.frames();
  expect(frames.every((f) => f.masked && new TextDecoder().decode(f.payload) === "same text")).toBe(
    true,
  );
  const size = stream.written.length / 20;
  const keys = frames.map((_, i) => stream.written.slice(i * size + 2, i * size + 6).join());
  expect(new Set(keys).size).toBeGreaterThan(15);
  stream.breaks();
});

Deno.test("WebSocketChannel.send() returns false above high water and tells when it drained", () => {
  const all = rig({ highWaterBytes: 100, hardCapBytes: 10_000 });
  const { stream, channel } = all;
  stream.taking = false;
  expect(channel.send("x".repeat(50))).toBe(true);
  expect(channel.send("x".repeat(50))).toBe(false);
  expect(channel.bufferedBytes).toBe(104);
  expect(all.drains).toBe(0);
  stream.take();
  expect([all.drains, channel.bufferedBytes]).toEqual([1, 0]);
  expect(channel.send("more")).toBe(true);
  stream.take();
  expect(all.drains).toBe(1); // only owed after a false
  stream.breaks();
});

Deno.test("WebSocketChannel ends a reader that stays above high water by 1013 (WS-015)", async () => {
  const { stream, channel, closed } = rig({ highWaterBytes: 100, slowReaderMs: 10 });
  stream.taking = false;
  channel.send("x".repeat(200));
  const info = await closed;
  expect(info).toEqual({
    code: 1013,
    reason: "reader too slow",
    local: true,
    violation: "ws.slow_reader",
    terminated: true,
  });
  stream.take(); // what a reader would find now: Close, instead of what was queued
  expect(stream.frames().map((f) => [f.op, closeCode(f)])).toEqual([[8, 1013]]);
  expect(stream.destroyed).toBe(true);
});

Deno.test("WebSocketChannel holds no more than the hard cap and one message for a slow reader", () => {
  const { stream, channel } = rig({ highWaterBytes: 100, hardCapBytes: 400, slowReaderMs: 60_000 });
  stream.taking = false;
  let most = 0;
  for (let i = 0; i < 50; i++) {
    channel.send("x".repeat(98));
    most = Math.max(most, channel.bufferedBytes);
  }
  expect(most).toBe(400);
  stream.taking = true;
  stream.take();
  expect(stream.frames().map(closeCode)).toEqual([1013]);
  stream.breaks();
});

Deno.test("WebSocketChannel leaves a reader alone that drains in time", async () => {
  const all = rig({ highWaterBytes: 100, slowReaderMs: 5 });
  all.stream.taking = false;
  all.channel.send("x".repeat(200));
  all.stream.take();
  const later = rig({ highWaterBytes: 100, slowReaderMs: 5 });
  later.stream.taking = false;
  later.channel.send("x".repeat(200));
  await later.closed; // its deadline came after the one that must have been called off
  expect([all.drains, all.closes]).toEqual([1, []]);
  all.stream.breaks();
});

Deno.test("WebSocketChannel ends a flood of pings by 1008, and keeps one pong for who does not read (WS-008)", () => {
  const { stream, channel } = rig({ pingsPerSec: 100, highWaterBytes: 300 });
  stream.taking = false;
  const ping = (i: number): Uint8Array => frame({ op: 9, payload: String(i).padStart(125, "0") });
  for (let i = 0; i < 100; i++) stream.push(ping(i));
  expect(channel.bufferedBytes).toBe(3 * 127); // up to high water, then only the latest is remembered
  stream.taking = true;
  stream.take();
  expect(stream.frames().map((f) => Number(new TextDecoder().decode(f.payload)))).toEqual([
    0,
    1,
    2,
    99,
  ]);
  stream.push(concat(...Array.from({ length: 1000 }, (_, i) => ping(i))));
  expect(closeCode(stream.frames().at(-1)!)).toBe(1008);
  stream.breaks();
});

Deno.test("WebSocketChannel reports a ping flood, also of unasked pongs", async () => {
  for (const op of [9, 10]) {
    const { stream, closed } = rig({ pingsPerSec: 50 });
    stream.push(concat(...Array.from({ length: 1000 }, () => frame({ op }))));
    expect(await closed).toMatchObject({ code: 1008, local: true, violation: "ws.ping_flood" });
  }
});

Deno.test("WebSocketChannel pings a silent peer and gives it up as 1006", async () => {
  const { stream, closed } = rig({ keepAliveMs: 5, pongMs: 5 });
  const info = await closed;
  expect(info).toEqual({
    code: 1006,
    reason: "peer does not answer",
    local: true,
    violation: "ws.dead_peer",
  });
  expect([stream.frames()[0]!.op, stream.destroyed]).toEqual([9, true]);
});

Deno.test("WebSocketChannel keeps a peer that answers pings", async () => {
  const { stream, channel, closes } = rig({ keepAliveMs: 5, pongMs: 5 });
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  let pongs = 0;
  stream.onWrite = () => {
    stream.push(frame({ op: 10 }));
    if (++pongs === 4) resolve();
  };
  await answered;
  stream.onWrite = undefined;
  expect(closes).toEqual([]);
  channel.close(1000, "");
  stream.breaks();
});

Deno.test("WebSocketChannel.pause() stops reading, and close() reads again for the peer's answer", () => {
  const { stream, channel } = rig();
  channel.pause();
  expect(stream.paused).toBe(true);
  channel.resume();
  expect(stream.paused).toBe(false);
  channel.pause();
  channel.close(1001, "going");
  expect(stream.paused).toBe(false);
  stream.breaks();
});

Deno.test("WebSocketChannel.close() sends what is queued, then Close, and drops what comes meanwhile", async () => {
  const { stream, channel, got, closes, closed } = rig();
  stream.taking = false;
  channel.send("last words");
  channel.close(1001, "going away");
  channel.close(1011, "again");
  expect(channel.send("too late")).toBe(false);
  stream.push(frame({ payload: "crossing" }));
  stream.taking = true;
  stream.take();
  expect(stream.frames().map((f) => f.op)).toEqual([1, 8]);
  expect(stream.ended).toBe(false); // the peer's Close is still to come
  stream.push(closing(1001));
  expect([stream.ended, closes]).toEqual([true, []]);
  stream.peerEnds();
  expect(await closed).toEqual({ code: 1001, reason: "going away", local: true });
  expect([got, closes.length]).toEqual([[], 1]);
});

Deno.test("WebSocketChannel.close() cuts a peer that does not answer", async () => {
  const { stream, channel, closed } = rig();
  channel.close(1000, "bye");
  expect(await closed).toEqual({ code: 1000, reason: "bye", local: true, terminated: true });
  expect(stream.destroyed).toBe(true);
});

Deno.test("WebSocketChannel.close() never sends a code that may not travel", () => {
  for (
    const [code, sent] of [[1006, 1011], [1015, 1011], [0, 1011], [1005, 1005], [
      4000,
      4000,
    ]] as const
  ) {
    const { stream, channel } = rig();
    channel.close(code, "");
    expect(stream.frames().map(closeCode)).toEqual([sent]);
    stream.breaks();
  }
});

Deno.test("WebSocketChannel reports the peer's Close, and data after it as a violation (WS-010)", async () => {
  const polite = rig();
  polite.stream.push(closing(4001, "done"));
  polite.stream.peerEnds();
  expect(await polite.closed).toEqual({ code: 4001, reason: "done", local: false });
  for (const together of [true, false]) {
    const { stream, got, closed } = rig();
    const late = frame({ payload: "late" });
    if (together) stream.push(concat(closing(), late));
    else [closing(), late].forEach((bytes) => stream.push(bytes));
    stream.peerEnds();
    expect(await closed).toEqual({
      code: 1005,
      reason: "",
      local: false,
      violation: "ws.protocol",
    });
    expect(got).toEqual([]);
  }
});

Deno.test("WebSocketChannel reports a connection lost mid-message as truncated (WS-011)", async () => {
  for (const lose of ["peerEnds", "breaks"] as const) {
    const half = frame({ payload: "half a message" });
    for (
      const bytes of [
        half.subarray(0, 1),
        half.subarray(0, 12),
        frame({ fin: false, payload: "half" }),
      ]
    ) {
      const { stream, got, closed } = rig();
      stream.push(bytes);
      stream[lose]();
      expect(await closed).toMatchObject({ code: 1006, local: false, violation: "ws.truncated" });
      expect(got).toEqual([]);
    }
    const between = rig();
    between.stream.push(half);
    between.stream[lose]();
    expect(await between.closed).not.toHaveProperty("violation");
    expect(between.got).toEqual(["half a message"]);
  }
});

Deno.test("WebSocketChannel reads nothing more after a violation, and is cut (WS-017)", async () => {
  const { stream, channel, got, closed } = rig({ messageBytes: 100 });
  stream.push(frame({ payload: "x".repeat(101) }));
  for (let i = 0; i < 100; i++) stream.push(frame({ payload: "still here" }));
  expect(channel.heldBytes).toBe(0);
  expect(stream.frames().map(closeCode)).toEqual([1009]);
  expect(await closed).toEqual({
    code: 1009,
    reason: "message too big",
    local: true,
    violation: "ws.message_too_big",
    terminated: true,
  });
  expect([got, stream.destroyed]).toEqual([[], true]);
});

Deno.test("WebSocketChannel ends with 1011 when a handler throws, and delivers nothing more", async () => {
  const cause = new Error("bug");
  const { stream, got, closed } = rig({}, "server", () => {
    throw cause;
  });
  stream.push(concat(frame({ payload: "one" }), frame({ payload: "two" })));
  expect(stream.frames().map(closeCode)).toEqual([1011]);
  stream.peerEnds();
  expect(await closed).toMatchObject({ code: 1011, violation: "ws.handler_failed", cause });
  expect(got).toEqual(["one"]);
});

Deno.test("WebSocketChannel delivers nothing after close() inside a message handler", () => {
  let channel: WebSocketChannel | undefined = undefined;
  const all = rig({}, "server", () => channel!.close(1008, "enough"));
  channel = all.channel;
  all.stream.push(concat(frame({ payload: "one" }), frame({ payload: "two" })));
  expect(all.got).toEqual(["one"]);
  all.stream.breaks();
});

Deno.test("WebSocketChannel treats the server's frames by a client's rules", async () => {
  const masked = rig({}, "client");
  masked.stream.push(frame({ payload: "x" }));
  masked.stream.peerEnds();
  expect(await masked.closed).toMatchObject({ code: 1002, violation: "ws.protocol" });
  const plain = rig({}, "client");
  plain.stream.push(textFrame("fine"));
  expect(plain.got).toEqual(["fine"]);
  plain.stream.breaks();
});
