// Tests that the script does the arithmetic of bucket.ts, by giving both the same time.

import { expect } from "expect";
import fc from "fast-check";
import { createClient } from "redis";
import { redisTest, startRedis } from "../../tests/kit/redis.ts";
import { type BucketState, freshBucket, take } from "./bucket.ts";
import { MAX_TTL_MS, readReply, TAKE_SCRIPT } from "./script.ts";

redisTest(
  "TAKE_SCRIPT equals bucket.ts on every history, clock steps and changed sizes included",
  async () => {
    await using server = await startRedis();
    const frozen = TAKE_SCRIPT.replace("redis.call('TIME')", "{ ARGV[3], ARGV[4] }");
    expect(frozen).not.toBe(TAKE_SCRIPT);
    const client = createClient({
      socket: { host: "127.0.0.1", port: server.port, reconnectStrategy: false },
      RESP: 2,
      commandOptions: { timeout: 0 },
    });
    await client.connect();
    try {
      const sizes = fc.record({
        capacity: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(1e9)),
        refillPerSec: fc.oneof(
          fc.constantFrom(0, 0.001, 0.1, 1 / 3, 7, 1e6),
          fc.double({ min: 0, max: 100, noNaN: true }),
        ),
      });
      const op = fc.record({
        step: fc.oneof(fc.nat(5_000), fc.integer({ min: -4_000, max: 40_000_000 })),
        change: fc.option(sizes, { freq: 6 }),
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(sizes, fc.array(op, { maxLength: 40 }), async (first, ops) => {
          const name = `run${run++}`;
          let size = first;
          let now = 1_800_000_000_000;
          let bucket: BucketState | undefined;
          for (const { step, change } of ops) {
            now += step;
            size = change ?? size;
            bucket ??= freshBucket(size, now);
            const expected = take(bucket, size, now);
            const time = [String(Math.floor(now / 1000)), String((now % 1000) * 1000)];
            const reply = await client.sendCommand([
              "EVAL",
              frozen,
              "1",
              name,
              String(size.capacity),
              String(size.refillPerSec),
              ...time,
            ]);
            expect(readReply(reply)).toEqual(expected);
          }
        }),
        { numRuns: 150 },
      );
    } finally {
      client.destroy();
    }
  },
);

redisTest(
  "TAKE_SCRIPT lets a bucket expire when it is full again, and never keeps one for ever",
  async () => {
    await using server = await startRedis();
    const ttl = async (capacity: number, refill: number): Promise<number> => {
      const name = `${capacity}/${refill}`;
      await server.command("EVAL", TAKE_SCRIPT, "1", name, String(capacity), String(refill));
      return Number(await server.command("PTTL", name));
    };
    const near = (ms: number, expected: number): void => {
      // Time passes between the two commands; the bound is generous and only downwards.
      expect(ms).toBeGreaterThan(expected - 60_000);
      expect(ms).toBeLessThanOrEqual(expected);
    };
    near(await ttl(10, 0.001), 1_000_000 + 1000);
    near(await ttl(5, 0.01), 100_000 + 1000);
    near(await ttl(5, 0), MAX_TTL_MS);
    near(await ttl(5, 1e-9), MAX_TTL_MS);
  },
);

Deno.test("readReply() takes the script's answers only", () => {
  expect(readReply([1, 4, 0])).toEqual({ ok: true, remaining: 4, retryAfterMs: 0 });
  expect(readReply([0, 0, -1])).toEqual({ ok: false, remaining: 0, retryAfterMs: Infinity });
  for (
    const odd of ["OK", null, [], [1, 2], [1, 2, 3, 4], ["1", 0, 0], [2, 0, 0], [1, -1, 0], [
      1,
      0,
      -2,
    ], [1, 0.5, 0]]
  ) {
    expect(() => readReply(odd)).toThrow(TypeError);
  }
});
