// The websocket class of the bypass catalogue (WS-001 to WS-018) against the real listener, byte by byte. WS-012 is in
// origin_test.ts, WS-018 in ws_autobahn_test.ts; what is decided about messages is the session's.

import { expect } from "expect";
import {
  closeCode,
  closing,
  concat,
  frame,
  hex,
  openRaw,
  RawSocket,
  upgradeHead,
} from "../../../tests/kit/ws_raw.ts";
import { DENIED_CALL, endedBy, guarded } from "./ws_listener_testkit.ts";

Deno.test("webSocketUpgrade() ends an endless fragmented message by 1009 (WS-001)", async () => {
  await using guard = await guarded({ messageBytes: 262_144 });
  const socket = await openRaw(guard.port);
  const part = (op: number): Uint8Array =>
    frame({ fin: false, op, payload: new Uint8Array(65_536).fill(97) });
  let most = 0;
  for (let sent = 0; sent < 64; sent++) {
    if (!await socket.write(part(sent === 0 ? 1 : 0))) break;
    most = Math.max(most, guard.channels[0]?.heldBytes ?? 0);
  }
  expect(most).toBeLessThanOrEqual(262_144);
  expect(await guard.closed).toMatchObject({
    code: 1009,
    local: true,
    violation: "ws.message_too_big",
  });
  expect(guard.channels[0]!.heldBytes).toBe(0);
  expect(guard.got).toEqual([]);
  socket.close();
});

Deno.test("webSocketUpgrade() ends by the right code: WS-002, 003, 004, 006, 009, 010", async () => {
  const cases: [string, Uint8Array, number, string][] = [
    ["WS-002 2^40", hex("81ff000001000000000000000000"), 1009, "ws.message_too_big"],
    ["WS-002 MSB", hex("81ffffffffffffffffff00000000"), 1009, "ws.message_too_big"],
    ["WS-003", hex("81026869"), 1002, "ws.protocol"],
    ["WS-004 RSV", hex("c182000000006869"), 1002, "ws.protocol"],
    ["WS-004 opcode", hex("8382000000006869"), 1002, "ws.protocol"],
    ["WS-005 compressed frame", frame({ rsv: 4, payload: hex("4a4c 0400") }), 1002, "ws.protocol"],
    ["WS-006", frame({ op: 2, payload: DENIED_CALL }), 1003, "ws.binary"],
    ["WS-009", hex("818200000000fffe"), 1007, "ws.utf8"],
    [
      "WS-009 last fragment",
      concat(frame({ fin: false, payload: "ok" }), frame({ op: 0, payload: hex("c3") })),
      1007,
      "ws.utf8",
    ],
    ["WS-010 1005", closing(1005), 1002, "ws.protocol"],
    ["WS-010 999", closing(999), 1002, "ws.protocol"],
    ["WS-010 one byte", frame({ op: 8, payload: "x" }), 1002, "ws.protocol"],
  ];
  for (const [name, bytes, code, violation] of cases) {
    await using guard = await guarded();
    expect([name, await endedBy(guard.port, concat(bytes, frame({ payload: DENIED_CALL })))])
      .toEqual([name, code]);
    expect(await guard.closed).toMatchObject({ code, local: true, violation });
    expect([name, guard.got]).toEqual([name, []]);
  }
});

Deno.test("webSocketUpgrade() delivers the neighbours that are allowed", async () => {
  await using guard = await guarded();
  const message = '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"t":"é€"}}';
  const bytes = new TextEncoder().encode(message);
  const parts = Array.from(
    bytes,
    (_, i) =>
      frame({
        op: i === 0 ? 1 : 0,
        fin: i === bytes.length - 1,
        payload: bytes.subarray(i, i + 1),
      }),
  );
  const mixed = parts.flatMap((part, i) =>
    i % 20 === 5 ? [part, frame({ op: 9, payload: "x" })] : [part]
  );
  expect(await endedBy(guard.port, closing(1000))).toBe(1000);
  const socket = await openRaw(guard.port);
  await socket.write(concat(frame({ payload: message }), ...mixed, closing(1000))); // WS-007: split inside characters
  const ops = (await socket.frames()).map((f) => f.op);
  expect([ops.at(-1), new Set(ops.slice(0, -1))]).toEqual([8, new Set([10])]);
  expect(guard.got).toEqual([message, message]);
  socket.close();
});

Deno.test("webSocketUpgrade() never negotiates compression (WS-005)", async () => {
  await using guard = await guarded();
  const socket = await RawSocket.connect(guard.port);
  await socket.write(upgradeHead({
    headers: [["Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"]],
  }));
  const head = await socket.head();
  expect(head).toMatch(/^HTTP\/1\.1 101 /);
  expect(head.toLowerCase()).not.toContain("extensions");
  socket.close();
});

Deno.test("webSocketUpgrade() ends a ping flood whose pongs nobody reads by 1008 (WS-008)", async () => {
  await using guard = await guarded();
  const socket = await openRaw(guard.port);
  const pings = concat(
    ...Array.from({ length: 1000 }, () => frame({ op: 9, payload: "p".repeat(125) })),
  );
  for (let i = 0; i < 100; i++) if (!await socket.write(pings)) break;
  expect(await guard.closed).toMatchObject({ code: 1008, violation: "ws.ping_flood" });
  socket.close();
});

Deno.test("webSocketUpgrade() ignores messages after Close, and tells of them (WS-010)", async () => {
  await using guard = await guarded();
  const socket = await openRaw(guard.port);
  await socket.write(hex("888000000000"));
  await socket.write(frame({ payload: DENIED_CALL }));
  const frames = await socket.frames();
  socket.close();
  expect(frames.map((f) => [f.op, closeCode(f)])).toEqual([[8, 1005]]);
  expect(await guard.closed).toMatchObject({ local: false, violation: "ws.protocol" });
  expect(guard.got).toEqual([]);
});

Deno.test("webSocketUpgrade() delivers nothing of a message cut by FIN or RST (WS-011)", async () => {
  const half = frame({ payload: DENIED_CALL }).subarray(0, 60);
  for (const how of ["fin", "rst"]) {
    await using guard = await guarded();
    // after the upgrade is read, an unread ping of the server's makes the close an RST
    const socket = await openRaw(guard.port);
    const channel = await guard.opened;
    if (how === "rst") channel.send("unread");
    await socket.write(half);
    if (how === "fin") await socket.closeWrite();
    else socket.close();
    const info = await guard.closed;
    expect(info).toMatchObject({ code: 1006, local: false });
    // an RST may overtake the half message
    if (how === "fin") expect(info.violation).toBe("ws.truncated");
    expect(guard.got).toEqual([]);
    socket.close();
  }
});

Deno.test("webSocketUpgrade() selects mcp or nothing, and never echoes (WS-013)", async () => {
  await using guard = await guarded();
  for (
    const [offer, status, selected] of [
      [undefined, 101, undefined],
      ["mcp", 101, "mcp"],
      ["mcp, mcp", 101, "mcp"],
      ["mcp, evil, bearer.SECRET", 400, undefined],
      ["bearer.SECRET", 400, undefined],
      ["MCP", 400, undefined],
      ["", 400, undefined],
      ["mcp,", 400, undefined],
    ] as const
  ) {
    const socket = await RawSocket.connect(guard.port);
    await socket.write(
      upgradeHead({ headers: offer === undefined ? [] : [["Sec-WebSocket-Protocol", offer]] }),
    );
    const head = await socket.head();
    const got = /^Sec-WebSocket-Protocol: (.*)\r$/im.exec(head)?.[1];
    expect([offer, Number(head.slice(9, 12)), got]).toEqual([offer, status, selected]);
    if (status === 400) {
      expect(new TextDecoder().decode(await socket.rest())).not.toContain("SECRET");
    }
    socket.close();
  }
  expect(guard.refusals).toEqual(Array(5).fill("400 ws.subprotocol"));
});

Deno.test("webSocketUpgrade() answers 426 to what is no WebSocket handshake (WS-014)", async () => {
  await using guard = await guarded();
  const without = (
    name: string,
    ...headers: [string, string][]
  ): Parameters<typeof upgradeHead>[0] => ({
    drop: [name],
    headers,
  });
  for (
    const options of [
      without("Sec-WebSocket-Version"),
      without("Sec-WebSocket-Version", ["Sec-WebSocket-Version", "8"]),
      without("Sec-WebSocket-Version", ["Sec-WebSocket-Version", "013"]),
      without("Sec-WebSocket-Key"),
      without("Sec-WebSocket-Key", ["Sec-WebSocket-Key", "c2hvcnQ="]),
      without("Sec-WebSocket-Key", ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZR=="]),
      without("Sec-WebSocket-Key", ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ"]),
      without("Upgrade", ["Upgrade", "h2c"]),
      { method: "POST", headers: [["Content-Length", "0"]] as const },
      { method: "POST", headers: [["Content-Length", "4"]] as const },
      { headers: [["Content-Length", "4"]] as const },
      { version: "1.0" },
    ]
  ) {
    const socket = await RawSocket.connect(guard.port);
    await socket.write(upgradeHead(options));
    const head = await socket.head();
    await socket.rest();
    socket.close();
    expect([options, head.slice(9, 12)]).toEqual([options, "426"]);
    expect(head).toContain("\r\nSec-WebSocket-Version: 13\r\n");
    expect(head).toContain("\r\nUpgrade: websocket\r\n");
  }
  expect(guard.refusals).toEqual(Array(12).fill("426 ws.upgrade"));
  expect(guard.channels).toEqual([]);
});

Deno.test("webSocketUpgrade() takes the spellings that clients use (WS-014)", async () => {
  await using guard = await guarded();
  for (
    const headers of [
      [["Upgrade", "WebSocket"], ["Connection", "keep-alive, Upgrade"]],
      [["Upgrade", "WEBSOCKET"], ["Connection", "upgrade"]],
    ] as const
  ) {
    const socket = await openRaw(guard.port, { drop: ["Upgrade", "Connection"], headers });
    await socket.write(closing(1000));
    expect((await socket.frames()).map(closeCode)).toEqual([1000]);
    socket.close();
  }
});

Deno.test("webSocketUpgrade() proves the key and delivers frames sent along with the handshake", async () => {
  await using guard = await guarded();
  const socket = await RawSocket.connect(guard.port);
  const early = concat(frame({ payload: "early" }), frame({ payload: "bird" }), closing(1000));
  await socket.write(concat(new TextEncoder().encode(upgradeHead()), early));
  expect(await socket.head()).toContain(
    "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
  ); // RFC 6455 1.3
  expect((await socket.frames()).map(closeCode)).toEqual([1000]);
  expect(guard.got).toEqual(["early", "bird"]);
  socket.close();
});
