// RFC 6455 conformance (WS-018): every case against the channel without a socket, and against the real listener.

import { expect } from "expect";
import { closeCode, openRaw, type RawFrame } from "../../../tests/kit/ws_raw.ts";
import { CONFORMANCE, type ConformanceCase } from "../../../tests/kit/ws_conformance.ts";
import { MemoryStream } from "../../../tests/kit/ws_memory_stream.ts";
import { listen } from "./http_listener.ts";
import { WebSocketChannel } from "./ws_channel.ts";
import { WEBSOCKET_LIMITS } from "./ws_limits.ts";
import { webSocketUpgrade } from "./ws_listener.ts";

const MIB = 1 << 20;
const limits = {
  ...WEBSOCKET_LIMITS,
  messageBytes: 16 * MIB,
  fragments: 100_000,
  hardCapBytes: 64 * MIB,
};
/** Turns what came back into the form of `Case`. */
function summary(frames: RawFrame[]): { back: string[]; close: number | undefined } {
  const back: string[] = [];
  let close: number | undefined;
  for (const one of frames) {
    expect({ fin: one.fin, rsv: one.rsv, masked: one.masked }).toEqual({
      fin: true,
      rsv: 0,
      masked: false,
    });
    expect(close).toBe(undefined); // nothing follows Close
    if (one.op === 8) close = closeCode(one);
    else if (one.op === 10) back.push(`pong:${new TextDecoder("latin1").decode(one.payload)}`);
    else if (one.op === 1) back.push(new TextDecoder().decode(one.payload));
    else throw new Error(`opcode ${one.op} came back`);
  }
  return { back, close };
}

/** Compares without printing megabytes. */
function check(wanted: ConformanceCase, frames: RawFrame[]): void {
  const got = summary(frames);
  expect([wanted.id, got.close, got.back.map((b) => b.length)])
    .toEqual([wanted.id, wanted.close, wanted.back.map((b) => b.length)]);
  expect([wanted.id, got.back.every((b, i) => b === wanted.back[i])]).toEqual([wanted.id, true]);
}

function overMemory(one: ConformanceCase): void {
  const stream = new MemoryStream();
  const channel = new WebSocketChannel({ stream, side: "server", remote: "test", limits });
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  channel.start({
    onMessage: (bytes) => void channel.send(decoder.decode(bytes)),
    onClose: () => {},
    onDrain: () => {},
  });
  const chop = one.chop ?? one.send.length;
  for (let at = 0; at < one.send.length; at += chop) stream.push(one.send.subarray(at, at + chop));
  stream.peerEnds();
  expect([one.id, stream.ended, stream.destroyed]).toEqual([one.id, true, true]);
  check(one, stream.frames());
}

async function overSocket(one: ConformanceCase, port: number): Promise<void> {
  const socket = await openRaw(port);
  const sending = one.chop ? socket.writeInPieces(one.send, one.chop) : socket.write(one.send);
  const frames = await socket.frames(); // up to FIN: the server hangs up first
  await sending;
  socket.close();
  check(one, frames);
}

for (const [name, cases] of Object.entries(CONFORMANCE)) {
  Deno.test(`WebSocketChannel passes Autobahn section ${name}`, () => {
    for (const one of cases) overMemory(one);
  });
  Deno.test(`listen() with webSocketUpgrade() passes Autobahn section ${name}`, async () => {
    const listener = await listen({
      host: "127.0.0.1",
      port: 0,
      onRequest: () => Promise.resolve({ status: 404 }),
      onUpgrade: webSocketUpgrade({
        limits,
        authorize: () => Promise.resolve({ ok: true, context: null }),
        onChannel: (channel) => {
          const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
          channel.start({
            onMessage: (bytes) => void channel.send(decoder.decode(bytes)),
            onClose: () => {},
            onDrain: () => {},
          });
        },
      }),
    });
    for (const one of cases) await overSocket(one, listener.port);
    await listener.close(1000);
  });
}
