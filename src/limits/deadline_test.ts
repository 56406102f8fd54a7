// Tests of the deadline, which must fire however the work behaves.

import { expect } from "expect";
import { Late, within } from "./deadline.ts";

const clock = { monotonic: (): number => performance.now() };

Deno.test("within() hands over what the work gives or throws", async () => {
  expect(await within(60_000, clock, () => Promise.resolve(7))).toBe(7);
  await expect(within(60_000, clock, () => Promise.reject(new TypeError("x")))).rejects.toThrow(
    TypeError,
  );
});

Deno.test("within() gives up on silent work and swallows its late failure", async () => {
  const work = Promise.withResolvers<number>();
  let over = (): boolean => false;
  await expect(within(1, clock, (isOver) => {
    over = isOver;
    return work.promise;
  })).rejects.toThrow(Late);
  expect(over()).toBe(true);
  work.reject(new Error("too late")); // an unhandled rejection would fail the test
  await Promise.resolve();
});

Deno.test("within() grants the time once more when this process was busy, once", async () => {
  // A clock that jumps shows a late timer: the answer that arrives after it still counts.
  let t = 0;
  const jumping = { monotonic: (): number => t += 1_000 };
  const work = Promise.withResolvers<string>();
  const pending = within(5, jumping, () => work.promise);
  await new Promise((resolve) => setTimeout(resolve, 5)); // set after within()'s timer, so it fires after it
  work.resolve("in time after all");
  expect(await pending).toBe("in time after all");
  await expect(within(1, jumping, () => new Promise(() => {}))).rejects.toThrow(Late);
});
