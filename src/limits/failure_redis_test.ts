// Tests of the Redis limiter with a real server that is killed, paused, restarted or spoilt.

import { expect } from "expect";
import { redisTest, startRedis } from "../../tests/kit/redis.ts";
import { DependencyFailed } from "../errors.ts";
import { redisKey } from "./key.ts";
import { connections, key, PATIENT, watched } from "./testdata/helpers.ts";

// Opens once and stays open, so that no test depends on how fast it runs.
const STAYS_OPEN = { failures: 5, openMs: 2 ** 31 - 1 };

redisTest("take() gives up on a hung server, then stops asking (on_error: deny)", async () => {
  await using server = await startRedis();
  await using limiter = watched({
    dsn: server.dsn,
    breaker: STAYS_OPEN,
    deadlineMs: 200,
    connectTimeoutMs: 60_000,
  });
  expect(await limiter.connect()).toBe(true);
  const lost = limiter.logged("no answer within 200 ms");
  server.pause();
  for (let i = 0; i < 5; i++) {
    const error = await limiter.take(key("a")).catch((error) => error);
    expect(error).toBeInstanceOf(DependencyFailed);
    expect([error.dependency, error.message]).toEqual([
      "redis",
      "rate limiter: no answer within 200 ms",
    ]);
  }
  await lost;
  await expect(limiter.take(key("a"))).rejects.toThrow(
    "rate limiter: redis failed lately, not asked",
  );
  expect(limiter.healthy()).toBe(false);
  const restored = limiter.logged("connected again");
  server.resume();
  await restored;
  expect((await limiter.take(key("b"))).ok).toBe(true);
  expect(limiter.healthy()).toBe(true);
});

redisTest("take() counts on in this process when the server hangs (on_error: local)", async () => {
  await using server = await startRedis();
  await using limiter = watched({
    dsn: server.dsn,
    onError: "local",
    breaker: STAYS_OPEN,
    deadlineMs: 200,
  });
  expect(await limiter.connect()).toBe(true);
  const first = [];
  while (first.length < 7) {
    const verdict = await limiter.take(key("a"));
    if (verdict.degraded === undefined) first.push(verdict.remaining);
  }
  expect(first).toEqual([9, 8, 7, 6, 5, 4, 3]);
  server.pause();
  const verdicts = [];
  for (let i = 0; i < 20; i++) verdicts.push(await limiter.take(key("a")));
  expect(verdicts.map((v) => v.degraded)).toEqual(verdicts.map(() => "local"));
  // What this process took through Redis is not forgotten: 3 of 10 are left.
  expect(verdicts.filter((v) => v.ok)).toHaveLength(3);
  expect(limiter.healthy()).toBe(false);
});

redisTest("take() divides the limit among replicas when it counts alone", async () => {
  await using server = await startRedis();
  await server.kill();
  await using limiter = watched({ dsn: server.dsn, onError: "local", replicas: 3 });
  const verdicts = [];
  for (let i = 0; i < 10; i++) verdicts.push(await limiter.take(key("a")));
  expect(verdicts.filter((v) => v.ok)).toHaveLength(3);
  expect((await limiter.take(key("b", 1))).ok).toBe(true);
});

redisTest(
  "take() lets calls pass and says so when the server hangs (on_error: allow)",
  async () => {
    await using server = await startRedis();
    await using limiter = watched({
      dsn: server.dsn,
      onError: "allow",
      breaker: STAYS_OPEN,
      deadlineMs: 200,
    });
    expect(await limiter.connect()).toBe(true);
    server.pause();
    for (let i = 0; i < 20; i++) {
      expect(await limiter.take(key("a", 1))).toEqual({
        ok: true,
        remaining: 0,
        retryAfterMs: 0,
        degraded: "allow",
      });
    }
  },
);

redisTest(
  "take() gives up on CLIENT PAUSE, where PING is answered but the script is not",
  async () => {
    await using server = await startRedis();
    await using limiter = watched({ dsn: server.dsn, breaker: STAYS_OPEN, deadlineMs: 200 });
    expect(await limiter.connect()).toBe(true);
    const restored = limiter.logged("connected again");
    await server.command("CLIENT", "PAUSE", "3600000", "WRITE");
    for (let i = 0; i < 5; i++) {
      await expect(limiter.take(key("a"))).rejects.toThrow(
        /no answer within/,
      );
    }
    await restored; // the new connection answers PING, so one probe may go
    await server.command("CLIENT", "UNPAUSE");
    expect((await limiter.take(key("b"))).ok).toBe(true);
  },
);

redisTest(
  "take() fails closed while the server is killed in use, and recovers by itself",
  async () => {
    await using server = await startRedis();
    await using limiter = watched({ dsn: server.dsn, ...PATIENT });
    expect(await limiter.connect()).toBe(true);
    const lost = limiter.logged("on_error: deny");
    server.pause(); // so that the calls are under way when it dies
    const calls = Promise.allSettled(Array.from({ length: 200 }, () => limiter.take(key("a"))));
    await server.kill();
    for (const outcome of await calls) {
      expect(outcome.status === "rejected" && outcome.reason).toBeInstanceOf(DependencyFailed);
    }
    expect(await lost).toContain(`redis at 127.0.0.1:${server.port}`);
    expect(limiter.healthy()).toBe(false);
    const restored = limiter.logged("connected again");
    await server.restart();
    await restored;
    expect((await limiter.take(key("a"))).remaining).toBe(9);
    expect(limiter.healthy()).toBe(true);
  },
);

redisTest("connect() survives a server that is down at the start", async () => {
  await using server = await startRedis();
  await server.kill();
  await using limiter = watched({ dsn: server.dsn, ...PATIENT });
  const restored = limiter.logged("connected again");
  expect(await limiter.connect()).toBe(false);
  const error = await limiter.take(key("a")).catch((error) => error);
  expect(error).toBeInstanceOf(DependencyFailed);
  await server.restart();
  await restored;
  expect((await limiter.take(key("a"))).ok).toBe(true);
});

redisTest("take() refuses a bucket that is something else, and only that one", async () => {
  await using server = await startRedis();
  await using limiter = watched({ dsn: server.dsn, ...PATIENT });
  await server.command("LPUSH", redisKey("mcpguard:rl:", key("list")), "x");
  const junk = ["junk", "", "nan nan nan", "1 2", "1 2 3 4", "9 nan 1", "inf x 1"];
  for (const [i, value] of junk.entries()) {
    await server.command("SET", redisKey("mcpguard:rl:", key(`junk${i}`)), value);
  }
  for (let i = 0; i < 10; i++) await expect(limiter.take(key("list"))).rejects.toThrow(/WRONGTYPE/);
  for (const i of junk.keys()) {
    await expect(limiter.take(key(`junk${i}`))).rejects.toThrow(/BADBUCKET/);
  }
  expect(limiter.lines[0]).toMatch(/WRONGTYPE.*on_error: deny/);
  expect((await limiter.take(key("other"))).ok).toBe(true);
  expect(limiter.healthy()).toBe(true);
});

redisTest(
  "take() treats a full or read-only server as a failure, and says so to readiness probes",
  async () => {
    await using server = await startRedis();
    await using limiter = watched({ dsn: server.dsn, ...PATIENT });
    expect(await limiter.connect()).toBe(true);
    await server.command("CONFIG", "SET", "maxmemory", "1");
    await expect(limiter.take(key("a"))).rejects.toThrow(/OOM/);
    expect(limiter.healthy()).toBe(false);
    await server.command("CONFIG", "SET", "maxmemory", "0");
    expect((await limiter.take(key("a"))).ok).toBe(true);
    await server.command("REPLICAOF", "127.0.0.1", "1");
    const before = await connections(server);
    await expect(limiter.take(key("a"))).rejects.toThrow(/READONLY/);
    expect(limiter.healthy()).toBe(false);
    await server.command("REPLICAOF", "NO", "ONE");
    expect((await limiter.take(key("a"))).ok).toBe(true);
    // After a failover the name may lead elsewhere, so it connected anew: one, and two commands.
    expect(await connections(server)).toBe(before + 3);
  },
);

redisTest(
  "connect() tells a wrong, a missing and a powerless login apart, without the password",
  async () => {
    await using server = await startRedis({ password: "correct horse" });
    await server.command("ACL", "SETUSER", "weak", "on", ">pw", "~*", "+ping");
    const cases: [login: string, code: string][] = [
      [":hunter2@", "WRONGPASS"],
      ["nobody:hunter2@", "WRONGPASS"],
      ["", "NOAUTH"],
      ["weak:pw@", "NOPERM"],
    ];
    for (const [login, code] of cases) {
      await using limiter = watched({
        dsn: `redis://${login}127.0.0.1:${server.port}`,
        ...PATIENT,
      });
      expect(await limiter.connect()).toBe(code === "NOPERM");
      const error = await limiter.take(key("a")).catch((error) => error);
      expect(error).toBeInstanceOf(DependencyFailed);
      expect(limiter.lines[0]).toContain(code);
      const said = limiter.lines.join() + error.message + error.stack + Deno.inspect(error);
      expect(said).not.toMatch(/hunter2|correct horse/);
    }
  },
);

redisTest("healthy() notices a server that hangs while nobody calls", async () => {
  await using server = await startRedis();
  let ahead = 0;
  const clock = { monotonic: (): number => performance.now() + ahead };
  await using limiter = watched({ dsn: server.dsn, clock, deadlineMs: 200 });
  expect(await limiter.connect()).toBe(true);
  expect(limiter.healthy()).toBe(true);
  const lost = limiter.logged("no answer within 200 ms");
  server.pause();
  ahead += 10_000;
  limiter.healthy();
  await lost;
  expect(limiter.healthy()).toBe(false);
});

redisTest("close() releases everything at any moment, and takes fail afterwards", async () => {
  await using server = await startRedis();
  // Never used; connected; with calls under way; reconnecting; hanging in a handshake.
  await watched({ dsn: server.dsn }).close();
  const inUse = watched({ dsn: server.dsn, onError: "allow", ...PATIENT });
  await inUse.connect();
  server.pause();
  const calls = Promise.allSettled(Array.from({ length: 20 }, () => inUse.take(key("a"))));
  await inUse.close();
  for (const call of await calls) expect(call.status).toBe("rejected");
  await expect(inUse.take(key("a"))).rejects.toThrow(/already closed/);
  expect([inUse.healthy(), await inUse.connect()]).toEqual([false, false]);
  await inUse.close();
  const hanging = watched({ dsn: server.dsn, connectTimeoutMs: 50 });
  const connecting = hanging.connect();
  await hanging.close();
  expect(await connecting).toBe(false);
  await server.kill();
  const refused = watched({ dsn: server.dsn });
  expect(await refused.connect()).toBe(false);
  await refused.close();
});
