import { expect } from "expect";
import { DependencyFailed } from "../errors.ts";
import type { AuditRecord } from "../guard/types.ts";
import { handedOver } from "./handover.ts";

const record = (id: string): AuditRecord => ({
  ...{ event: "decision", ts: 0, id, identity: "alice", tool: null, method: "ping" },
  ...{ direction: "c2s", decision: "allow", reason: "Allowed", rule: null, findings: [] },
});

Deno.test("handedOver() keeps records waiting until the other sink has ended, in order", async () => {
  const ended = Promise.withResolvers<void>();
  const kept: string[] = [];
  let open = 0;
  let closed = 0;
  const sink = handedOver(ended.promise, () => {
    open++;
    return { write: ({ id }) => void kept.push(id), close: () => void closed++ };
  });
  const waiting = [sink.write(record("a")), sink.write(record("b"))];
  await Promise.resolve();
  expect([open, kept]).toEqual([0, []]);
  ended.resolve();
  await Promise.all(waiting);
  await sink.write(record("c"));
  expect([open, kept]).toEqual([1, ["a", "b", "c"]]);
  await sink.close();
  expect(closed).toBe(1);
});

Deno.test("handedOver() keeps nothing and says so when the new sink cannot be opened", async () => {
  const ended = Promise.withResolvers<void>();
  const sink = handedOver(ended.promise, () => {
    throw new DependencyFailed("audit", "no space");
  });
  const waiting = Promise.resolve(sink.write(record("a")));
  ended.resolve();
  await expect(waiting).rejects.toThrow(DependencyFailed);
  expect(() => sink.write(record("b"))).toThrow(DependencyFailed);
  expect(sink.healthy()).toBe(false);
  await sink.close();
});

Deno.test("handedOver() that is closed before its turn opens nothing", async () => {
  const ended = Promise.withResolvers<void>();
  let open = 0;
  const sink = handedOver(ended.promise, () => {
    open++;
    return { write: () => {} };
  });
  await sink.close();
  ended.resolve();
  await ended.promise;
  await Promise.resolve();
  expect(open).toBe(0);
});
