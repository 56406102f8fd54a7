// Tests of the stores of approvals in memory and in a file.

import { expect } from "expect";
import { DependencyFailed } from "../errors.ts";
import { createApprovals } from "./create.ts";
import { memoryApprovals } from "./approvals_memory.ts";
import { BOUNDS, expectLives, expectOnce, request } from "./testing.ts";

/** Time in the test's hands. */
function handClock(): { now: () => number; monotonic: () => number; wall: number; passed: number } {
  const clock = {
    wall: 1_000_000,
    passed: 5,
    now: () => clock.wall,
    monotonic: () => clock.passed,
  };
  return clock;
}

async function inFolder(work: (file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/approvals.json`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function fileStore(file: string, clock = handClock()): ReturnType<typeof createApprovals> {
  return createApprovals({ store: "file", file, redisDsn: null }, {
    clock,
    env: () => undefined,
  });
}

Deno.test("memory: tickets live and end as every store's", async () => {
  const store = memoryApprovals(handClock());
  await expectLives(store);
  await expectOnce(store, store);
});

Deno.test("memory: tickets expire by the monotonic clock, granted or not", async () => {
  const clock = handClock();
  const store = memoryApprovals(clock);
  await store.open(request("a"), BOUNDS);
  await store.open(request("b"), BOUNDS);
  clock.passed += 59_000;
  clock.wall -= 1_000_000;
  await store.settle("b", "granted", "carol", 60_000);
  clock.passed += 1_000;
  expect(await store.get("a")).toBe(null);
  expect((await store.expire()).map((ticket) => ticket.id)).toEqual(["a"]);
  expect(await store.expire()).toEqual([]);
  clock.passed += 59_000;
  expect(await store.take("key of b")).toBe(null);
});

Deno.test("file: tickets live and end as every store's, over two processes", () =>
  inFolder(async (file) => {
    await expectLives(fileStore(file));
    await expectOnce(fileStore(file), fileStore(file));
    expect((await Deno.stat(file)).mode! & 0o777).toBe(0o600);
  }));

Deno.test("file: a restart keeps what waits, and brings no used grant back", () =>
  inFolder(async (file) => {
    const first = fileStore(file);
    await first.open(request("a"), BOUNDS);
    await first.open(request("b"), BOUNDS);
    await first.settle("a", "granted", "carol", 60_000);
    expect((await first.take("key of a"))?.state).toBe("granted");
    const second = fileStore(file);
    expect(await second.take("key of a")).toBe(null);
    expect((await second.get("b"))?.state).toBe("pending");
  }));

Deno.test("file: what expired is told once, by whoever saw it", () =>
  inFolder(async (file) => {
    const clock = handClock();
    const store = fileStore(file, clock);
    await store.open(request("a"), BOUNDS);
    clock.wall += 60_000;
    expect(await store.get("a")).toBe(null);
    expect((await store.expire()).map((ticket) => ticket.id)).toEqual(["a"]);
    expect(await fileStore(file, clock).expire()).toEqual([]);
  }));

Deno.test("file: what cannot be read is no empty store", () =>
  inFolder(async (file) => {
    for (
      const text of ["", "{", "[]", '{"version":2,"tickets":[]}', '{"version":1,"tickets":[{}]}']
    ) {
      await Deno.writeTextFile(file, text);
      const store = fileStore(file);
      await expect(store.take("key of a")).rejects.toThrow(DependencyFailed);
      await expect(store.open(request("a"), BOUNDS)).rejects.toThrow(DependencyFailed);
      expect(store.healthy!()).toBe(false);
      expect(await Deno.readTextFile(file)).toBe(text);
    }
  }));

Deno.test("file: a folder that is gone, and a lock that another process keeps, are failures", () =>
  inFolder(async (file) => {
    const lost = fileStore(`${file}/not/there`);
    await expect(lost.open(request("a"), BOUNDS)).rejects.toThrow(DependencyFailed);
    using lock = await Deno.open(`${file}.lock`, { write: true, create: true });
    await lock.lock(true);
    await expect(fileStore(file).open(request("a"), BOUNDS)).rejects.toThrow(DependencyFailed);
  }));
