// Actions of the class rate on a real redis-server: killed, paused, emptied, spoilt, shared by three programs.

import { redisMissing, type RedisServer, startRedis } from "../../kit/redis.ts";
import { callAll, expectTally, hangUp, limit, type Tally, times } from "../calls.ts";
import type { Case } from "../case.ts";
import { brief } from "../judge.ts";
import { AUTH } from "../policies.ts";
import { ALICE, connect, type Stage, startStage } from "../stage.ts";
import { Upstream } from "../upstream.ts";

const policy = (server: RedisServer, capacity: number, auth = AUTH): string =>
  `version: 1\n${auth}${limit(capacity, `, backend: redis, redis_dsn: "${server.dsn}"`)}`;

/** One connection's calls, and then gone. */
async function calls(
  stage: Stage,
  n: number,
  headers: readonly (readonly [string, string])[] = ALICE,
  tool = "read_file",
): Promise<Tally> {
  const pair = await connect(stage, headers);
  const tally = await callAll(pair, times(n, tool));
  await hangUp(pair);
  return tally;
}

/** Runs with a redis-server; without one the case fails and says so. */
async function withRedis(
  run: (server: RedisServer) => Promise<string[]>,
): Promise<string[]> {
  const missing = redisMissing();
  if (missing !== null) return [`cannot be run: ${missing}`];
  await using server = await startRedis();
  return await run(server);
}

/** Calls that must all be refused because Redis does not answer, and none forwarded. */
async function failsClosed(stage: Stage, n: number): Promise<string[]> {
  const before = stage.upstream.forwarded;
  const tally = await calls(stage, n);
  return expectTally(tally, stage.upstream.forwarded - before, 0, "DependencyFailed");
}

/** `kill`: nothing passes while Redis is gone, and calls pass again when it is back. */
export function killRedis(): Promise<string[]> {
  return withRedis(async (server) => {
    await using stage = await startStage(policy(server, 1000));
    const wrong: string[] = [];
    if ((await calls(stage, 1)).passed !== 1) wrong.push("its allowed neighbour was refused");
    await server.kill();
    wrong.push(...await failsClosed(stage, 10));
    await server.restart();
    wrong.push(...await recovers(stage));
    return wrong;
  });
}

/** `sigstop`: a Redis that hangs is not waited for. */
export function pauseRedis(): Promise<string[]> {
  return withRedis(async (server) => {
    await using stage = await startStage(policy(server, 1000));
    const wrong: string[] = [];
    if ((await calls(stage, 1)).passed !== 1) wrong.push("its allowed neighbour was refused");
    server.pause();
    try {
      wrong.push(...await failsClosed(stage, 10));
    } finally {
      server.resume();
    }
    wrong.push(...await recovers(stage));
    return wrong;
  });
}

/** Calls until one passes: the breaker looks again after a while, and each refused call is a look. */
async function recovers(stage: Stage): Promise<string[]> {
  const until = Date.now() + 15_000;
  let last: Tally | null = null;
  while (Date.now() < until) {
    last = await calls(stage, 1);
    if (last.passed === 1) return [];
  }
  return [`it did not recover: ${brief(last?.reasons)}`];
}

/** `redis`: lost scripts are loaded again, a spoilt bucket denies, an emptied server starts over and no more. */
export function spoilRedis(one: Case): Promise<string[]> {
  return withRedis(async (server) => {
    await using stage = await startStage(policy(server, 5));
    const wrong: string[] = [];
    const first = await calls(stage, 3);
    await server.command("SCRIPT", "FLUSH");
    const second = await calls(stage, 4);
    if (first.passed + second.passed !== 5) {
      wrong.push(`SCRIPT FLUSH: ${first.passed} and ${second.passed} passed, not 5 together`);
    }
    await server.command("FLUSHALL");
    const third = await calls(stage, 9);
    if (third.passed !== 5) wrong.push(`FLUSHALL: ${third.passed} passed, not one bucket of 5`);
    const keys = (await server.command("KEYS", "*")) as string[];
    if (keys.length !== 1) wrong.push(`${keys.length} keys for one bucket`);
    for (const key of keys) {
      await server.command("DEL", key);
      await server.command("SET", key, "junk");
    }
    wrong.push(...(await failsClosed(stage, 5)).map((w) => `${one.id} junk: ${w}`));
    await server.command("FLUSHALL");
    wrong.push(...await recovers(stage));
    return wrong;
  });
}

/** `parallel_calls`: so many at once over several programs that share a limit: exactly that many pass. */
export function parallelCalls(one: Case): Promise<string[]> {
  return withRedis(async (server) => {
    // On a crowded machine a look at Redis may take longer than the guard waits, and is then refused for that, its
    // token spent or not: such a round says nothing about sharing, unless too many passed.
    for (let round = 1;; round++) {
      const wrong = await parallelRound(server, one);
      if (wrong.length === 0 || round === 4 || !wrong[0]!.includes("DependencyFailed")) {
        return wrong;
      }
      await server.command("FLUSHALL");
    }
  });
}

async function parallelRound(server: RedisServer, one: Case): Promise<string[]> {
  const step = one.steps[0]!;
  const [n, capacity, proxies] = [Number(step.n), Number(step.limit), Number(step.proxies)];
  await using upstream = new Upstream();
  const stages = await Promise.all(
    Array.from({ length: proxies }, () => startStage(policy(server, capacity), { upstream })),
  );
  try {
    const pairs = [];
    // One after the other: which connection of the server belongs to whom is known by their order.
    for (const stage of stages) {
      for (let i = 0; i < 4; i++) pairs.push(await connect(stage));
    }
    const each = Math.ceil(n / pairs.length);
    const tallies = await Promise.all(
      pairs.map((pair, i) => callAll(pair, times(Math.max(0, Math.min(each, n - i * each))))),
    );
    const sum = tallies.reduce((a, b) => a + b.passed, 0);
    const wrong: string[] = [];
    if (sum > capacity || upstream.forwarded > capacity) {
      wrong.push(`${sum} passed and ${upstream.forwarded} were forwarded, not ${capacity}`);
    } else if (tallies.some((t) => t.reasons.DependencyFailed)) {
      wrong.push(`DependencyFailed in this round; ${sum} passed`);
    } else if (
      sum !== capacity || upstream.forwarded !== sum ||
      tallies.reduce((a, b) => a + (b.reasons.RateLimitExceeded ?? 0), 0) !== n - capacity
    ) wrong.push(`${sum} passed of ${n}: ${brief(tallies.map((t) => t.reasons))}`);
    for (const pair of pairs) await hangUp(pair);
    return wrong;
  } finally {
    for (const stage of stages) await stage[Symbol.asyncDispose]();
  }
}

/** `as`: identities that could be read as parts of each other's bucket name have buckets of their own. */
export function bucketNames(one: Case): Promise<string[]> {
  const names = ["a:tool", "a", "{a}", "a:read_file", "1:a", "a b"];
  const auth = `auth:\n  mode: bearer\n  allowed_tokens: [${
    names.map((name, i) => `{key: TOKEN${i}, identity: "${name}"}`).join(", ")
  }]\n`;
  return withRedis(async (server) => {
    const wrong: string[] = [];
    for (const text of [policy(server, 1, auth), `version: 1\n${auth}${limit(1)}`]) {
      await using stage = await startStage(text);
      for (const [i, name] of names.entries()) {
        const tally = await calls(stage, 2, [["Authorization", `Bearer TOKEN${i}`]]);
        if (tally.passed !== 1) wrong.push(`${one.id}: "${name}" had ${tally.passed} calls, not 1`);
      }
      const { forwarded } = stage.upstream;
      if (forwarded !== names.length) wrong.push(`${forwarded} forwarded, not ${names.length}`);
    }
    return wrong;
  });
}
