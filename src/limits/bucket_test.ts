// Tests of the bucket arithmetic against exact integers and against broken clocks.

import { expect } from "expect";
import fc from "fast-check";
import { checkSize, freshBucket, fullAt, look, msUntilToken, take, tokensAt } from "./bucket.ts";

Deno.test("take() grants the capacity, then what flows back", () => {
  const size = { capacity: 3, refillPerSec: 2 };
  const bucket = freshBucket(size, 1000);
  expect([1, 2, 3].map(() => take(bucket, size, 1000))).toEqual([
    { ok: true, remaining: 2, retryAfterMs: 0 },
    { ok: true, remaining: 1, retryAfterMs: 0 },
    { ok: true, remaining: 0, retryAfterMs: 0 },
  ]);
  expect(take(bucket, size, 1000)).toEqual({ ok: false, remaining: 0, retryAfterMs: 500 });
  expect(take(bucket, size, 1499)).toEqual({ ok: false, remaining: 0, retryAfterMs: 1 });
  expect(take(bucket, size, 1500).ok).toBe(true);
  expect(look(bucket, size, 1e9)).toEqual({ ok: true, remaining: 3, retryAfterMs: 0 });
});

Deno.test("take() with refill 0 never grants again", () => {
  const size = { capacity: 1, refillPerSec: 0 };
  const bucket = freshBucket(size, 0);
  expect(take(bucket, size, 0).ok).toBe(true);
  expect(take(bucket, size, 1e15)).toEqual({ ok: false, remaining: 0, retryAfterMs: Infinity });
  expect(fullAt(bucket, 1)).toBe(Infinity);
});

Deno.test("take() keeps fractions over very many refused calls", () => {
  const size = { capacity: 1, refillPerSec: 0.001 };
  const bucket = freshBucket(size, 0);
  take(bucket, size, 0);
  const granted: number[] = [];
  for (let now = 1; now <= 3_000_000; now += 7) if (take(bucket, size, now).ok) granted.push(now);
  expect(granted).toEqual([1_000_000, 2_000_006]);
});

Deno.test("take() survives every step of the clock", () => {
  const size = { capacity: 5, refillPerSec: 1 };
  const bucket = freshBucket(size, 1e9);
  for (let i = 0; i < 5; i++) take(bucket, size, 1e9);
  // Two hours back: nothing is granted, and the refill goes on from there instead of in two hours.
  expect(take(bucket, size, 1e9 - 7_200_000).ok).toBe(false);
  expect(take(bucket, size, 1e9 - 7_200_000 + 1000).ok).toBe(true);
  // No time, and nonsense: nothing.
  expect(take(bucket, size, NaN).ok).toBe(false);
  expect(take(bucket, size, -Infinity).ok).toBe(false);
  // A year ahead: one full bucket, not a year's worth.
  const ahead = freshBucket(size, 0);
  for (let i = 0; i < 5; i++) take(ahead, size, 0);
  const year = 365 * 86_400_000;
  expect(Array.from({ length: 8 }, () => take(ahead, size, year).ok).filter(Boolean)).toHaveLength(
    5,
  );
});

Deno.test("take() credits the past at the rate that was in force then", () => {
  const slow = { capacity: 10, refillPerSec: 0.001 };
  const fast = { capacity: 10, refillPerSec: 1000 };
  const bucket = freshBucket(slow, 0);
  for (let i = 0; i < 10; i++) take(bucket, slow, 0);
  expect(take(bucket, fast, 60_000).ok).toBe(false);
  expect(take(bucket, fast, 60_001).ok).toBe(true);
  // A bucket that never refilled starts to when the policy says so.
  const never = freshBucket({ capacity: 1, refillPerSec: 0 }, 0);
  take(never, { capacity: 1, refillPerSec: 0 }, 0);
  expect(take(never, { capacity: 1, refillPerSec: 1 }, 5_000).ok).toBe(false);
  expect(take(never, { capacity: 1, refillPerSec: 1 }, 6_000).ok).toBe(true);
});

Deno.test("tokensAt() clips to a smaller capacity and grants nothing for a larger one", () => {
  const bucket = freshBucket({ capacity: 10, refillPerSec: 0 }, 0);
  expect(tokensAt(bucket, { capacity: 3, refillPerSec: 0 }, 0)).toBe(3);
  expect(tokensAt(bucket, { capacity: 30, refillPerSec: 0 }, 0)).toBe(10);
  expect(tokensAt({ tokens: -5, at: 0, refillPerSec: 0 }, { capacity: 3, refillPerSec: 0 }, 0))
    .toBe(0);
});

Deno.test("msUntilToken() is a wait after which a token is there", () => {
  fc.assert(fc.property(
    fc.double({ min: 0, max: 0.999, noNaN: true }),
    fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    (tokens, refillPerSec) => {
      const wait = msUntilToken(tokens, refillPerSec);
      const state = { tokens, at: 0, refillPerSec };
      expect(take(state, { capacity: 5, refillPerSec }, wait).ok).toBe(true);
    },
  ));
  expect(msUntilToken(0, 1e-300)).toBe(Infinity);
});

Deno.test("take() equals exact integer arithmetic, and no interval gets more than its share", () => {
  const op = fc.record({ wait: fc.nat(3_000), looks: fc.nat(2) });
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 0, max: 5_000 }), // thousandths of a token per second
    fc.array(op, { maxLength: 80 }),
    (capacity, milli, ops) => {
      const size = { capacity, refillPerSec: milli / 1000 };
      const bucket = freshBucket(size, 0);
      const unit = 1_000_000; // thousandths per second, times milliseconds
      let exact = capacity * unit;
      let now = 0;
      const grants: number[] = [];
      for (const { wait, looks } of ops) {
        now += wait;
        exact = Math.min(capacity * unit, exact + wait * milli);
        const there = exact >= unit;
        for (let i = 0; i < looks; i++) expect(look(bucket, size, now).ok).toBe(there);
        const verdict = take(bucket, size, now);
        if (there) exact -= unit;
        expect([verdict.ok, verdict.remaining]).toEqual([there, Math.floor(exact / unit)]);
        if (there) grants.push(now);
      }
      for (let i = 0; i < grants.length; i++) {
        for (let j = i; j < grants.length; j++) {
          const span = (grants[j] as number) - (grants[i] as number);
          expect((j - i + 1) * unit).toBeLessThanOrEqual(capacity * unit + milli * span);
        }
      }
    },
  ));
});

Deno.test("checkSize() refuses sizes that would not limit", () => {
  for (const capacity of [NaN, 0, -1, 0.5, Infinity]) {
    expect(() => checkSize({ capacity, refillPerSec: 1 })).toThrow(RangeError);
  }
  for (const refillPerSec of [NaN, -1, Infinity]) {
    expect(() => checkSize({ capacity: 1, refillPerSec })).toThrow(RangeError);
  }
  expect(checkSize({ capacity: 1e308, refillPerSec: 1e308 })).toBeUndefined();
});
