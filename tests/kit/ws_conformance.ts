// WebSocket conformance cases after the list of the Autobahn test suite (sections 1-7, 9, 10), for a server that echoes
// text. Where the suite sends binary messages, a server of ours refuses them by 1003.

import { closing, concat, frame, type FrameSpec, hex } from "./ws_raw_frames.ts";

/** What comes back: echoes and pongs in order (text as text, pongs as `pong:payload`), then the close code. */
export interface ConformanceCase {
  /** Number in the suite, or section and what is special. */
  id: string;
  /** Everything that is sent. */
  send: Uint8Array;
  /** Bytes per write; absent: one write. */
  chop?: number;
  /** Echoes and pongs expected. */
  back: string[];
  /** Close code expected. */
  close: number;
}

const MIB = 1 << 20;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (payload: string | Uint8Array, spec: FrameSpec = {}): Uint8Array =>
  frame({ payload, ...spec });
const part = (payload: string | Uint8Array, first = false, fin = false): Uint8Array =>
  frame({ payload, op: first ? 1 : 0, fin });
const ping = (payload: string | Uint8Array = "", spec: FrameSpec = {}): Uint8Array =>
  frame({ op: 9, payload, ...spec });
const END = closing(1000);

/** A case that goes well: what is sent is followed by Close 1000. */
const ok = (id: string, send: Uint8Array[], back: string[], chop?: number): ConformanceCase => ({
  id,
  send: concat(...send, END),
  back,
  close: 1000,
  ...(chop && { chop }),
});
/** A case that is refused after `back`; a text after it must not be echoed. */
const bad = (
  id: string,
  close: number,
  send: Uint8Array[],
  back: string[] = [],
  chop?: number,
): ConformanceCase => ({
  id,
  send: concat(...send, text("after")),
  back,
  close,
  ...(chop && { chop }),
});
const fragments = (payload: string, size: number): Uint8Array[] => {
  const bytes = utf8(payload);
  const list: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    list.push(part(bytes.subarray(at, at + size), at === 0, at + size >= bytes.length));
  }
  return list;
};

const SIZES = [0, 125, 126, 127, 128, 65535, 65536];
const section1 = [
  ...SIZES.map((n, i) => ok(`1.1.${i + 1}`, [text("*".repeat(n))], ["*".repeat(n)])),
  ok("1.1.8", [text("*".repeat(65536))], ["*".repeat(65536)], 997),
  ...SIZES.map((n, i) => bad(`1.2.${i + 1}`, 1003, [text(new Uint8Array(n).fill(254), { op: 2 })])),
];

const noise = hex("00fffefdfcfb00ff");
const tens = Array.from({ length: 10 }, (_, i) => `payload-${i}`);
const section2 = [
  ok("2.1", [ping()], ["pong:"]),
  ok("2.2", [ping("Hello, world!")], ["pong:Hello, world!"]),
  ok("2.3", [ping(noise)], [`pong:${new TextDecoder("latin1").decode(noise)}`]),
  ok("2.4", [ping(new Uint8Array(125).fill(97))], [`pong:${"a".repeat(125)}`]),
  bad("2.5", 1002, [ping(new Uint8Array(126))]),
  ok("2.6", [ping("a".repeat(125))], [`pong:${"a".repeat(125)}`], 1),
  ok("2.7", [frame({ op: 10 })], []),
  ok("2.8", [frame({ op: 10, payload: "unsolicited" })], []),
  ok("2.9", [frame({ op: 10, payload: "unsolicited" }), ping("ping")], ["pong:ping"]),
  ok("2.10", tens.map((t) => ping(t)), tens.map((t) => `pong:${t}`)),
  ok("2.11", tens.map((t) => ping(t)), tens.map((t) => `pong:${t}`), 1),
];

const section3 = [
  bad("3.1", 1002, [text("Hello", { rsv: 4 })]),
  bad("3.2", 1002, [text("one"), text("two", { rsv: 2 }), ping()], ["one"]),
  bad("3.3", 1002, [text("one"), text("two", { rsv: 3 }), ping()], ["one"]),
  bad("3.4", 1002, [text("one"), text("two", { rsv: 4 }), ping()], ["one"], 1),
  bad("3.5", 1002, [text("two", { op: 2, rsv: 5 })]),
  bad("3.6", 1002, [ping("x", { rsv: 6 })]),
  bad("3.7", 1002, [frame({ op: 8, rsv: 7, payload: hex("03e8") })]),
];

const section4 = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((op) => [
  bad(`4 opcode ${op} alone`, 1002, [frame({ op })]),
  bad(`4 opcode ${op} with payload`, 1002, [
    text("one"),
    frame({ op, payload: "reserved" }),
    ping(),
  ], ["one"]),
]);

const A = "fragment1";
const B = "fragment2";
const section5 = [
  bad("5.1", 1002, [ping(A, { fin: false }), part(B, false, true)]),
  bad("5.2", 1002, [frame({ op: 10, payload: A, fin: false }), part(B, false, true)]),
  ...[undefined, 1, 3].map((chop) =>
    ok("5.3-5.5", [part(A, true), part(B, false, true)], [A + B], chop)
  ),
  ...[undefined, 1].map((chop) =>
    ok(
      "5.6-5.8",
      [part(A, true), ping("between"), part(B, false, true)],
      ["pong:between", A + B],
      chop,
    )
  ),
  ...[true, false].flatMap((fin) =>
    [1, undefined].map((chop) =>
      bad("5.9-5.14", 1002, [part("no start", false, fin), text("Hello")], [], chop)
    )
  ),
  bad("5.15", 1002, [part(A, true), part(B, false, true), part("3", false, false), text("4")], [
    A + B,
  ]),
  bad("5.16-5.17", 1002, [part("1", false, false), part("2", true, false), part("3", false, true)]),
  bad("5.18", 1002, [part(A, true), part(B, true, true)]),
  ...[undefined, 1].map((chop) =>
    ok(
      "5.19-5.20",
      [
        part("f1", true),
        part("f2"),
        ping("one"),
        part("f3"),
        part("f4"),
        ping("two"),
        part("f5", false, true),
      ],
      ["pong:one", "pong:two", "f1f2f3f4f5"],
      chop,
    )
  ),
];

const KOSME = "Hello-µ@ßöäüàá-UTF-8!!";
const VALID = [
  "κόσμε",
  "\u0000",
  "\u0080",
  "\u0800",
  "\u{10000}",
  "\u007f",
  "\u07ff",
  "\uffff",
  "\u{10ffff}",
  "\ud7ff",
  "\ue000",
  "\ufffd",
  "\ufffe\uffff",
  "\u{1fffe}\u{1ffff}\u{10fffe}",
];
const INVALID = [
  "cebae1bdb9cf83cebcceb5eda080656469746564", // 6.3.1: a surrogate within text
  "ce", // cut sequences
  "cebae1",
  "cebae1bd",
  "f0908d",
  "f8888080", // 5 and 6 byte forms
  "f888808080",
  "fc8480808080",
  "f7bfbfbf",
  "fbbfbfbfbf",
  "fdbfbfbfbfbf",
  "f4908080", // beyond U+10FFFF
  "80", // lone continuation bytes
  "bf",
  "80bf80bf80bf",
  "c020c120", // lone start bytes
  "e020",
  "f020",
  "fe",
  "ff",
  "fefeffff",
  "c0af", // overlong forms
  "e080af",
  "f08080af",
  "f8808080af",
  "c1bf",
  "e09fbf",
  "f08fbfbf",
  "c080",
  "e08080",
  "f0808080",
  "eda080", // surrogates
  "edadbf",
  "edae80",
  "edbfbf",
  "eda080edb080",
];
const section6 = [
  ok("6.1.1", [text("")], [""]),
  ok("6.1.2", [part("", true), part(""), part("", false, true)], [""]),
  ok("6.1.3", [part("", true), part("middle"), part("", false, true)], ["middle"]),
  ok("6.2.1", [text(KOSME)], [KOSME]),
  ok(
    "6.2.2",
    [part(utf8(KOSME).subarray(0, 7), true), part(utf8(KOSME).subarray(7), false, true)],
    [KOSME],
  ),
  ok("6.2.3", fragments(KOSME, 1), [KOSME]),
  ok("6.2.4", fragments("κόσμε", 1), ["κόσμε"]),
  ...VALID.map((t) => ok(`6.5-6.23 ${JSON.stringify(t)}`, [text(t), ...fragments(t, 1)], [t, t])),
  ...INVALID.flatMap((bytes) => [
    bad(`6.3-6.21 ${bytes}`, 1007, [text(hex(bytes))]),
    bad(`6.4 ${bytes} in the last fragment`, 1007, [
      part("good", true),
      part(hex(bytes), false, true),
    ]),
  ]),
];

const CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const RESERVED = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535];
const section7 = [
  ok("7.1.1", [text("Hello")], ["Hello"]),
  ok("7.1.2", [END], []),
  { id: "7.1.3", send: concat(END, ping()), back: [], close: 1000 },
  { id: "7.1.4", send: concat(END, text("late")), back: [], close: 1000 },
  { id: "7.1.5", send: concat(part(A, true), END, part(B, false, true)), back: [], close: 1000 },
  {
    id: "7.1.6",
    send: concat(text("b".repeat(262_144)), END, ping()),
    back: ["b".repeat(262_144)],
    close: 1000,
  },
  { id: "7.3.1", send: closing(), back: [], close: 1005 },
  bad("7.3.2", 1002, [frame({ op: 8, payload: "a" })]),
  { id: "7.3.3", send: closing(1000), back: [], close: 1000 },
  { id: "7.3.4", send: closing(1000, "Hello"), back: [], close: 1000 },
  { id: "7.3.5", send: closing(1000, "*".repeat(123)), back: [], close: 1000 },
  bad("7.3.6", 1002, [closing(1000, "*".repeat(124))]),
  bad("7.5.1", 1007, [closing(1000, hex("cebae1bdb9cf83cebcceb5eda080"))]),
  ...CODES.map((code) => ({ id: `7.7 ${code}`, send: closing(code), back: [], close: code })),
  ...RESERVED.map((code) => bad(`7.9 ${code}`, 1002, [closing(code, "reason")])),
];

const big = (n: number): string => "0123456789abcdef".repeat(n / 16);
const section9 = [
  ...[64, 256, 1024, 4096].map((k) => ok(`9.1 ${k} KiB`, [text(big(k * 1024))], [big(k * 1024)])),
  ...[1024, 16_384, 262_144].map((n) =>
    ok(`9.3 fragments of ${n}`, fragments(big(MIB), n), [big(MIB)])
  ),
  ok("9.3 fragments of 64", fragments(big(262_144), 64), [big(262_144)]),
  ...[64, 1024, 2048].map((n) => ok(`9.5 chops of ${n}`, [text(big(262_144))], [big(262_144)], n)),
  ok(
    "9.7",
    Array.from({ length: 1000 }, (_, i) => text(`m${i}`)),
    Array.from({ length: 1000 }, (_, i) => `m${i}`),
  ),
  ok("10.1.1", fragments("*".repeat(65_536), 1300), ["*".repeat(65_536)]),
];

/** The cases by section of the suite. */
export const CONFORMANCE: Readonly<Record<string, readonly ConformanceCase[]>> = {
  "1 framing": section1,
  "2 pings and pongs": section2,
  "3 reserved bits": section3,
  "4 opcodes": section4,
  "5 fragmentation": section5,
  "6 UTF-8": section6,
  "7 closing": section7,
  "9 and 10 sizes": section9,
};
