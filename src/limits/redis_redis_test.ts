// Tests of the Redis limiter with a real server that behaves.

import { expect } from "expect";
import { redisTest, startRedis } from "../../tests/kit/redis.ts";
import { redisKey } from "./key.ts";
import { clock, connections, key, PATIENT, watched } from "./testdata/helpers.ts";
import { createLimiter } from "./create.ts";

redisTest("take() admits exactly the capacity under 200 concurrent calls", async () => {
  await using server = await startRedis();
  await using limiter = watched({ dsn: server.dsn, ...PATIENT });
  const verdicts = await Promise.all(Array.from({ length: 200 }, () => limiter.take(key("a"))));
  const granted = verdicts.filter((v) => v.ok);
  expect(granted.map((v) => v.remaining).sort((a, b) => a - b)).toEqual([
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
  ]);
  for (const { ok, remaining, retryAfterMs } of verdicts) {
    if (!ok) {
      expect([remaining, retryAfterMs > 0, retryAfterMs <= 1_000_000]).toEqual([0, true, true]);
    }
  }
  expect(limiter.lines).toEqual([]);
});

redisTest("take() refills by the server's clock", async () => {
  await using server = await startRedis();
  await using limiter = watched({ dsn: server.dsn, ...PATIENT });
  const name = redisKey("mcpguard:rl:", key("a"));
  const [seconds] = await server.command("TIME") as [string, string];
  // Emptied 25 seconds ago, a token every 10 seconds.
  await server.command("SET", name, `0 ${Number(seconds) - 25}000 0.1`);
  const verdicts = [];
  for (let i = 0; i < 3; i++) verdicts.push(await limiter.take(key("a", 10, 0.1)));
  expect(verdicts.map((v) => v.ok)).toEqual([true, true, false]);
  expect(verdicts[2]?.retryAfterMs).toBeLessThanOrEqual(5_000);
  // From a server whose clock was two hours ahead: no token, but no frozen bucket either.
  await server.command("SET", name, `0 ${Number(seconds) + 7_200}000 1000000`);
  expect((await limiter.take(key("a", 10, 1e6))).ok).toBe(false);
  expect((await limiter.take(key("a", 10, 1e6))).ok).toBe(true);
});

redisTest("take() keeps each caller's bucket apart, under one plain key that expires", async () => {
  await using server = await startRedis();
  await using limiter = watched({ dsn: server.dsn, ...PATIENT, keyPrefix: "test:" });
  const pairs = [["a:b", ""], ["a", "b"], ["a", ":b"], ["{x}a", "t"], ["{x}b", "t"], [
    "a\r\nFLUSHALL\r\n",
    "t",
  ]];
  for (const [identity, tool] of pairs as [string, string][]) {
    const own = { identity, tool, capacity: 1, refillPerSec: 0.001 };
    expect((await limiter.take(own)).ok).toBe(true);
    expect((await limiter.take(own)).ok).toBe(false);
  }
  const keys = await server.command("KEYS", "*") as string[];
  expect(keys).toHaveLength(pairs.length);
  for (const name of keys) {
    expect(name).toMatch(/^test:(n[a-z0-9:]+|h[A-Za-z0-9_-]{43})$/);
    expect(Number(await server.command("PTTL", name))).toBeGreaterThan(0);
  }
});

redisTest("take() outlives FLUSHALL and SCRIPT FLUSH", async () => {
  await using server = await startRedis();
  await using limiter = watched({ dsn: server.dsn, ...PATIENT });
  expect((await limiter.take(key("a"))).remaining).toBe(9);
  await server.command("SCRIPT", "FLUSH");
  expect((await limiter.take(key("a"))).remaining).toBe(8);
  await server.command("FLUSHALL");
  expect((await limiter.take(key("a"))).remaining).toBe(9);
  expect(limiter.lines).toEqual([]);
});

redisTest(
  "take() logs in with a password, with a user of few rights, and uses the database",
  async () => {
    const password = "p@ss:w/rd é%";
    await using server = await startRedis({ password });
    await using limiter = watched({ dsn: `${server.dsn}/3`, ...PATIENT });
    expect(await limiter.connect()).toBe(true);
    expect((await limiter.take(key("a"))).ok).toBe(true);
    expect(await server.command("INFO", "keyspace")).toMatch(/db3:keys=1/);
    await server.command(
      "ACL",
      "SETUSER",
      "guard",
      "on",
      ">pw",
      "~mcpguard:rl:*",
      "+ping",
      "+eval",
      "+evalsha",
      "+time",
      "+get",
      "+set",
    );
    await using least = watched({ dsn: `redis://guard:pw@127.0.0.1:${server.port}`, ...PATIENT });
    expect((await least.take(key("a"))).ok).toBe(true);
  },
);

redisTest(
  "take() works on a node of a Redis Cluster that has the slots, and fails closed on one that has not",
  async () => {
    await using server = await startRedis({ args: ["--cluster-enabled", "yes"] });
    await using limiter = watched({ dsn: server.dsn, ...PATIENT });
    await expect(limiter.take(key("a"))).rejects.toThrow(/CLUSTERDOWN/);
    await server.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    while (!String(await server.command("CLUSTER", "INFO")).includes("cluster_state:ok"));
    for (const identity of ["a", "b", "{c}", "d"]) {
      expect((await limiter.take(key(identity))).remaining).toBe(9);
    }
  },
);

redisTest("createLimiter() shares buckets with every process of the same DSN", async () => {
  await using server = await startRedis();
  const config = {
    capacity: 10,
    refillPerSec: 0.001,
    backend: "redis",
    redisDsn: "env:LIMITS",
    onError: "deny",
    overrides: [],
  } as const;
  const env = (name: string): string | undefined => name === "LIMITS" ? server.dsn : undefined;
  const one = createLimiter(config, { clock, env });
  const two = createLimiter(config, { clock, env });
  try {
    expect([await one.connect(), await two.connect()]).toEqual([true, true]);
    expect((await one.take(key("a"))).remaining).toBe(9);
    expect((await two.take(key("a"))).remaining).toBe(8);
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
});

redisTest("connect() is lazy, and one connection serves all", async () => {
  await using server = await startRedis();
  await using limiter = watched({ dsn: server.dsn, ...PATIENT });
  const before = await connections(server);
  expect(limiter.healthy()).toBe(false);
  expect(await Promise.all([limiter.connect(), limiter.connect(), limiter.connect()])).toEqual([
    true,
    true,
    true,
  ]);
  await Promise.all(Array.from({ length: 50 }, () => limiter.take(key("a"))));
  expect(await connections(server)).toBe(before + 2); // the limiter's and the one that asks
});
