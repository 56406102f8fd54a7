import { expect } from "expect";
import { CrashLoop } from "./crash_loop.ts";

Deno.test("CrashLoop pauses after five ends in a minute, longer each time, and forgets when it holds", () => {
  let now = 0;
  const loop = new CrashLoop({ now: () => now });
  for (let i = 0; i < 4; i++) {
    expect(loop.enter()).toBe(null);
    loop.ended();
  }
  expect(loop.enter()).toBe(null);
  loop.ended();
  expect(loop.enter()).toBe(1000);
  now += 1000;
  // One at a time.
  expect(loop.enter()).toBe(null);
  expect(loop.enter()).toBe(1000);
  loop.ended();
  expect(loop.enter()).toBe(2000);
  now += 2000;
  for (let i = 0; i < 10; i++) {
    loop.enter();
    loop.ended();
    now += 60_000;
  }
  expect(loop.enter()).toBe(null);
  loop.held();
  expect([loop.enter(), loop.enter()]).toEqual([null, null]);
});

Deno.test("CrashLoop takes ends that are far apart for bad luck", () => {
  let now = 0;
  const loop = new CrashLoop({ now: () => now });
  for (let i = 0; i < 20; i++) {
    expect(loop.enter()).toBe(null);
    loop.ended();
    now += 20_000;
  }
});
