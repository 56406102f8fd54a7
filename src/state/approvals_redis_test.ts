// Tests of approvals in a real Redis: shared by processes, and refused when it is gone.

import { expect } from "expect";
import { redisTest, startRedis } from "../../tests/kit/redis.ts";
import { systemClock } from "../clocks.ts";
import { DependencyFailed } from "../errors.ts";
import { createApprovals } from "./create.ts";
import { BOUNDS, expectLives, expectOnce, request } from "./testing.ts";

function store(dsn: string): ReturnType<typeof createApprovals> {
  return createApprovals({ store: "redis", file: null, redisDsn: dsn }, {
    clock: systemClock,
    env: () => undefined,
  });
}

redisTest(
  "redis: tickets live and end as every store's, and one of fifty takers wins",
  async () => {
    await using server = await startRedis();
    const [one, two] = [store(server.dsn), store(server.dsn)];
    await expectLives(one);
    await expectOnce(one, two);
    await one.close!();
    await two.close!();
  },
);

redisTest(
  "redis: a server that is gone or odd is a failure, and none after it is back",
  async () => {
    await using server = await startRedis();
    const one = store(server.dsn);
    await one.open(request("a"), BOUNDS);
    await one.settle("a", "granted", "carol", 60_000);
    await server.kill();
    await expect(one.take("key of a")).rejects.toThrow(DependencyFailed);
    expect(one.healthy!()).toBe(false);
    await server.restart();
    // It has lost everything, the grant too.
    let found: unknown = "failed";
    while (found === "failed") {
      found = await one.take("key of a").catch(() => "failed");
      // The connection is opened again in the background: its timers must get their turn.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(found).toBe(null);
    await server.command("SET", "mcpguard:approvals", "something else");
    await expect(one.open(request("b"), BOUNDS)).rejects.toThrow(DependencyFailed);
    await one.close!();
  },
);
