// Tests of what flows look back at: in memory, in a file that several share, and in a real Redis.

import { expect } from "expect";
import { redisTest, startRedis } from "../../tests/kit/redis.ts";
import { systemClock } from "../clocks.ts";
import { DependencyFailed } from "../errors.ts";
import type { Taint, TaintStore } from "../guard/ports.ts";
import { createTaints, memoryTaints } from "./mod.ts";

const PRIVATE: Taint = { key: "id:private", ttlMs: 60_000 };
const OTHER: Taint = { key: "id:other", ttlMs: 60_000 };

function shared(where: { file: string } | { dsn: string }, now = systemClock.now): TaintStore {
  const config = "file" in where
    ? { store: "file" as const, file: where.file, redisDsn: null }
    : { store: "redis" as const, file: null, redisDsn: where.dsn };
  return createTaints(config, { clock: { ...systemClock, now }, env: () => undefined });
}

/** What every two views of one store have in common. */
async function expectOneMemory(one: TaintStore, two: TaintStore): Promise<void> {
  const hit = async (store: TaintStore, owner: string, look: Taint): Promise<boolean> =>
    (await store.admit(owner, [look], [])).hit >= 0;
  expect(await hit(one, "alice", PRIVATE)).toBe(false);
  await one.admit("alice", [], [PRIVATE]);
  expect(await hit(two, "alice", PRIVATE)).toBe(true);
  expect(await hit(two, "alice", OTHER)).toBe(false);
  expect(await hit(two, "bob", PRIVATE)).toBe(false);
  // Where something is found, nothing is marked.
  expect((await two.admit("alice", [OTHER, PRIVATE], [OTHER])).hit).toBe(1);
  expect(await hit(one, "alice", OTHER)).toBe(false);
  // Looking and marking are one step: of many at once, whose deed forbids itself, one passes.
  for (let i = 0; i < 10; i++) {
    const racers = [one, two, one, two].map((store) =>
      store.admit(`racer ${i}`, [PRIVATE], [PRIVATE])
    );
    const passed = (await Promise.all(racers)).filter(({ hit }) => hit < 0);
    expect(passed.length).toBe(1);
  }
}

Deno.test("memory: marks are the caller's and the flow's own, and end with their time", async () => {
  let now = 0;
  const store = memoryTaints({ monotonic: () => now });
  await expectOneMemory(store, store);
  now += 59_999;
  expect((await store.admit("alice", [PRIVATE], [])).hit).toBe(0);
  now += 1;
  expect((await store.admit("alice", [PRIVATE], [])).hit).toBe(-1);
});

Deno.test("memory: doing it again makes it count from then", async () => {
  let now = 0;
  const store = memoryTaints({ monotonic: () => now });
  await store.admit("alice", [], [PRIVATE]);
  now = 50_000;
  await store.admit("alice", [], [PRIVATE]);
  now = 100_000;
  expect(await store.admit("alice", [PRIVATE], [])).toEqual({
    hit: 0,
    leftMs: 10_000,
    full: false,
  });
});

Deno.test("memory: a full store says so, forgets nobody for it, and has room again in time", async () => {
  let now = 0;
  const store = memoryTaints({ monotonic: () => now });
  for (let i = 0; i < 100_000; i++) store.admit(`caller ${i}`, [], [PRIVATE]);
  expect(await store.admit("one more", [], [PRIVATE])).toMatchObject({ full: true });
  expect((await store.admit("one more", [PRIVATE], [])).hit).toBe(-1);
  expect((await store.admit("caller 0", [PRIVATE], [])).hit).toBe(0);
  // Whoever is there already may go on.
  expect((await store.admit("caller 5", [], [PRIVATE])).full).toBe(false);
  now = 60_000;
  expect((await store.admit("one more", [], [PRIVATE])).full).toBe(false);
});

Deno.test("file: processes share it, it outlives them, and what it cannot be read from refuses", async () => {
  const dir = await Deno.makeTempDir();
  const file = `${dir}/flows.json`;
  await expectOneMemory(shared({ file }), shared({ file }));
  expect((await shared({ file }).admit("alice", [PRIVATE], [])).hit).toBe(0);
  // A clock that was set back ends nothing early.
  const earlier = shared({ file }, () => Date.now() - 3_600_000);
  expect(await earlier.admit("alice", [PRIVATE], [])).toMatchObject({ hit: 0, leftMs: 60_000 });
  const later = shared({ file }, () => Date.now() + 60_001);
  expect((await later.admit("alice", [PRIVATE], [])).hit).toBe(-1);
  for (
    const text of ["", "{", "[]", '{"version":2,"marks":[]}', '{"version":1,"marks":[["a",1]]}']
  ) {
    await Deno.writeTextFile(file, text);
    const store = shared({ file });
    await expect(Promise.resolve(store.admit("alice", [PRIVATE], []))).rejects.toThrow(
      DependencyFailed,
    );
  }
  await Deno.remove(dir, { recursive: true });
});

redisTest("redis: processes share it, and one that is gone refuses", async () => {
  await using server = await startRedis();
  const [one, two] = [shared({ dsn: server.dsn }), shared({ dsn: server.dsn })];
  await expectOneMemory(one, two);
  await server.kill();
  await expect(Promise.resolve(one.admit("alice", [PRIVATE], []))).rejects.toThrow(
    DependencyFailed,
  );
  expect(one.healthy!()).toBe(false);
  await one.close!();
  await two.close!();
});
