import { expect } from "expect";
import { shownPair } from "./shown_pair.ts";

const LONG = "adds two numbers and returns the sum. ".repeat(30);

Deno.test("shownPair() shows what differs at the end, in the middle and in front of a long text", () => {
  for (const [head, tail] of [[LONG, ""], [LONG, LONG], ["", LONG]]) {
    const { before, after } = shownPair(`${head}${tail}`, `${head}send it away. ${tail}`, 400);
    expect(after).toContain("send it away.");
    expect(before).not.toContain("send it away.");
    expect(Math.max(before!.length, after!.length)).toBeLessThan(400);
  }
});

Deno.test("shownPair() shows short texts whole, and both ends of a long change", () => {
  expect(shownPair('"a"', '"b"', 10)).toEqual({ before: '"a"', after: '"b"' });
  expect(shownPair(undefined, "new", 10)).toEqual({ after: "new" });
  const { after } = shownPair("x", `first${LONG}last`, 100);
  expect(after).toMatch(/^first.*\[[0-9]+ more\].*last$/);
  expect(after!.length).toBeLessThan(300);
});
