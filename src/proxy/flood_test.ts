// A bucket of messages.

import { expect } from "expect";
import { Flood } from "./flood.ts";

Deno.test("Flood.take() lets a burst through, then as many as flow back", () => {
  const flood = new Flood(10, 3);
  expect([0, 0, 0, 0].map((now) => flood.take(now))).toEqual([true, true, true, false]);
  expect([50, 100, 101].map((now) => flood.take(now))).toEqual([false, true, false]);
  expect([10_000, 10_000, 10_000, 10_000].map((now) => flood.take(now))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
