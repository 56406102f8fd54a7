// Properties draw the same cases in every run of the gate, and others when a seed is given.

import { expect } from "expect";
import fc from "fast-check";
import { seedOf } from "./fast_check.ts";

Deno.test("the name fast-check means the one with a seed, and it draws the same twice", () => {
  expect(import.meta.resolve("fast-check")).toBe(import.meta.resolve("./fast_check.ts"));
  expect(fc.readConfigureGlobal().seed).toBe(seedOf(Deno.args));
  const draw = (): number[] => {
    const drawn: number[] = [];
    fc.assert(fc.property(fc.integer(), (n) => void drawn.push(n)), { numRuns: 50 });
    return [...drawn, ...fc.sample(fc.integer(), 50)];
  };
  const once = draw();
  expect(new Set(once).size).toBeGreaterThan(20);
  expect(draw()).toEqual(once);
});

Deno.test("seedOf() reads the seed among the arguments, or takes the fixed one", () => {
  expect(seedOf([])).toBe(20_261_128);
  expect(seedOf(["other", "seed=7"])).toBe(7);
  expect(seedOf(["seed=-2147483648"])).toBe(-2147483648);
  for (const given of ["seed=", "seed=x", "seed=1.5", "seed=2147483648", "seed=99999999999"]) {
    expect(() => seedOf([given])).toThrow(RangeError);
  }
});
