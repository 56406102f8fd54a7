import { expect } from "expect";
import type { Identity } from "../../guard/mod.ts";
import type { Session } from "../session.ts";
import type { HttpChannel } from "./http_channel.ts";
import { ModernPool } from "./modern_pool.ts";

const alice: Identity = { id: "alice", roles: [], method: "none" };
const bob: Identity = { ...alice, id: "bob" };

/** A pool over sessions of which at most `room` are open. */
function pool(room = 10): { pool: ModernPool; open: Set<HttpChannel>; clock: { now: number } } {
  const open = new Set<HttpChannel>();
  const clock = { now: 0 };
  const made = new ModernPool({
    open: (channel) => {
      if (open.size >= room) return null;
      open.add(channel);
      channel.start({
        onMessage: () => {},
        onDrain: () => {},
        onClose: () => open.delete(channel),
      });
      return {
        draining: false,
        inFlight: 0,
        upstream: { failure: null },
        standing: { renew: () => {} },
        close: (code: number, reason: string) => channel.close(code, reason),
      } as unknown as Session;
    },
    limits: () => ({ highBytes: 1, hardBytes: 1, slowMs: 1, keepAliveMs: 1000 }),
    now: () => clock.now,
    idleMs: 1000,
    inFlight: () => 3,
  });
  return { pool: made, open, clock };
}

Deno.test("ModernPool gives a request a connection of its own, and the next one the same", async () => {
  const { pool: lines, open } = pool();
  const [first, second] = [await lines.take(alice, "h"), await lines.take(alice, "h")];
  expect(first).not.toBe(second);
  lines.give(alice, "h", first!);
  expect(await lines.take(alice, "h")).toBe(first);
  expect(open.size).toBe(2);
});

Deno.test("ModernPool never hands a connection to another identity or address", async () => {
  const { pool: lines } = pool();
  const line = (await lines.take(alice, "h"))!;
  lines.give(alice, "h", line);
  for (
    const [identity, remote] of [
      [bob, "h"],
      [{ ...alice, roles: ["admin"] }, "h"],
      [alice, "elsewhere"],
    ] as [Identity, string][]
  ) expect(await lines.take(identity, remote)).not.toBe(line);
  expect(await lines.take(alice, "h")).toBe(line);
});

Deno.test("ModernPool bounds one client's requests, and an unused connection makes room", async () => {
  const { pool: lines, open } = pool(4);
  const taken = [];
  for (let i = 0; i < 3; i++) taken.push((await lines.take(alice, "h"))!);
  expect(await lines.take(alice, "h")).toBeNull();
  lines.give(alice, "h", taken[0]!);
  expect(await lines.take(bob, "h")).not.toBeNull();
  expect(open.size).toBe(4);
  // Full: alice's unused one goes.
  expect(await lines.take(bob, "h")).not.toBeNull();
  expect([open.size, taken[0]!.channel.closed]).toEqual([4, true]);
  expect(await lines.take(bob, "h")).toBeNull();
  lines.drop(alice, "h", taken[1]!);
  await Promise.resolve();
  expect(await lines.take(bob, "h")).not.toBeNull();
});

Deno.test("ModernPool.sweep() closes what was unused for too long", async () => {
  const { pool: lines, clock } = pool();
  const line = (await lines.take(alice, "h"))!;
  lines.give(alice, "h", line);
  clock.now = 1000;
  lines.sweep(clock.now);
  expect(line.channel.closed).toBe(false);
  clock.now = 1001;
  lines.sweep(clock.now);
  expect(line.channel.closed).toBe(true);
  expect(await lines.take(alice, "h")).not.toBe(line);
});
