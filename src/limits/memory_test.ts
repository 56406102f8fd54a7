// Tests of the limiter in memory: bounded, fair, and never generous.

import { expect } from "expect";
import fc from "fast-check";
import { freshBucket, take } from "./bucket.ts";
import { memoryLimiter } from "./memory.ts";

function fakeClock(): { t: number; monotonic(): number } {
  return {
    t: 0,
    monotonic: function (): number {
      return this.t;
    },
  };
}

const key = (identity: string, tool = "t", capacity = 2, refillPerSec = 1) => ({
  identity,
  tool,
  capacity,
  refillPerSec,
});

Deno.test("take() counts per identity and tool", () => {
  const limiter = memoryLimiter({ clock: fakeClock() });
  const ok = (identity: string, tool: string): boolean => limiter.take(key(identity, tool, 1)).ok;
  expect([ok("a", "x"), ok("a", "x"), ok("a", "y"), ok("b", "x")]).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

Deno.test("take() does not mix names that look alike when joined (RATE-013)", () => {
  const limiter = memoryLimiter({ clock: fakeClock() });
  const pairs = [["a:b", ""], ["a", "b"], ["a", ":b"], ["", "a:b"], ["3:a", "b"], ["a\n", "b"], [
    "a",
    "\nb",
  ], ["{a}", "b"]];
  for (const [identity, tool] of pairs as [string, string][]) {
    expect(limiter.take(key(identity, tool, 1, 0)).ok).toBe(true);
  }
  expect(limiter.size).toBe(pairs.length);
});

Deno.test("peek() looks without taking and without making a bucket", () => {
  const limiter = memoryLimiter({ clock: fakeClock() });
  for (let i = 0; i < 5; i++) expect(limiter.peek(key("a")).remaining).toBe(2);
  expect(limiter.size).toBe(0);
  limiter.take(key("a"));
  expect(limiter.peek(key("a")).remaining).toBe(1);
  limiter.take(key("a"));
  expect(limiter.peek(key("a"))).toEqual({ ok: false, remaining: 0, retryAfterMs: 1000 });
});

Deno.test("take() keeps an empty bucket when strangers flood the table (RATE-003, RATE-004)", () => {
  const clock = fakeClock();
  const limiter = memoryLimiter({ clock, maxBuckets: 1_000 });
  expect([1, 2, 3].map(() => limiter.take(key("victim", "t", 2, 0.001)).ok)).toEqual([
    true,
    true,
    false,
  ]);
  let granted = 0;
  for (let i = 0; i < 20_000; i++) {
    clock.t += 0.01;
    if (limiter.take(key(`stranger${i}`, "t", 2, 0.001)).ok) granted++;
    expect(limiter.size).toBeLessThanOrEqual(1_000);
  }
  // 999 had buckets of their own, all others shared one bucket of 2.
  expect(granted).toBe(999 + 2);
  expect(limiter.take(key("victim", "t", 2, 0.001)).ok).toBe(false);
});

Deno.test("take() forgets full buckets only, wherever they stand", () => {
  for (const quick of [0, 1, 2, 3, 4]) {
    const clock = fakeClock();
    const limiter = memoryLimiter({ clock, maxBuckets: 5 });
    for (let i = 0; i < 5; i++) limiter.take(key(`k${i}`, "t", 1, i === quick ? 1 : 0.001));
    clock.t = 999;
    expect(limiter.take(key("shared", "t", 1, 0.5)).ok).toBe(true); // from the overflow
    expect(limiter.take(key("shared too", "t", 1, 0.5)).ok).toBe(false);
    clock.t = 1000;
    expect(limiter.take(key("new", "t", 1, 0.1)).ok).toBe(true); // in the place of the quick one
    expect(limiter.take(key("new", "t", 1, 0.1)).ok).toBe(false);
    for (let i = 0; i < 5; i++) {
      if (i !== quick) expect(limiter.take(key(`k${i}`, "t", 1, 0.001)).ok).toBe(false);
    }
  }
});

Deno.test("take() gives back memory when old buckets are full again", () => {
  const clock = fakeClock();
  const limiter = memoryLimiter({ clock, maxBuckets: 1_000 });
  for (let i = 0; i < 1_000; i++) limiter.take(key(`old${i}`));
  clock.t = 10_000;
  for (let i = 0; i < 600; i++) limiter.take(key(`new${i}`));
  expect(limiter.size).toBe(600);
});

Deno.test("take() hides how much others took from the shared bucket (RATE-014)", () => {
  const limiter = memoryLimiter({ clock: fakeClock(), maxBuckets: 1 });
  limiter.take(key("a", "t", 50));
  expect(limiter.peek(key("b", "t", 50))).toEqual({ ok: true, remaining: 0, retryAfterMs: 0 });
  expect(limiter.take(key("b", "t", 50))).toEqual({ ok: true, remaining: 0, retryAfterMs: 0 });
});

Deno.test("take() gives no second helping to who moves from the shared bucket to one of its own", () => {
  const clock = fakeClock();
  const limiter = memoryLimiter({ clock, maxBuckets: 1 });
  limiter.take(key("first", "t", 3, 1));
  clock.t = 999;
  const shared = [1, 2, 3, 4].map(() => limiter.take(key("late", "t", 3, 1)).ok);
  expect(shared).toEqual([true, true, true, false]);
  clock.t = 2_000; // now "first" makes room, and one token has come back
  expect(limiter.peek(key("late", "t", 3, 1))).toEqual({ ok: true, remaining: 1, retryAfterMs: 0 });
  const own = [1, 2].map(() => limiter.take(key("late", "t", 3, 1)));
  expect(own.map((v) => v.ok)).toEqual([true, false]);
  clock.t = 5_000; // the shared bucket is full again: the next newcomer starts with all
  expect(limiter.take(key("new", "t", 3, 1)).remaining).toBe(2);
});

Deno.test("take() gives each key no more than a bucket of its own would, in a table that is too small", () => {
  const op = fc.record({ wait: fc.nat(1_500), who: fc.nat(5), peek: fc.boolean() });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(op, { maxLength: 120 }), (max, ops) => {
      const clock = fakeClock();
      const limiter = memoryLimiter({ clock, maxBuckets: max });
      const size = { capacity: 3, refillPerSec: 0.7 };
      const own = Array.from({ length: 6 }, () => freshBucket(size, 0));
      for (const { wait, who, peek } of ops) {
        clock.t += wait;
        const asked = key(`k${who}`, "t", size.capacity, size.refillPerSec);
        const seen = peek ? limiter.peek(asked).ok : undefined;
        const { ok } = limiter.take(asked);
        if (seen !== undefined) expect(ok).toBe(seen);
        const bucket = own[who] as ReturnType<typeof freshBucket>;
        // The bucket of its own sees the granted calls only, so it must always have had a token.
        if (ok) expect(take(bucket, size, clock.t).ok).toBe(true);
      }
      expect(limiter.size).toBeLessThanOrEqual(max);
    }),
  );
});

Deno.test("take() equals one bucket per key when the table is large enough", () => {
  const op = fc.record({ wait: fc.nat(1_500), who: fc.nat(3) });
  fc.assert(fc.property(fc.array(op, { maxLength: 100 }), (ops) => {
    const clock = fakeClock();
    const limiter = memoryLimiter({ clock, maxBuckets: 4 });
    const size = { capacity: 2, refillPerSec: 0.6 };
    const own = Array.from({ length: 4 }, () => freshBucket(size, 0));
    for (const { wait, who } of ops) {
      clock.t += wait;
      const bucket = own[who] as ReturnType<typeof freshBucket>;
      expect(limiter.take(key(`k${who}`, "t", 2, 0.6))).toEqual(take(bucket, size, clock.t));
    }
  }));
});

Deno.test("take() follows a size that changes on the fly", () => {
  const clock = fakeClock();
  const limiter = memoryLimiter({ clock });
  for (let i = 0; i < 2; i++) limiter.take(key("a", "t", 2, 0));
  expect(limiter.take(key("a", "t", 100, 1)).ok).toBe(false);
  clock.t = 1000;
  expect(limiter.take(key("a", "t", 100, 1))).toEqual({ ok: true, remaining: 0, retryAfterMs: 0 });
});

Deno.test("memoryLimiter() refuses odd bounds and sizes", () => {
  for (const maxBuckets of [0, -1, 1.5, NaN, Infinity]) {
    expect(() => memoryLimiter({ clock: fakeClock(), maxBuckets })).toThrow(RangeError);
  }
  const limiter = memoryLimiter({ clock: fakeClock() });
  expect(() => limiter.take(key("a", "t", NaN))).toThrow(RangeError);
  expect(() => limiter.peek(key("a", "t", 1, -1))).toThrow(RangeError);
});

Deno.test("memoryLimiter() reads no wall clock (RATE-005)", () => {
  const real = Date.now;
  try {
    Date.now = () => {
      throw new Error("the wall clock was read");
    };
    expect(memoryLimiter({ clock: fakeClock() }).take(key("a")).ok).toBe(true);
  } finally {
    Date.now = real;
  }
});
