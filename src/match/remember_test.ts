// remembering(): the same answers, fewer questions, bounded.

import { expect } from "expect";
import { remembering } from "./remember.ts";

Deno.test("remembering() asks once for a name and answers the same afterwards", () => {
  const asked: string[] = [];
  const judge = remembering((name) => asked.push(name) - 1);
  expect([judge("a"), judge("b"), judge("a"), judge("b"), judge("\ud800"), judge("\ud800")])
    .toEqual([0, 1, 0, 1, 2, 2]);
  expect(asked).toEqual(["a", "b", "\ud800"]);
});

Deno.test("remembering() keeps 256 names at most, and no long ones", () => {
  let asked = 0;
  const judge = remembering(() => asked++);
  for (let i = 0; i < 256; i++) judge(`n${i}`);
  expect(judge("n0")).toBe(0);
  judge("one too many");
  expect(judge("n0")).toBe(257);
  const long = "x".repeat(129);
  expect([judge(long), judge(long)]).toEqual([258, 259]);
});
