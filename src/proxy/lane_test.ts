// Lanes keep the order whatever takes how long, and hold their sender back in time.

import { expect } from "expect";
import { Gate, Lane } from "./lane.ts";
import { type Held, settled } from "./session_testkit.ts";

/** A source that notes what it is told. */
function source(): { told: string[]; pause(): void; resume(): void } {
  const told: string[] = [];
  return { told, pause: () => void told.push("pause"), resume: () => void told.push("resume") };
}

/** A lane whose messages are numbers, handled when the test says so. */
function lane(highBytes = 1000): {
  lane: Lane;
  begun: number[];
  failed: unknown[];
  told: string[];
  finish: () => Promise<void>;
  push: (n: number, size?: number) => void;
} {
  const { told, ...gate } = source();
  const begun: number[] = [];
  const failed: unknown[] = [];
  const open: Held<void>[] = [];
  const made = new Lane({
    handle: (bytes) => {
      begun.push(bytes[0]!);
      const work = Promise.withResolvers<void>();
      open.push(work);
      return work.promise;
    },
    failed: (error) => failed.push(error),
    gate: new Gate(gate),
    highBytes,
  });
  return {
    lane: made,
    begun,
    failed,
    told,
    finish: async () => {
      open.shift()!.resolve();
      await settled();
    },
    push: (n, size = 1) => made.push(new Uint8Array(size).fill(n), size),
  };
}

Deno.test("Lane handles one message at a time, in order", async () => {
  const { push, begun, finish } = lane();
  for (const n of [1, 2, 3]) push(n);
  expect(begun).toEqual([1]);
  await finish();
  push(4);
  expect(begun).toEqual([1, 2]);
  await finish();
  await finish();
  expect(begun).toEqual([1, 2, 3, 4]);
});

Deno.test("Lane goes on after a message whose handling throws or rejects", async () => {
  const failed: unknown[] = [];
  const handled: number[] = [];
  const made = new Lane({
    handle: (bytes) => {
      handled.push(bytes[0]!);
      if (bytes[0] === 1) throw new Error("thrown");
      if (bytes[0] === 2) return Promise.reject(new Error("rejected"));
    },
    failed: (error) => failed.push((error as Error).message),
    gate: new Gate(source()),
    highBytes: 1000,
  });
  for (const n of [1, 2, 3]) made.push(new Uint8Array([n]), 1);
  await made.idle();
  expect([handled, failed]).toEqual([[1, 2, 3], ["thrown", "rejected"]]);
});

Deno.test("Lane holds its sender back by bytes and by number, and lets go below", async () => {
  const bytes = lane(100);
  bytes.push(1, 60);
  expect(bytes.told).toEqual([]);
  bytes.push(2, 60);
  expect(bytes.told).toEqual(["pause"]);
  await bytes.finish();
  await bytes.finish();
  expect(bytes.told).toEqual(["pause", "resume"]);
  const count = lane();
  for (let n = 0; n < 65; n++) count.push(n);
  expect(count.told).toEqual(["pause"]);
  for (let n = 0; n < 65; n++) await count.finish();
  expect([count.told, count.begun.length]).toEqual([["pause", "resume"], 65]);
});

Deno.test("Lane.close() drops what waits and takes no more", async () => {
  const { lane: made, push, begun, finish } = lane();
  push(1);
  push(2);
  made.close();
  push(3);
  const idle = made.idle();
  await finish();
  await idle;
  expect(begun).toEqual([1]);
});

Deno.test("Lane.idle() resolves at once when nothing is handled, else after the last message", async () => {
  const { lane: made, push, finish } = lane();
  await made.idle();
  push(1);
  push(2);
  let idle = false;
  void made.idle().then(() => idle = true);
  await finish();
  expect(idle).toBe(false);
  await finish();
  expect(idle).toBe(true);
});

Deno.test("Gate pauses at the first reason and resumes at the last", () => {
  const { told, ...gate } = source();
  const made = new Gate(gate);
  made.hold("queue");
  made.hold("slow_peer");
  made.hold("queue");
  made.release("queue");
  made.release("queue");
  expect(told).toEqual(["pause"]);
  made.release("slow_peer");
  made.release("slow_self");
  expect(told).toEqual(["pause", "resume"]);
});
