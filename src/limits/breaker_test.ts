// Tests of the circuit breaker's states.

import { expect } from "expect";
import { Breaker } from "./breaker.ts";

function closedBreaker(): { clock: { t: number; monotonic(): number }; breaker: Breaker } {
  const clock = {
    t: 0,
    monotonic: function (): number {
      return this.t;
    },
  };
  return { clock, breaker: new Breaker({ clock, failures: 3, openMs: 100 }) };
}

Deno.test("Breaker opens after failures in a row only", () => {
  const { breaker } = closedBreaker();
  expect([breaker.fail(), breaker.fail()]).toEqual([false, false]);
  breaker.succeed();
  expect([breaker.fail(), breaker.fail(), breaker.open]).toEqual([false, false, false]);
  expect(breaker.enter()).toBe(true);
  expect([breaker.fail(), breaker.open, breaker.enter()]).toEqual([true, true, false]);
});

Deno.test("Breaker lets one probe in at a time", () => {
  const { clock, breaker } = closedBreaker();
  for (let i = 0; i < 3; i++) breaker.fail();
  clock.t = 99;
  expect(breaker.enter()).toBe(false);
  clock.t = 100;
  expect([breaker.enter(), breaker.enter()]).toEqual([true, false]);
  breaker.fail();
  expect(breaker.enter()).toBe(false);
  clock.t = 200;
  expect([breaker.enter(), breaker.enter()]).toEqual([true, false]);
  breaker.succeed();
  expect([breaker.enter(), breaker.enter(), breaker.open]).toEqual([true, true, false]);
});

Deno.test("Breaker.hope() lets the probe in at once, but still only one", () => {
  const { breaker } = closedBreaker();
  for (let i = 0; i < 3; i++) breaker.fail();
  expect(breaker.enter()).toBe(false);
  breaker.hope();
  expect([breaker.enter(), breaker.enter(), breaker.open]).toEqual([true, false, true]);
});
