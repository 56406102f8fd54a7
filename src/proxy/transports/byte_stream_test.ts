import { expect } from "expect";
import fc from "fast-check";
import { concat } from "../../../tests/kit/ws_raw_frames.ts";
import { WriteQueue } from "./byte_stream.ts";

interface Rig {
  queue: WriteQueue;
  writes: Uint8Array[];
  told: string[];
  /** Ends the write under way. */
  done(ok: boolean): void;
}

function rig(): Rig {
  const writes: Uint8Array[] = [];
  const told: string[] = [];
  let under: ((ok: boolean) => void) | undefined;
  const queue = new WriteQueue({
    write: (bytes, done) => {
      expect(under).toBe(undefined); // one write at a time
      writes.push(bytes);
      under = done;
    },
    onWritten: () => told.push("written"),
    onFailed: () => told.push("failed"),
    onFlushed: () => told.push("flushed"),
  });
  return {
    queue,
    writes,
    told,
    done: (ok) => {
      const call = under;
      under = undefined;
      call?.(ok);
    },
  };
}

const bytes = (size: number, fill = 0): Uint8Array => new Uint8Array(size).fill(fill);

Deno.test("WriteQueue writes one frame in one write, and joins those that queue up meanwhile", () => {
  const { queue, writes, done } = rig();
  queue.push(bytes(10, 1));
  queue.push(bytes(20, 2));
  queue.push(bytes(30, 3));
  expect([writes.map((w) => w.length), queue.pending]).toEqual([[10], 60]);
  done(true);
  expect([writes.map((w) => w.length), queue.pending]).toEqual([[10, 50], 50]);
  done(true);
  expect(queue.pending).toBe(0);
});

Deno.test("WriteQueue keeps every byte in order in writes of at most 64 KiB", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ size: fc.nat(200_000), done: fc.boolean() }), { maxLength: 12 }),
      (steps) => {
        const { queue, writes, done } = rig();
        const frames = steps.map(({ size }, i) => bytes(size + 1, i));
        frames.forEach((frame, i) => {
          queue.push(frame);
          if (steps[i]!.done) done(true);
        });
        while (queue.pending > 0) done(true);
        expect(writes.every((w) => w.length <= 65_536)).toBe(true);
        const got = concat(...writes);
        const wanted = concat(...frames);
        expect(got.length === wanted.length && got.every((byte, i) => byte === wanted[i])).toBe(
          true,
        );
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("WriteQueue.drop() forgets what waits, but never cuts a frame", () => {
  const { queue, writes, done } = rig();
  queue.push(bytes(100_000, 1));
  queue.push(bytes(50, 2));
  queue.push(bytes(50, 3));
  queue.drop();
  expect(queue.pending).toBe(100_000);
  queue.push(bytes(5, 4));
  for (let i = 0; i < 3; i++) done(true);
  const sent = concat(...writes);
  expect([sent.length, sent[99_999], sent[100_000]]).toEqual([100_005, 1, 4]);
  const whole = rig();
  whole.queue.push(bytes(10, 1));
  whole.queue.push(bytes(20, 2));
  whole.queue.drop();
  whole.done(true);
  expect([whole.writes.length, whole.queue.pending]).toEqual([1, 0]);
});

Deno.test("WriteQueue tells that all is flushed once after end(), and takes nothing more", () => {
  const { queue, writes, told, done } = rig();
  queue.push(bytes(10));
  queue.push(bytes(10));
  queue.end();
  queue.end();
  queue.push(bytes(10));
  done(true);
  expect(told).toEqual(["written"]);
  done(true);
  expect([told, writes.length]).toEqual([["written", "written", "flushed"], 2]);
  const empty = rig();
  empty.queue.end();
  expect(empty.told).toEqual(["flushed"]);
});

Deno.test("WriteQueue tells a failed write once, and nothing after kill()", () => {
  const { queue, told, done } = rig();
  queue.push(bytes(10));
  done(false);
  queue.push(bytes(10));
  expect([told, queue.pending]).toEqual([["failed"], 0]);
  const killed = rig();
  killed.queue.push(bytes(10));
  killed.queue.kill();
  killed.done(true);
  expect([killed.told, killed.queue.pending]).toEqual([[], 0]);
});
