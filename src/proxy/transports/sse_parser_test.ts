import { expect } from "expect";
import fc from "fast-check";
import { SseParser } from "./sse_parser.ts";
import { UpstreamError } from "./upstream_error.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Parsed {
  events: [type: string, data: string][];
  id: string;
  retry: number | undefined;
}

function parse(chunks: Uint8Array[], max = 1000): Parsed {
  const events: [string, string][] = [];
  const parser = new SseParser(max, ({ type, data }) => {
    events.push([type, new TextDecoder("utf-8", { ignoreBOM: true }).decode(data)]);
  });
  for (const chunk of chunks) parser.push(chunk);
  return { events, id: parser.lastEventId, retry: parser.retryMs };
}

const parseText = (text: string): Parsed => parse([bytes(text)]);

Deno.test("SseParser reads the standard's own examples", () => {
  // https://html.spec.whatwg.org/multipage/server-sent-events.html section 9.2.6
  expect(parseText("data: YHOO\ndata: +2\ndata: 10\n\n").events)
    .toEqual([["message", "YHOO\n+2\n10"]]);
  expect(
    parseText(
      ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third\n\n",
    ),
  ).toEqual({
    events: [["message", "first event"], ["message", "second event"], ["message", " third"]],
    id: "",
    retry: undefined,
  });
  expect(parseText("data\n\ndata\ndata\n\ndata:").events)
    .toEqual([["message", ""], ["message", "\n"]]);
  expect(parseText("data:test\n\ndata: test\n\n").events)
    .toEqual([["message", "test"], ["message", "test"]]);
});

Deno.test("SseParser ends lines at LF, CR and CRLF alike", () => {
  for (const end of ["\n", "\r", "\r\n"]) {
    const text = ["event: e", "data: a", "data: b", "id: 7", "", "data: c", "", ""].join(end);
    expect(parseText(text)).toEqual({
      events: [["e", "a\nb"], ["message", "c"]],
      id: "7",
      retry: undefined,
    });
  }
});

Deno.test("SseParser gives the same events however the stream is cut into chunks", () => {
  const line = fc.constantFrom(
    ...[
      "data: x",
      "data",
      "data:",
      "data: é€😀",
      ":comment",
      "event: ping",
      "id: a\u0000b",
      "id: 12",
    ],
    ...["retry: 250", "retry: x", "unknown: y", "", "", "", "datab: z", " data: q", "id", "event"],
  );
  const stream = fc.array(fc.tuple(line, fc.constantFrom("\n", "\r", "\r\n")), { maxLength: 40 })
    .map((lines) => lines.map(([text, end]) => text + end).join(""));
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(stream, cuts, fc.boolean(), (text, sizes, bom) => {
      const whole = bytes((bom ? "\ufeff" : "") + text);
      const chunks: Uint8Array[] = [];
      for (let at = 0, i = 0; at < whole.length; i++) {
        const size = sizes[i % sizes.length]!;
        chunks.push(whole.subarray(at, at + size));
        at += size;
      }
      expect(parse(chunks)).toEqual(naive(text));
      expect(parse([whole])).toEqual(naive(text));
    }),
    { numRuns: 500 },
  );
});

/** The standard's algorithm in the plainest words, over the whole text. */
function naive(text: string): Parsed {
  const parsed: Parsed = { events: [], id: "", retry: undefined };
  const lines = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").split("\n").slice(0, -1);
  let data: string[] = [], type = "", id = "";
  for (const line of lines) {
    if (line === "") {
      parsed.id = id;
      if (data.length > 0) parsed.events.push([type || "message", data.join("\n")]);
      data = [];
      type = "";
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (field === "data") data.push(value);
    if (field === "event") type = value;
    if (field === "id" && !value.includes("\0")) id = value;
    if (field === "retry" && /^[0-9]+$/.test(value)) parsed.retry = Number(value);
  }
  return parsed;
}

Deno.test("SseParser ignores one byte order mark, and keeps what only looks like one", () => {
  expect(parseText("\ufeffdata: a\n\n").events).toEqual([["message", "a"]]);
  expect(parseText("\ufeff\ufeffdata: a\n\ndata: b\n\n").events).toEqual([["message", "b"]]);
  expect(parse([Uint8Array.of(0xef), Uint8Array.of(0xbb), bytes("x\ndata: a\n\n")]).events)
    .toEqual([["message", "a"]]);
});

Deno.test("SseParser keeps the id of an event without data, which primes a resumption", () => {
  expect(parseText("id: p-1\nretry: 40\n\n")).toEqual({ events: [], id: "p-1", retry: 40 });
  expect(parseText("id: p-1\ndata:\n\n")).toEqual({
    events: [["message", ""]],
    id: "p-1",
    retry: undefined,
  });
  expect(parseText("id: unfinished\ndata: x\n")).toEqual({ events: [], id: "", retry: undefined });
});

Deno.test("SseParser refuses a line without an end, and an event that grows line by line", () => {
  const endless = (chunk: string) => (): unknown =>
    parse(Array.from({ length: 2000 }, () => bytes(chunk)), 5000);
  const attempts = ["data: x", "xxxx", ":comment", "data: 0123456789\n", "id: 1234567"];
  for (const chunk of attempts) {
    let thrown: unknown;
    try {
      endless(chunk)();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UpstreamError);
    expect((thrown as UpstreamError).code).toBe("size");
  }
  const comments = endless(":ping\n")() as Parsed;
  expect(comments.events).toEqual([]);
});

Deno.test("SseParser takes data up to the limit and not one byte more", () => {
  const exact = "x".repeat(1000);
  expect(parse([bytes(`data: ${exact}\n\n`)], 1000).events).toEqual([["message", exact]]);
  expect(() => parse([bytes(`data: ${exact}y\n\n`)], 1000)).toThrow("too large");
});

Deno.test("SseParser refuses names and ids that are too long or no UTF-8, and leaves data to its reader", () => {
  expect(() => parseText(`id: ${"1".repeat(1025)}\n`)).toThrow("too long");
  expect(() => parse([Uint8Array.of(...bytes("event: "), 0xff, 10)])).toThrow("no UTF-8");
  const seen: number[] = [];
  const parser = new SseParser(100, ({ data }) => seen.push(...data));
  parser.push(Uint8Array.of(...bytes("data: "), 0xff, 10, 10));
  expect(seen).toEqual([0xff]);
});
