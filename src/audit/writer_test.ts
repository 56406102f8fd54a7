import { expect } from "expect";
import { DependencyFailed } from "../errors.ts";
import { FakeTarget, manualTime, osError } from "./testing.ts";
import { LineWriter, type WriterOptions } from "./writer.ts";

function writerOn(target: FakeTarget, options: Partial<WriterOptions> = {}): LineWriter {
  const writer = new LineWriter(target, { setTimer: manualTime().setTimer, ...options });
  writer.recovery = (lost) => `recovered ${lost}\n`;
  return writer;
}

async function outcomes(writes: Promise<void>[]): Promise<string[]> {
  const settled = await Promise.allSettled(writes);
  return settled.map((s) => {
    if (s.status === "fulfilled") return "ok";
    return s.reason instanceof DependencyFailed ? s.reason.dependency : String(s.reason);
  });
}

Deno.test("LineWriter writes the lines of one turn at once and in order", async () => {
  const target = new FakeTarget();
  const writer = writerOn(target);
  expect(await outcomes(["a\n", "b\n", "c\n"].map((l) => writer.write(l)))).toEqual([
    "ok",
    "ok",
    "ok",
  ]);
  await writer.write("d\n");
  expect(target.writes).toEqual(["a\nb\nc\n", "d\n"]);
  expect(writer.queued).toBe(0);
});

Deno.test("LineWriter gathers lines while a write is under way", async () => {
  const target = new FakeTarget();
  const gates: PromiseWithResolvers<void>[] = [];
  target.takes = (offered) => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise.then(() => offered);
  };
  const writer = writerOn(target);
  const first = writer.write("a\n");
  await Promise.resolve();
  await Promise.resolve();
  const later = ["b\n", "c\n"].map((l) => writer.write(l));
  expect(gates).toHaveLength(1);
  gates[0]!.resolve();
  await first;
  // The second write has begun before the first one's writers go on.
  expect(gates).toHaveLength(2);
  gates[1]!.resolve();
  await Promise.all(later);
  expect(target.writes).toEqual(["a\n", "b\nc\n"]);
});

Deno.test("LineWriter goes on after short writes, of sync and async targets (a fake)", async () => {
  for (const wrap of [(n: number) => n, (n: number) => Promise.resolve(n)]) {
    const target = new FakeTarget();
    target.takes = (offered) => wrap(Math.min(offered, 3));
    const writer = writerOn(target);
    await Promise.all([writer.write("hello\n"), writer.write("wörld\n")]);
    expect(target.writes.length).toBe(5);
    expect(new Set(target.writes.slice(0, 2))).toEqual(new Set(["hel", "lo\n"]));
  }
});

Deno.test("LineWriter fails a whole batch on a full disk, mends the torn line and says what was lost (a fake)", async () => {
  const target = new FakeTarget();
  const reports: string[] = [];
  const writer = writerOn(target, { report: (m) => reports.push(m) });
  await writer.write("one\n");
  // As measured on a full tmpfs: a short count first, then ENOSPC.
  let space = 6;
  const full = (offered: number): number => {
    if (space === 0) throw osError("ENOSPC");
    const taken = Math.min(space, offered);
    space -= taken;
    return taken;
  };
  target.takes = full;
  expect(await outcomes(["two\n", "three\n"].map((l) => writer.write(l)))).toEqual([
    "audit",
    "audit",
  ]);
  expect(writer.lost).toBe(2);
  expect(await outcomes([writer.write("four\n", 5)])).toEqual(["audit"]);
  expect(writer.lost).toBe(7);
  space = Infinity;
  await writer.write("five\n");
  await writer.write("six\n");
  expect(target.text).toBe("one\ntwo\nth\nrecovered 7\nfive\nsix\n");
  expect(writer.lost).toBe(0);
  expect(reports).toEqual([
    "Audit records cannot be written: ENOSPC",
    "Writing audit records works again; 7 were lost",
  ]);
});

Deno.test("LineWriter rejects when a target says it took nothing or too much", async () => {
  for (const taken of [0, -1, 100, NaN]) {
    const target = new FakeTarget();
    target.takes = () => taken;
    expect(await outcomes([writerOn(target).write("a\n")])).toEqual(["audit"]);
  }
});

Deno.test("LineWriter names the cause without showing the line", async () => {
  const target = new FakeTarget();
  target.takes = () => Promise.reject(osError("EPIPE"));
  const error = await writerOn(target).write("secret\n").catch((e) => e);
  expect(error.message).toBe("The audit record could not be written: EPIPE");
  expect(error.cause.code).toBe("EPIPE");
});

Deno.test("LineWriter bounds what waits for a blocked output (a fake)", async () => {
  const target = new FakeTarget();
  const gate = Promise.withResolvers<void>();
  target.takes = (offered) => gate.promise.then(() => offered);
  const writer = writerOn(target, { queueUnits: 1000 });
  const line = "x".repeat(99) + "\n";
  const writes = Array.from({ length: 5000 }, () => writer.write(line));
  expect(writer.queued).toBe(1000);
  const settled = outcomes(writes);
  gate.resolve();
  const results = await settled;
  expect(results.filter((r) => r === "ok")).toHaveLength(10);
  expect(results.filter((r) => r === "audit")).toHaveLength(4990);
  expect(target.text).toBe("recovered 4990\n" + line.repeat(10));
  expect(writer.lost).toBe(0);
});

Deno.test("LineWriter cuts between lines where the target has no room", async () => {
  const target = new FakeTarget();
  target.room = 7;
  const writer = writerOn(target);
  await Promise.all(["aa\n", "bb\n", "cc\n", "a longer one\n", "d\n"].map((l) => writer.write(l)));
  expect(target.writes).toEqual(["aa\nbb\n", "cc\n", "a longer one\n", "d\n"]);
});

Deno.test("LineWriter.probe() finds out that a target works again", async () => {
  const target = new FakeTarget();
  target.takes = () => {
    throw osError("EIO");
  };
  const writer = writerOn(target);
  await outcomes([writer.write("a\n")]);
  writer.probe();
  await Promise.resolve().then(() => {});
  expect(writer.lost).toBe(1);
  target.takes = (offered) => offered;
  writer.probe();
  await writer.close();
  expect(target.text).toBe("recovered 1\n");
});

Deno.test("LineWriter.close() writes what waits, refuses more and closes once", async () => {
  const target = new FakeTarget();
  const writer = writerOn(target);
  const waiting = writer.write("a\n");
  await writer.close();
  expect(await outcomes([waiting, writer.write("b\n")])).toEqual(["ok", "audit"]);
  await writer.close();
  expect(target.text).toBe("a\n");
  expect(target.closed).toBe(true);
});

Deno.test("LineWriter.close() gives up an output that takes nothing (a fake)", async () => {
  const target = new FakeTarget();
  target.takes = () => new Promise<number>(() => {});
  const time = manualTime();
  const writer = writerOn(target, { setTimer: time.setTimer, closeMs: 2000 });
  const first = writer.write("a\n");
  await Promise.resolve();
  await Promise.resolve();
  const second = writer.write("b\n");
  const closing = writer.close();
  expect(time.timers).toBe(1);
  time.advance(2000);
  expect(await outcomes([first, second])).toEqual(["audit", "audit"]);
  await closing;
  expect(writer.lost).toBe(2);
  expect(time.timers).toBe(0);
});
