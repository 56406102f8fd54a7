import { expect } from "expect";
import fc from "fast-check";
import { closing, concat, frame, hex } from "../../../tests/kit/ws_raw_frames.ts";
import { FrameError, isCloseCode } from "./frame_error.ts";
import { closeFrame, frameOf, textFrame } from "./frame_writer.ts";
import { type FrameLimits, FrameReader } from "./frames.ts";

const LIMITS: FrameLimits = { messageBytes: 1_048_576, fragments: 1024 };
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A reader that notes its finds as text. */
function noting(
  side: "server" | "client",
  limits: FrameLimits = LIMITS,
): { reader: FrameReader; notes: string[] } {
  const notes: string[] = [];
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
  const reader = new FrameReader(side, limits, {
    onText: (bytes) => notes.push(`text:${decoder.decode(bytes)}`),
    onPing: (payload) => notes.push(`ping:${latin(payload)}`),
    onPong: () => notes.push("pong"),
    onClose: (code, reason) => notes.push(`close:${code}:${reason}`),
  });
  return { reader, notes };
}

/** The error that reading these bytes ends with. */
function failing(bytes: Uint8Array, limits?: FrameLimits): FrameError {
  const { reader } = noting("server", limits);
  try {
    reader.push(bytes);
  } catch (error) {
    if (error instanceof FrameError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const key = fc.uint8Array({ minLength: 4, maxLength: 4 });

Deno.test("FrameReader gives back random messages in random fragments, masks, chops and pings", () => {
  const piece = fc.record({
    at: fc.nat(),
    key,
    ping: fc.option(fc.uint8Array({ maxLength: 125 })),
  });
  const message = fc.record({
    text: fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.tuple(fc.string({ unit: "grapheme", maxLength: 50 }), fc.nat(1500)).map(([s, n]) =>
        s.repeat(Math.min(n, 5000))
      ),
    ),
    pieces: fc.array(piece, { maxLength: 6 }),
    key,
  });
  fc.assert(fc.property(
    fc.array(message, { maxLength: 6 }),
    fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 10 }),
    fc.constantFrom("server" as const, "client" as const),
    (messages, chops, side) => {
      const masking = (k: Uint8Array): Uint8Array | false => side === "server" && k;
      const wanted: string[] = [];
      const parts: Uint8Array[] = [];
      for (const { text, pieces, key } of messages) {
        const bytes = utf8(text);
        const cuts = pieces.map((p) => p.at % (bytes.length + 1)).sort((a, b) => a - b);
        [...cuts, bytes.length].forEach((cut, i) => {
          const payload = bytes.subarray(i === 0 ? 0 : cuts[i - 1], cut);
          const fin = i === cuts.length;
          const mask = masking(fin ? key : pieces[i]!.key);
          parts.push(frame({ op: i === 0 ? 1 : 0, fin, mask, payload }));
          const ping = fin ? null : pieces[i]!.ping;
          if (ping === null) return;
          parts.push(frame({ op: 9, mask, payload: ping }));
          wanted.push(`ping:${String.fromCharCode(...ping)}`);
        });
        wanted.push(`text:${text.toWellFormed()}`);
      }
      const { reader, notes } = noting(side);
      const wire = concat(...parts);
      for (let at = 0, i = 0; at < wire.length; at += chops[i++ % chops.length]!) {
        reader.push(wire.subarray(at, at + chops[i % chops.length]!));
      }
      expect(notes).toEqual(wanted);
      expect(reader.midMessage).toBe(false);
    },
  ));
});

Deno.test("FrameReader throws nothing but FrameError for noise, and holds no more than its limit", () => {
  const limits = { messageBytes: 500, fragments: 5 };
  const framish = fc.record({
    fin: fc.boolean(),
    op: fc.constantFrom(0, 0, 1, 1, 9, 10, 8, 2, 3),
    payload: fc.uint8Array({ maxLength: 300 }),
    lengthBytes: fc.constantFrom(0 as const, 2 as const, 8 as const),
  }).filter((f) => f.lengthBytes > 0 || f.payload.length < 126).map((f) => frame(f));
  fc.assert(fc.property(
    fc.array(fc.oneof(framish, fc.uint8Array({ maxLength: 100 })), { maxLength: 20 }),
    (pieces) => {
      const { reader } = noting("server", limits);
      try {
        for (const piece of pieces) {
          reader.push(piece);
          expect(reader.heldBytes).toBeLessThanOrEqual(512); // the limit, in whole words
        }
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
        expect(isCloseCode((error as FrameError).code)).toBe(true);
        expect(reader.ended).toBe(true);
        expect(reader.heldBytes).toBe(0);
      }
    },
  ));
});

Deno.test("textFrame() is read back by the other side, masked and not, at every length form", () => {
  for (
    const size of [0, 1, 3, 124, 125, 126, 127, 255, 256, 257, 258, 259, 65_535, 65_536, 70_001]
  ) {
    for (const text of ["a".repeat(size), "é".repeat(size >> 1)]) {
      const server = noting("server");
      server.reader.push(textFrame(text, hex("01fe80c3")));
      const client = noting("client");
      client.reader.push(textFrame(text));
      expect([server.notes, client.notes]).toEqual([[`text:${text}`], [`text:${text}`]]);
    }
  }
});

Deno.test("textFrame() and closeFrame() write the bytes of RFC 6455 section 5.7", () => {
  expect([...textFrame("Hello")]).toEqual([...hex("810548656c6c6f")]);
  expect([...textFrame("Hello", hex("37fa213d"))]).toEqual([...hex("818537fa213d7f9f4d5158")]);
  expect([...frameOf(9, utf8("Hello"))]).toEqual([...hex("890548656c6c6f")]);
  expect([...textFrame("a".repeat(256)).subarray(0, 4)]).toEqual([...hex("817e0100")]);
  expect([...textFrame("a".repeat(65536)).subarray(0, 10)]).toEqual([
    ...hex("817f0000000000010000"),
  ]);
  expect([...closeFrame(1000, "ok")]).toEqual([...hex("880403e86f6b")]);
  expect([...closeFrame(1005, "none")]).toEqual([...hex("8800")]);
});

Deno.test("closeFrame() cuts a long reason at a character", () => {
  const sent = closeFrame(1000, "é".repeat(100));
  expect(sent.length).toBe(2 + 2 + 122);
  const { reader, notes } = noting("client");
  reader.push(sent);
  expect(notes).toEqual([`close:1000:${"é".repeat(61)}`]);
});

Deno.test("FrameReader refuses by the right code and violation", () => {
  const cases: [string, Uint8Array, number, string][] = [
    ["WS-002 2^40", hex("81ff0000010000000000 00000000"), 1009, "ws.message_too_big"],
    ["WS-002 2^26", hex("81ff0000000004000000 00000000"), 1009, "ws.message_too_big"],
    ["WS-002 2^53", hex("81ff0020000000000000 00000000"), 1009, "ws.message_too_big"],
    ["WS-002 2^63-1", hex("81ff7fffffffffffffff 00000000"), 1009, "ws.message_too_big"],
    ["WS-002 MSB", hex("81ffffffffffffffffff 00000000"), 1009, "ws.message_too_big"],
    ["WS-003 unmasked", hex("81026869"), 1002, "ws.protocol"],
    ["WS-004 RSV", hex("c182000000006869"), 1002, "ws.protocol"],
    ["WS-004 opcode", hex("8382000000006869"), 1002, "ws.protocol"],
    ["WS-006 binary", frame({ op: 2, payload: "{}" }), 1003, "ws.binary"],
    ["WS-009 UTF-8", hex("818200000000fffe"), 1007, "ws.utf8"],
    ["WS-010 one-byte close", hex("888100000000 03"), 1002, "ws.protocol"],
    ["WS-010 1005", closing(1005), 1002, "ws.protocol"],
    ["WS-010 999", closing(999), 1002, "ws.protocol"],
    ["16-bit length below 126", frame({ payload: "a", lengthBytes: 2 }), 1002, "ws.protocol"],
    [
      "64-bit length below 65536",
      frame({ payload: "a".repeat(200), lengthBytes: 8 }),
      1002,
      "ws.protocol",
    ],
    ["long ping", frame({ op: 9, payload: "a".repeat(126) }), 1002, "ws.protocol"],
  ];
  for (const [name, bytes, code, violation] of cases) {
    const error = failing(bytes);
    expect([name, error.code, error.violation]).toEqual([name, code, violation]);
    expect(utf8(error.message).length).toBeLessThanOrEqual(123);
  }
});

Deno.test("FrameReader refuses a masked frame on the client side", () => {
  const { reader } = noting("client");
  expect(() => reader.push(frame({ payload: "x" }))).toThrow("frame is masked");
});

Deno.test("FrameReader refuses an announced length before its bytes, on the message's sum", () => {
  const limits = { messageBytes: 100, fragments: 10 };
  const head = frame({ op: 0, payload: "b".repeat(41) }).subarray(0, 6);
  const { reader, notes } = noting("server", limits);
  reader.push(frame({ payload: "a".repeat(60), fin: false }));
  expect(() => reader.push(head)).toThrow("message too big");
  const fits = noting("server", limits);
  fits.reader.push(frame({ payload: "a".repeat(60), fin: false }));
  fits.reader.push(frame({ op: 0, payload: "b".repeat(40) }));
  expect([notes.length, fits.notes]).toEqual([0, ["text:" + "a".repeat(60) + "b".repeat(40)]]);
});

Deno.test("FrameReader takes as many fragments as allowed and not one more (WS-016)", () => {
  const limits = { messageBytes: 1_048_576, fragments: 4 };
  const parts = (count: number): Uint8Array =>
    concat(
      ...Array.from({ length: count }, (_, i) =>
        frame({ op: i === 0 ? 1 : 0, fin: i === count - 1, payload: "x".repeat(64) })),
    );
  const error = failing(parts(5), limits);
  expect([error.code, error.violation]).toEqual([1008, "ws.fragments"]);
  const fits = noting("server", limits);
  fits.reader.push(concat(parts(4), parts(4)));
  expect(fits.notes).toEqual([`text:${"x".repeat(256)}`, `text:${"x".repeat(256)}`]);
});

Deno.test("FrameReader holds memory by bytes received, not announced (WS-001, WS-002)", () => {
  const { reader } = noting("server");
  const whole = frame({ payload: new Uint8Array(1_000_000).fill(97) });
  reader.push(whole.subarray(0, 30));
  expect(reader.heldBytes).toBeLessThanOrEqual(512);
  let most = 0;
  for (let at = 30; at < whole.length; at += 4096) {
    reader.push(whole.subarray(at, at + 4096));
    most = Math.max(most, reader.heldBytes);
  }
  expect(most).toBe(1_000_000); // grown to exactly what was announced once most of it was there
  expect(reader.heldBytes).toBe(0);
  const endless = noting("server");
  const mebibyte = new Uint8Array(1_048_576).fill(97);
  endless.reader.push(frame({ fin: false, payload: mebibyte }));
  expect(endless.reader.heldBytes).toBe(1_048_576);
  expect(() => endless.reader.push(frame({ op: 0, fin: false, payload: mebibyte }))).toThrow(
    "too big",
  );
  expect(endless.reader.heldBytes).toBe(0);
});

Deno.test("FrameReader reads nothing after Close and says how much it read", () => {
  const { reader, notes } = noting("server");
  const close = closing(1001, "away");
  const read = reader.push(concat(close, frame({ payload: "late" })));
  expect([read, notes, reader.ended]).toEqual([close.length, ["close:1001:away"], true]);
  expect(reader.push(frame({ payload: "later" }))).toBe(0);
  expect(notes.length).toBe(1);
});

Deno.test("FrameReader copies: messages do not change with the read buffer", () => {
  const got: Uint8Array[] = [];
  const reader = new FrameReader("client", LIMITS, {
    onText: (bytes) => got.push(bytes),
    onPing: (payload) => got.push(payload),
    onPong: () => {},
    onClose: () => {},
  });
  for (const size of [3, 300]) {
    const buffer = concat(textFrame("x".repeat(size)), frameOf(9, utf8("ping")));
    reader.push(buffer);
    buffer.fill(0);
  }
  expect(got.map((bytes) => new TextDecoder().decode(bytes)))
    .toEqual(["xxx", "ping", "x".repeat(300), "ping"]);
});
