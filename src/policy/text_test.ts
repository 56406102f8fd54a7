import { expect } from "expect";
import { checkText, Lines, MAX_POLICY_BYTES, quote } from "./text.ts";

Deno.test("Lines.at() counts lines and columns from 1", () => {
  const lines = new Lines("ab\ncd\r\n\nx");
  expect(lines.at(0)).toEqual({ line: 1, column: 1 });
  expect(lines.at(2)).toEqual({ line: 1, column: 3 });
  expect(lines.at(3)).toEqual({ line: 2, column: 1 });
  expect(lines.at(7)).toEqual({ line: 3, column: 1 });
  expect(lines.at(8)).toEqual({ line: 4, column: 1 });
});

Deno.test("Lines.at() stays inside of the text", () => {
  const lines = new Lines("a\nb");
  expect(lines.at(99)).toEqual({ line: 2, column: 2 });
  expect(lines.at(-1)).toEqual({ line: 1, column: 1 });
});

Deno.test("checkText() takes ordinary text, in any script, with LF or CRLF", () => {
  expect(checkText("version: 1\r\n# Größe 値 \u{1F600}\n\tx\n")).toBeUndefined();
});

Deno.test("checkText() refuses what an editor shows otherwise, at its place", () => {
  const cases: [string, string][] = [
    ["\uFEFF", "byte order mark"],
    ["\0", "NUL"],
    ["\x07", "U+0007"],
    ["\x7f", "U+007F"],
    ["\x85", "U+0085"],
    ["\u2028", "U+2028"],
    ["\u202e", "U+202E"],
    ["\u2066", "U+2066"],
    ["\u200b", "U+200B"],
    ["\ufffd", "undecodable"],
    ["\uffff", "U+FFFF"],
    ["\ud800", "surrogate"],
    ["\udc00", "surrogate"],
    ["\rx", "carriage return"],
  ];
  for (const [char, word] of cases) {
    const problem = checkText(`ab${char}`);
    expect([word, problem?.message]).toEqual([word, expect.stringContaining(word)]);
    expect(problem?.offset).toBe(2);
  }
});

Deno.test("checkText() measures the limit in bytes, not in characters", () => {
  const half = MAX_POLICY_BYTES / 2;
  expect(checkText("#".repeat(MAX_POLICY_BYTES))).toBeUndefined();
  expect(checkText("#".repeat(MAX_POLICY_BYTES + 1))?.message).toContain("larger than 1048576");
  expect(checkText("é".repeat(half))).toBeUndefined();
  expect(checkText("é".repeat(half) + "#")?.message).toContain("larger");
  expect(checkText("\u{1F600}".repeat(MAX_POLICY_BYTES / 4))).toBeUndefined();
  expect(checkText("\u{1F600}".repeat(MAX_POLICY_BYTES / 4) + "#")?.message).toContain("larger");
});

Deno.test("quote() shows look-alike letters and escapes quotes", () => {
  expect(quote("tools")).toBe('"tools"');
  expect(quote("t\u043eols")).toBe('"t\\u043eols"');
  expect(quote('a"b\\')).toBe('"a\\"b\\\\"');
  expect(quote("\u{1F600}")).toBe('"\\u{1f600}"');
  expect(quote("x".repeat(61))).toBe(`"${"x".repeat(60)}..."`);
});
