// The arithmetic of one token bucket: no clock, no storage, no effects.
// The Redis script (script.ts) does the same sums on the server; a test holds the two together.

import type { RateVerdict } from "../guard/ports.ts";

/** How many tokens a bucket holds and how fast they flow back. */
export interface BucketSize {
  /** Tokens the bucket holds, at least 1. */
  capacity: number;
  /** Tokens per second that flow back, 0 or more. */
  refillPerSec: number;
}

/** What is kept of a bucket between two calls. */
export interface BucketState {
  /** Tokens at the time `at`; a fraction counts towards the next whole token. */
  tokens: number;
  /** When `tokens` was true: milliseconds of a monotonic clock. */
  at: number;
  /** Tokens per second since `at`: a policy that changes later must not rewrite the past. */
  refillPerSec: number;
}

/** Sums of fractions end a hair below a whole token; this much may be missing. */
const HAIR = 1e-9;

/**
 * Checks a bucket size. NaN and negative numbers would compare false and so never limit.
 *
 * @param size The size to check.
 * @throws RangeError when the capacity is not a finite number of at least 1, or the refill is not a
 *   finite number of at least 0.
 *
 * @example A size that could never limit is refused
 * ```ts
 * import { expect } from "expect";
 * import { checkSize } from "./bucket.ts";
 *
 * expect(() => checkSize({ capacity: NaN, refillPerSec: 1 })).toThrow(RangeError);
 * ```
 */
export function checkSize(size: BucketSize): void {
  if (!(size.capacity >= 1 && size.capacity < Infinity)) {
    throw new RangeError(`rate limit capacity must be a number from 1, got ${size.capacity}`);
  }
  if (!(size.refillPerSec >= 0 && size.refillPerSec < Infinity)) {
    throw new RangeError(`rate limit refill must be a number from 0, got ${size.refillPerSec}`);
  }
}

/**
 * A full bucket.
 *
 * @param size Its size.
 * @param now Milliseconds of the caller's monotonic clock.
 * @returns The state to keep.
 */
export function freshBucket(size: BucketSize, now: number): BucketState {
  return { tokens: size.capacity, at: now, refillPerSec: size.refillPerSec };
}

/**
 * Tokens in the bucket at `now`. The elapsed time is clamped to what fills the bucket, so that no step
 * of a clock can make a debt or more than one full bucket.
 *
 * @param state The state as kept.
 * @param size The size in force now; a smaller capacity clips, a larger one grants nothing at once.
 * @param now Milliseconds; a value before `state.at`, or NaN, counts as no time passed.
 * @returns Tokens from 0 to the capacity, with fraction.
 */
export function tokensAt(state: BucketState, size: BucketSize, now: number): number {
  const rate = state.refillPerSec;
  let tokens = Math.max(0, state.tokens);
  const elapsed = now - state.at;
  if (rate > 0 && elapsed > 0) {
    tokens += Math.min(elapsed, (size.capacity / rate) * 1000) * rate / 1000;
  }
  return Math.min(size.capacity, tokens);
}

/**
 * When the bucket will be full if nobody takes from it. From then on it equals a fresh one and need not
 * be kept.
 *
 * @param state The state as kept.
 * @param capacity Its capacity in tokens.
 * @returns Milliseconds on the clock of `state.at`; Infinity when it never fills.
 */
export function fullAt(state: BucketState, capacity: number): number {
  if (state.tokens >= capacity) return state.at;
  return state.at + ((capacity - state.tokens) / state.refillPerSec) * 1000;
}

/**
 * Milliseconds until one token is there.
 *
 * @param tokens Tokens now.
 * @param refillPerSec Tokens per second.
 * @returns 0 when one is there, else at least 1, rounded up; Infinity when it never comes.
 */
export function msUntilToken(tokens: number, refillPerSec: number): number {
  if (tokens >= 1 - HAIR) return 0;
  const ms = Math.ceil(((1 - HAIR / 2 - tokens) / refillPerSec) * 1000);
  return ms <= Number.MAX_SAFE_INTEGER ? Math.max(1, ms) : Infinity;
}

/**
 * Looks without taking.
 *
 * @param state The state as kept; not changed.
 * @param size The size in force now.
 * @param now Milliseconds of the clock of `state.at`.
 * @returns Whether a token is there.
 */
export function look(state: BucketState, size: BucketSize, now: number): RateVerdict {
  return verdict(tokensAt(state, size, now), size);
}

/**
 * Takes one token if there is one.
 *
 * @param state The state as kept; changed in place.
 * @param size The size in force now.
 * @param now Milliseconds of the clock of `state.at`.
 * @returns Whether a token was taken, and what is left.
 *
 * @example A bucket of one token that comes back in a thousand seconds
 * ```ts
 * import { expect } from "expect";
 * import { freshBucket, take } from "./bucket.ts";
 *
 * const size = { capacity: 1, refillPerSec: 0.001 };
 * const bucket = freshBucket(size, 0);
 * expect(take(bucket, size, 0)).toEqual({ ok: true, remaining: 0, retryAfterMs: 0 });
 * expect(take(bucket, size, 1)).toEqual({ ok: false, remaining: 0, retryAfterMs: 999_999 });
 * expect(take(bucket, size, 1_000_000).ok).toBe(true);
 * ```
 */
export function take(state: BucketState, size: BucketSize, now: number): RateVerdict {
  const tokens = tokensAt(state, size, now);
  const before = verdict(tokens, size);
  // A refusal writes nothing: refilling in many tiny steps would lose fractions to rounding. Only a
  // changed rate, or a clock that went back (the bucket would freeze until it caught up), is noted.
  if (before.ok || state.refillPerSec !== size.refillPerSec || now < state.at) {
    state.tokens = before.ok ? Math.max(0, tokens - 1) : tokens;
    state.at = now;
    state.refillPerSec = size.refillPerSec;
  }
  return before.ok ? { ...before, remaining: whole(state.tokens) } : before;
}

function verdict(tokens: number, size: BucketSize): RateVerdict {
  const retryAfterMs = msUntilToken(tokens, size.refillPerSec);
  return { ok: retryAfterMs === 0, remaining: whole(tokens), retryAfterMs };
}

function whole(tokens: number): number {
  return Math.floor(tokens + HAIR);
}
