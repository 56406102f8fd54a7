// What the tests of this room share: a request, and the properties that every store must have.

import { expect } from "expect";
import type { ApprovalBounds, ApprovalRequest, ApprovalStore } from "../guard/ports.ts";

/** Bounds of most tests. */
export const BOUNDS: ApprovalBounds = { perOwner: 2, total: 5, ttlMs: 60_000 };

/** A request of alice's; what is given differs. */
export function request(id: string, change: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    id,
    key: `key of ${id}`,
    kind: "approve",
    identity: "alice",
    owner: "alice",
    upstream: "",
    method: "tools/call",
    tool: "pay",
    pin: null,
    digest: "d",
    rule: "rules[0]",
    reason: "payments need a human",
    preview: "{}",
    ...change,
  };
}

/** Goes through the life of tickets: what every store answers alike. */
export async function expectLives(store: ApprovalStore): Promise<void> {
  const opened = await store.open(request("a"), BOUNDS);
  expect(opened).toMatchObject({ created: true, ticket: { id: "a", state: "pending", by: null } });
  const again = await store.open(request("other id", { key: "key of a" }), BOUNDS);
  expect(again).toMatchObject({ created: false, ticket: { id: "a" } });
  expect(await store.take("key of a")).toMatchObject({ state: "pending" });
  expect(await store.take("key of nothing")).toBe(null);
  // Granted: once, and then as if it had never been.
  expect(await store.settle("a", "granted", "carol", 60_000)).toMatchObject({ by: "carol" });
  expect(await store.settle("a", "denied", "dave", 60_000)).toBe(null);
  expect(await store.take("key of a")).toMatchObject({ id: "a", state: "granted", by: "carol" });
  expect(await store.take("key of a")).toBe(null);
  expect(await store.get("a")).toBe(null);
  // Denied: for everybody who asks the same until it expires; a declined confirmation only once.
  await store.open(request("b"), BOUNDS);
  await store.settle("b", "denied", "carol", 60_000);
  expect(await store.take("key of b")).toMatchObject({ state: "denied" });
  expect(await store.take("key of b")).toMatchObject({ state: "denied" });
  await store.open(request("c", { kind: "confirm" }), BOUNDS);
  await store.settle("c", "denied", "user of alice", 60_000);
  expect(await store.take("key of c")).toMatchObject({ state: "denied" });
  expect(await store.take("key of c")).toBe(null);
  // Bounds: pending ones per owner, all of them in total.
  expect((await store.open(request("d"), BOUNDS)).full).toBe(false);
  expect((await store.open(request("e"), BOUNDS)).full).toBe(false);
  expect((await store.open(request("f"), BOUNDS)).full).toBe(true);
  expect((await store.open(request("g", { owner: "bob" }), BOUNDS)).full).toBe(false);
  expect((await store.open(request("h", { owner: "eve" }), BOUNDS)).full).toBe(false);
  expect((await store.open(request("i", { owner: "fay" }), BOUNDS)).full).toBe(true);
  expect((await store.list()).map((ticket) => ticket.id).sort()).toEqual(["b", "d", "e", "g", "h"]);
  for (const { id } of await store.list()) await store.remove(id);
  expect(await store.list()).toEqual([]);
}

/** Fifty takers of one grant at the same time. */
export async function expectOnce(store: ApprovalStore, others: ApprovalStore): Promise<void> {
  await store.open(request("one"), BOUNDS);
  await store.settle("one", "granted", "carol", 60_000);
  const takers = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? store : others));
  const taken = await Promise.all(takers.map((taker) => taker.take("key of one")));
  expect(taken.filter((ticket) => ticket?.state === "granted").length).toBe(1);
  expect(taken.filter((ticket) => ticket !== null).length).toBe(1);
}
