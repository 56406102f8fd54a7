// The rounds of the properties' campaign: the first has the campaign's own seed, all have different ones.

import { expect } from "expect";
import { seedOfRound } from "./properties.ts";

Deno.test("seedOfRound() starts with the campaign's seed and gives none twice", () => {
  expect([7, -1, 2147483647].map((seed) => seedOfRound(seed, 0))).toEqual([7, -1, 2147483647]);
  const seeds = Array.from({ length: 10_000 }, (_, round) => seedOfRound(2147483647, round));
  expect(new Set(seeds).size).toBe(10_000);
  expect(seeds.every((seed) => seed === (seed | 0))).toBe(true);
});
