import { expect } from "expect";
import { redisTest, startRedis } from "../../tests/kit/redis.ts";
import { redisLimiter } from "./redis.ts";
const clock = { monotonic: () => performance.now() };
redisTest("redisLimiter() smoke", async () => {
  await using server = await startRedis();
  const limiter = redisLimiter({ dsn: server.dsn, clock, deadlineMs: 10_000, log: console.log });
  const key = { identity: "a", tool: "t", capacity: 10, refillPerSec: 0.001 };
  const v = await Promise.all(Array.from({ length: 200 }, () => limiter.take(key)));
  expect(v.filter((x) => x.ok).length).toBe(10);
  console.log(v[9], v[10]);
  await server.kill();
  await expect(limiter.take(key)).rejects.toThrow();
  await limiter.close();
});
