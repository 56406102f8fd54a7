import { expect } from "expect";
import { DependencyFailed } from "../errors.ts";
import type { AuditRecord } from "../guard/types.ts";
import type { LoggingConfig } from "../policy/types.ts";
import { createAuditSink } from "./sink.ts";
import {
  FakeTarget,
  fileLogging,
  manualTime,
  osError,
  parseLines,
  record,
  SHA256,
} from "./testing.ts";

const STDERR: LoggingConfig = {
  level: "ERROR",
  output: "stderr",
  filePath: null,
  rotateBytes: 10_485_760,
  resources: true,
};

const REFUSED: Partial<AuditRecord> = { decision: "deny", reason: "ToolDenied" };

Deno.test("createAuditSink() writes a record to a file, whatever the level says", async () => {
  const dir = Deno.makeTempDirSync();
  try {
    const path = `${dir}/audit.jsonl`;
    const sink = createAuditSink({ ...fileLogging(path), level: "ERROR" }, SHA256, {
      clock: manualTime(),
    });
    await sink.write(record({ request: "x" }));
    // The bytes are there when `write` resolves, not only after `close`.
    expect(parseLines(Deno.readTextFileSync(path))[0]).toMatchObject({
      ts: "2026-11-22T12:00:00.000Z",
      identity: "alice",
      decision: "allow",
      request_hash: "sha256:ba2df4903a2c14e86dc3bcca58911b44ac1d2514b7227bf6eb08cfb978f55a1b",
    });
    await sink.close();
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("createAuditSink() refuses to start with a file that cannot be opened", () => {
  const logging = fileLogging("/nonexistent-directory/audit.jsonl");
  expect(() => createAuditSink(logging, SHA256, { clock: manualTime() })).toThrow(DependencyFailed);
});

Deno.test("createAuditSink() fails closed on a really full device", async () => {
  try {
    Deno.statSync("/dev/full");
  } catch {
    console.log("No /dev/full here: only the fake full disk is tested");
    return;
  }
  const reports: string[] = [];
  const sink = createAuditSink(fileLogging("/dev/full"), SHA256, {
    clock: manualTime(),
    report: (m) => reports.push(m),
  });
  expect(sink.healthy()).toBe(true);
  for (let i = 0; i < 2; i++) {
    const error = await Promise.resolve(sink.write(record())).catch((e) => e);
    expect(error).toBeInstanceOf(DependencyFailed);
    expect(error.message).toBe("The audit record could not be written: ENOSPC");
  }
  expect(sink.healthy()).toBe(false);
  expect(reports).toEqual(["Audit records cannot be written: ENOSPC"]);
  await sink.close();
});

Deno.test("createAuditSink() recovers by itself and says how many records were lost (a fake disk, AUD-002)", async () => {
  const target = new FakeTarget();
  const time = manualTime();
  const sink = createAuditSink(STDERR, SHA256, { clock: time, target });
  const full = (): number => {
    throw osError("ENOSPC");
  };
  target.takes = full;
  const writes = [sink.write(record()), sink.write(record())];
  expect((await Promise.allSettled(writes)).map((s) => s.status)).toEqual([
    "rejected",
    "rejected",
  ]);
  // Nobody calls while `/readyz` says no: asking for health tries, once a second.
  expect(sink.healthy()).toBe(false);
  target.takes = (offered) => offered;
  expect(sink.healthy()).toBe(false);
  await Promise.resolve();
  await Promise.resolve();
  time.advance(1000);
  expect(sink.healthy()).toBe(true);
  await sink.write(record({ id: "d-9" }));
  const lines = parseLines(target.text);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({
    event: "event",
    identity: "mcpguard",
    decision: "info",
    reason: "DependencyFailed",
    detail: "audit.recovered",
    count: 2,
  });
  expect(lines[1].id).toBe("d-9");
  await sink.close();
});

Deno.test("createAuditSink() collapses a flood into one record with its count (AUD-016)", async () => {
  const target = new FakeTarget();
  const time = manualTime();
  const sink = createAuditSink(STDERR, SHA256, { clock: time, target, setTimer: time.setTimer });
  const flood = async (n: number): Promise<void> => {
    for (let i = 0; i < n; i++) await sink.write(record(REFUSED));
  };
  await flood(100_000);
  await sink.write(record({ id: "allowed" }));
  expect(parseLines(target.text)).toHaveLength(101);
  time.advance(1000);
  await sink.write(record({ id: "later" }));
  const lines = parseLines(target.text);
  expect(lines).toHaveLength(103);
  expect(lines.find((l) => l.count !== undefined)).toMatchObject({
    count: 99_900,
    reason: "ToolDenied",
  });
  // What is counted when the sink is closed is written then.
  await flood(150);
  await sink.close();
  expect(parseLines(target.text).at(-1)).toMatchObject({ count: 50 });
  expect(time.timers).toBe(0);
});

Deno.test("createAuditSink() counts a lost summary by its number (a fake disk)", async () => {
  const target = new FakeTarget();
  const time = manualTime();
  const sink = createAuditSink(STDERR, SHA256, { clock: time, target, setTimer: time.setTimer });
  for (let i = 0; i < 150; i++) await sink.write(record(REFUSED));
  target.takes = () => {
    throw osError("EPIPE");
  };
  time.advance(1000);
  await expect(Promise.resolve(sink.write(record()))).rejects.toThrow(DependencyFailed);
  target.takes = (offered) => offered;
  await sink.write(record());
  expect(parseLines(target.text).at(-2)).toMatchObject({ detail: "audit.recovered", count: 51 });
  await sink.close();
});

Deno.test("createAuditSink() refuses what is no record, and everything after close", async () => {
  const target = new FakeTarget();
  const sink = createAuditSink(STDERR, SHA256, { clock: manualTime(), target });
  expect(() => sink.write(record({ ts: NaN }))).toThrow(DependencyFailed);
  expect(() => sink.write(record({ identity: undefined as unknown as string }))).toThrow(
    DependencyFailed,
  );
  await sink.close();
  await sink.close();
  expect(() => sink.write(record())).toThrow(DependencyFailed);
  expect(sink.healthy()).toBe(false);
  expect(target.text).toBe("");
});
