// A process of its own for the tests: takes many tokens at once when told to, and prints the counts.

import { redisLimiter } from "../redis.ts";

const [dsn, count] = Deno.args as [string, string];
const limiter = redisLimiter({
  dsn,
  clock: { monotonic: () => performance.now() },
  deadlineMs: 60_000,
  connectTimeoutMs: 60_000,
});
console.log(await limiter.connect() ? "ready" : "not connected");
await Deno.stdin.read(new Uint8Array(1));
const key = { identity: "alice", tool: "search", capacity: 10, refillPerSec: 0.001 };
const verdicts = await Promise.all(
  Array.from({ length: Number(count) }, () => limiter.take(key)),
);
console.log(JSON.stringify({
  ok: verdicts.filter((v) => v.ok).length,
  throttled: verdicts.filter((v) => !v.ok && v.retryAfterMs > 0).length,
  degraded: verdicts.filter((v) => v.degraded !== undefined).length,
}));
await limiter.close();
