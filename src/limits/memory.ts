// Token buckets in this process: bounded in number, on the monotonic clock.
// A bucket is only forgotten when it is full again, so forgetting never grants a token.

import type { Clock, RateKey, RateLimiter, RateVerdict } from "../guard/ports.ts";
import { type BucketState, checkSize, freshBucket, fullAt, look, take } from "./bucket.ts";
import { type Due, DueQueue } from "./due.ts";
import { bucketName } from "./key.ts";

/** Options of {@linkcode memoryLimiter}. */
export interface MemoryLimiterOptions {
  /** Only its monotonic side is read: steps of the wall clock do not matter. */
  clock: Pick<Clock, "monotonic">;
  /** Buckets kept at most; 100,000 by default, about 35 MB. */
  maxBuckets?: number;
}

/** A limiter in memory, which always can look without taking. */
export interface MemoryLimiter extends RateLimiter {
  /** Looks without taking, and without making a bucket. */
  peek(key: RateKey): RateVerdict;
  /** Takes one token if there is one. */
  take(key: RateKey): RateVerdict;
  /** Buckets kept now. */
  readonly size: number;
}

interface Bucket extends BucketState, Due {
  name: string;
  capacity: number;
}

/** Limits come from the policy, so there are few; a user's own code may still make up many. */
const MAX_OVERFLOW = 1_000;

/**
 * Counts calls in this process.
 *
 * When all `maxBuckets` are in use, callers without a bucket share one overflow bucket per limit size:
 * a flood of new identities can slow other new identities, but gains no token, and those who have a
 * bucket keep it. Nothing of the shared bucket's count is shown: `remaining` is 0 there.
 *
 * @param options The clock, and how many buckets to keep.
 * @returns The limiter. Its methods throw RangeError for sizes that cannot limit (NaN, negative).
 * @throws RangeError when `maxBuckets` is not a positive integer.
 *
 * @example Three calls, then none
 * ```ts
 * import { expect } from "expect";
 * import { memoryLimiter } from "./memory.ts";
 *
 * const limiter = memoryLimiter({ clock: { monotonic: () => 0 } });
 * const key = { identity: "alice", tool: "search", capacity: 3, refillPerSec: 0.5 };
 * const verdicts = [1, 2, 3, 4].map(() => limiter.take(key).ok);
 * expect(verdicts).toEqual([true, true, true, false]);
 * expect(limiter.take(key).retryAfterMs).toBe(2000);
 * ```
 */
export function memoryLimiter(options: MemoryLimiterOptions): MemoryLimiter {
  return new Buckets(options.clock, options.maxBuckets ?? 100_000);
}

class Buckets implements MemoryLimiter {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #max: number;
  readonly #table = new Map<string, Bucket>();
  readonly #queue = new DueQueue<Bucket>();
  readonly #overflow = new Map<string, BucketState>();

  constructor(clock: Pick<Clock, "monotonic">, max: number) {
    if (!Number.isSafeInteger(max) || max < 1) {
      throw new RangeError(`maxBuckets must be a positive integer, got ${max}`);
    }
    this.#clock = clock;
    this.#max = max;
  }

  get size(): number {
    return this.#table.size;
  }

  healthy(): boolean {
    return true;
  }

  peek(key: RateKey): RateVerdict {
    checkSize(key);
    const now = this.#clock.monotonic();
    const bucket = this.#table.get(bucketName(key));
    if (bucket !== undefined) return look(bucket, key, now);
    const verdict = look(this.#startOf(key, now), key, now);
    return this.#table.size < this.#max || this.#firstIsFull(now) ? verdict : hideCount(verdict);
  }

  take(key: RateKey): RateVerdict {
    checkSize(key);
    const now = this.#clock.monotonic();
    const name = bucketName(key);
    const bucket = this.#table.get(name);
    if (bucket !== undefined) {
      bucket.capacity = key.capacity;
      return take(bucket, key, now);
    }
    // Two out for each one in: a table that was full shrinks again while calls come.
    for (let i = 0; i < 2 && this.#firstIsFull(now); i++) this.#removeFirst();
    return this.#table.size < this.#max
      ? this.#takeFromNew(name, key, now)
      : hideCount(this.#takeFromShared(key, now));
  }

  #takeFromNew(name: string, key: RateKey, now: number): RateVerdict {
    const bucket = { ...this.#startOf(key, now), name, capacity: key.capacity, due: Infinity };
    const verdict = take(bucket, key, now);
    bucket.due = fullAt(bucket, bucket.capacity);
    this.#table.set(name, bucket);
    this.#queue.add(bucket);
    return verdict;
  }

  #takeFromShared(key: RateKey, now: number): RateVerdict {
    const shared = this.#startOf(key, now);
    const verdict = take(shared, key, now);
    if (this.#overflow.size < MAX_OVERFLOW || this.#overflow.has(sizeName(key))) {
      this.#overflow.set(sizeName(key), shared);
      return verdict;
    }
    return { ok: false, remaining: 0, retryAfterMs: 1000 };
  }

  // A caller without a bucket may have taken from the shared one, so its first bucket starts no fuller
  // than that: nobody gets a second helping by moving over.
  #startOf(key: RateKey, now: number): BucketState {
    const shared = this.#overflow.get(sizeName(key));
    if (shared === undefined) return freshBucket(key, now);
    if (fullAt(shared, key.capacity) > now) return { ...shared };
    this.#overflow.delete(sizeName(key));
    return freshBucket(key, now);
  }

  // Takes only move a bucket's time back, so a time in the queue is never too late (but for a reload
  // that raises a rate) and is put right when it comes up: a take since then has paid for that.
  #firstIsFull(now: number): boolean {
    while (true) {
      const first = this.#queue.first();
      if (first === undefined || first.due > now) return false;
      const due = fullAt(first, first.capacity);
      if (due <= now) return true;
      this.#queue.postponeFirst(due);
    }
  }

  #removeFirst(): void {
    const first = this.#queue.first();
    if (first === undefined) return;
    this.#queue.removeFirst();
    this.#table.delete(first.name);
  }
}

function sizeName(key: RateKey): string {
  return `${key.capacity}/${key.refillPerSec}`;
}

// How much others took from a shared bucket is none of the caller's business.
function hideCount(verdict: RateVerdict): RateVerdict {
  return { ...verdict, remaining: 0 };
}
