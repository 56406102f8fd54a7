import { expect } from "expect";
import fc from "fast-check";
import { concat } from "../../../tests/kit/ws_raw_frames.ts";
import { LineSplitter } from "./stdio_lines.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder("utf-8").decode(bytes);

interface Rig {
  splitter: LineSplitter;
  lines: string[];
  tooLong: string[];
}

function rig(limit: number): Rig {
  const lines: string[] = [];
  const tooLong: string[] = [];
  const splitter = new LineSplitter(limit, {
    onLine: (bytes) => lines.push(decode(bytes)),
    onTooLong: (head) => tooLong.push(decode(head)),
  });
  return { splitter, lines, tooLong };
}

/** What a splitter must do, from the whole text. */
function model(text: string, limit: number): { lines: string[]; tooLong: string[]; torn: boolean } {
  const pieces = text.split("\n");
  const last = pieces.pop()!;
  const isLong = (line: string): boolean => encode(line).length > limit;
  const head = (line: string): string => decode(encode(line).subarray(0, limit));
  return {
    lines: pieces.filter((line) => line !== "" && line !== "\r" && !isLong(line)),
    tooLong: [...pieces, last].filter(isLong).map(head),
    torn: last !== "",
  };
}

Deno.test("LineSplitter finds the same lines however the bytes are cut", () => {
  const unit = fc.constantFrom("a", "{", "\n", "\n", "\r", "é", "\u2028", "\0", "\u0085", "😀");
  fc.assert(fc.property(
    fc.array(unit, { maxLength: 120 }).map((units) => units.join("")),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
    fc.integer({ min: 1, max: 12 }),
    (text, sizes, limit) => {
      const { splitter, lines, tooLong } = rig(limit);
      const bytes = encode(text);
      for (let at = 0, i = 0; at < bytes.length; at += sizes[i++ % sizes.length]!) {
        splitter.push(bytes.subarray(at, at + sizes[i % sizes.length]!));
      }
      const torn = splitter.end();
      expect({ lines, tooLong, torn }).toEqual(model(text, limit));
    },
  ));
});

Deno.test("LineSplitter keeps copies: the chunk may be used again", () => {
  const seen: Uint8Array[] = [];
  const splitter = new LineSplitter(100, { onLine: (b) => seen.push(b), onTooLong: () => {} });
  const chunk = encode("one\ntw");
  splitter.push(chunk);
  chunk.fill(120);
  splitter.push(encode("o\n"));
  expect(seen.map(decode)).toEqual(["one", "two"]);
});

Deno.test("LineSplitter ends a line at LF alone: other separators stay within it (STD-002)", () => {
  const { splitter, lines } = rig(1000);
  splitter.push(encode("a\rb\u2028c\u2029d\u0085e\vf\fg\r\n\r\n\n"));
  expect(lines).toEqual(["a\rb\u2028c\u2029d\u0085e\vf\fg\r"]);
});

Deno.test("LineSplitter drops a line of 64 MiB, holds none of it, and goes on (STD-003)", () => {
  const { splitter, lines, tooLong } = rig(1000);
  const chunk = new Uint8Array(65_536).fill(97);
  let held = 0;
  for (let i = 0; i < 1024; i++) {
    splitter.push(chunk);
    held = Math.max(held, splitter.heldBytes);
  }
  expect(tooLong).toEqual(["a".repeat(1000)]); // told before its end is seen
  expect(splitter.skippedBytes).toBe(64 * 1_048_576 - 1000);
  splitter.push(encode("aa\nnext\n"));
  expect(lines).toEqual(["next"]);
  expect(held).toBeLessThanOrEqual(1000);
});

Deno.test("LineSplitter gathers a line from single bytes in memory of its limit", () => {
  const { splitter, lines } = rig(50_000);
  const text = "x".repeat(50_000);
  for (const byte of encode(text)) splitter.push(Uint8Array.of(byte));
  expect(splitter.heldBytes).toBeLessThanOrEqual(50_000);
  splitter.push(encode("\n"));
  expect([lines, splitter.heldBytes]).toEqual([[text], 0]);
});

Deno.test("LineSplitter.stop() within a handler ends it", () => {
  const lines: string[] = [];
  const splitter: LineSplitter = new LineSplitter(10, {
    onLine: (bytes) => {
      lines.push(decode(bytes));
      splitter.stop();
    },
    onTooLong: () => {},
  });
  splitter.push(concat(encode("one\n"), encode("two\nthr")));
  expect([lines, splitter.end(), splitter.heldBytes]).toEqual([["one"], false, 0]);
});
