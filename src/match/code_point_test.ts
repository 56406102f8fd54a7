// Half a pair at the end of a cut text stays half a pair, however often it is asked for.

import { expect } from "expect";
import { codePointIn } from "./code_point.ts";

Deno.test("codePointIn() reads pairs, halves, and nothing behind the end of a cut text", () => {
  const whole = "x".repeat(40) + "\u{e0041}".repeat(40);
  const cut = whole.slice(0, 61);
  const seen = new Set<number>();
  // The engine compiles a function after some thousand calls.
  for (let i = 0; i < 100_000; i++) seen.add(codePointIn(cut, 60));
  expect([...seen]).toEqual([0xdb40]);
  expect(codePointIn(whole, 60)).toBe(0xe0041);
  expect(codePointIn("\udc41a", 0)).toBe(0xdc41);
  expect(codePointIn("a", 0)).toBe(0x61);
  // The first and the last of either half, and their neighbours.
  for (const text of ["\u{10000}", "\u{103ff}", "\u{10fc00}", "\u{10ffff}"]) {
    expect(codePointIn(text, 0)).toBe(text.codePointAt(0));
  }
  expect(codePointIn("\ud800\udbff", 0)).toBe(0xd800);
  expect(codePointIn("\udbff\ue000", 0)).toBe(0xdbff);
  expect(codePointIn("\ud7ff\udc00", 0)).toBe(0xd7ff);
});
