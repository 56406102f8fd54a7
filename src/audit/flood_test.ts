import { expect } from "expect";
import type { AuditRecord } from "../guard/types.ts";
import { boundRecord } from "./bound.ts";
import { FloodGate } from "./flood.ts";
import type { Several } from "./line.ts";
import { type ManualTime, manualTime, record } from "./testing.ts";

type Summary = AuditRecord & Several;

function gate(): { time: ManualTime; summaries: Summary[]; admit: Admit; end: () => void } {
  const time = manualTime();
  const summaries: Summary[] = [];
  const flood = new FloodGate({
    clock: time,
    setTimer: time.setTimer,
    emit: (sum, several) => summaries.push({ ...sum, ...several }),
  });
  const admit: Admit = (changes) =>
    flood.admit(boundRecord(record({ decision: "deny", reason: "ToolDenied", ...changes })));
  return { time, summaries, admit, end: () => flood.end() };
}

type Admit = (changes: Partial<AuditRecord>) => boolean;

function times(n: number, does: (i: number) => boolean): number {
  let admitted = 0;
  for (let i = 0; i < n; i++) if (does(i)) admitted++;
  return admitted;
}

Deno.test("FloodGate writes 100 refusals of a second and counts the rest in one record", () => {
  const { time, summaries, admit } = gate();
  expect(times(1000, (i) => admit({ id: `d-${i}`, ts: 5000 + i }))).toBe(100);
  expect(summaries).toEqual([]);
  expect(time.timers).toBe(1);
  time.advance(1000);
  expect(summaries).toHaveLength(1);
  expect(summaries[0]).toMatchObject({
    id: "d-100",
    ts: 5100,
    until: 5999,
    count: 900,
    identity: "alice",
    reason: "ToolDenied",
    tool: "calculator.add",
  });
  expect(time.timers).toBe(0);
  // The next second begins anew.
  expect(times(150, () => admit({}))).toBe(100);
  time.advance(1000);
  expect(summaries.map((s) => s.count)).toEqual([900, 50]);
});

Deno.test("FloodGate sets no timer where nothing is counted", () => {
  const { time, summaries, admit } = gate();
  expect(times(100, () => admit({}))).toBe(100);
  expect(time.timers).toBe(0);
  time.advance(1000);
  expect(times(100, () => admit({}))).toBe(100);
  expect(summaries).toEqual([]);
});

Deno.test("FloodGate ends a window by the next record when the timer is late", () => {
  const { time, summaries, admit } = gate();
  times(101, () => admit({}));
  // The clock moves on, the timer's callback has not come yet.
  const late = time.monotonic;
  time.monotonic = () => late() + 1000;
  expect(admit({})).toBe(true);
  expect(summaries.map((s) => s.count)).toEqual([1]);
  expect(time.timers).toBe(0);
});

Deno.test("FloodGate never counts calls that pass, outcomes and events", () => {
  const { summaries, admit, end } = gate();
  const others: Partial<AuditRecord>[] = [
    { decision: "allow", reason: "Allowed" },
    { decision: "redact" },
    { decision: "confirm" },
    { decision: "approve" },
    { event: "outcome", decision: "error" },
    { event: "outcome", decision: "deny" },
    { event: "event", decision: "info" },
  ];
  for (const changes of others) expect(times(500, () => admit(changes))).toBe(500);
  end();
  expect(summaries).toEqual([]);
});

Deno.test("FloodGate tells kinds apart by identity, effect, reason, rule, detail, method and remote", () => {
  const { summaries, admit, end } = gate();
  const kinds: Partial<AuditRecord>[] = [
    {},
    { identity: "bob" },
    { decision: "throttle" },
    { reason: "ResourceDenied" },
    { rule: "tools.deny[0]" },
    { detail: "json.depth" },
    { method: "prompts/get" },
    { context: { transport: "websocket", remote: "192.0.2.1" } },
    { context: { transport: "websocket", remote: "192.0.2.2" } },
  ];
  for (const changes of kinds) expect(times(100, () => admit(changes))).toBe(100);
  for (const changes of kinds) expect(admit(changes)).toBe(false);
  end();
  expect(summaries.map((s) => s.count)).toEqual(kinds.map(() => 1));
  expect(summaries.map((s) => s.identity)).toContain("bob");
});

Deno.test("FloodGate says of a summary only what its records share, and keeps no contents", () => {
  const { summaries, admit, end } = gate();
  times(300, (i) =>
    admit({
      tool: `tool-${i % 3}`,
      request: "contents",
      context: { transport: "http", remote: "192.0.2.1", session: `s-${i}`, requestId: `${i}` },
    }));
  end();
  expect(summaries).toHaveLength(1);
  expect(summaries[0]!.tool).toBe(null);
  expect(summaries[0]!.context).toEqual({ transport: "http", remote: "192.0.2.1" });
  expect(summaries[0]!.request).toBe(undefined);
});

Deno.test("FloodGate bounds the kinds of a window and counts what is beyond by its reason", () => {
  const { summaries, admit, end } = gate();
  // 5,000 methods nobody has: 1,024 kinds, then 100 more singly.
  expect(times(5000, (i) => admit({ method: `m-${i}`, reason: "MethodDenied" }))).toBe(1124);
  expect(admit({ reason: "ToolDenied", method: "another" })).toBe(true);
  end();
  expect(summaries).toHaveLength(1);
  expect(summaries[0]).toMatchObject({ count: 3876, method: "*", reason: "MethodDenied" });
  expect(summaries[0]!.identity).toBe("alice");
});

Deno.test("FloodGate counts the refusals of two policies apart, and names none where kinds are too many", () => {
  const { summaries, admit, end } = gate();
  for (const policy of ["sha256:1111", "sha256:2222"]) times(150, () => admit({ policy }));
  end();
  expect(summaries.map(({ policy, count }) => [policy, count])).toEqual([
    ["sha256:1111", 50],
    ["sha256:2222", 50],
  ]);
  // Beyond a thousand kinds they are told apart by their reason alone.
  times(1024, (i) => admit({ identity: `i-${i}` }));
  times(101, () => admit({ identity: "x", policy: "sha256:1111" }));
  times(2, () => admit({ identity: "x", policy: "sha256:2222" }));
  end();
  expect([summaries[2]!.count, summaries[2]!.policy]).toEqual([3, undefined]);
});
