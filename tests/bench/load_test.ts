// The load test works: it reaches the server both ways, without one error, and its table says so.

import { expect } from "expect";
import { SOURCE } from "../kit/program.ts";
import { load } from "./load.ts";
import { cpuOf, table } from "./report.ts";

Deno.test("load() measures both ways without an error", async () => {
  const rows = await load({
    seconds: 1,
    rounds: 1,
    connections: [4],
    bytes: [2000],
    shape: SOURCE,
  });
  expect(rows.length).toBe(1);
  const [{ direct, guard }] = rows as [typeof rows[0] & object];
  expect([direct[0]!.errors, guard[0]!.errors]).toEqual([0, 0]);
  expect(direct[0]!.calls).toBeGreaterThan(0);
  expect(guard[0]!.calls).toBeGreaterThan(0);
  expect(guard[0]!.p50).toBeGreaterThan(0);
  if (Deno.build.os === "linux") expect(guard[0]!.cpu).toBeGreaterThan(0);
});

Deno.test("table() shows the best round, the added latency and the ratio", () => {
  const text = table([{
    connections: 32,
    bytes: 0,
    direct: [
      { calls: 1000, errors: 0, seconds: 1, p50: 100, p99: 200 },
      { calls: 4000, errors: 0, seconds: 2, p50: 80, p99: 190 },
    ],
    guard: [
      { calls: 1000, errors: 0, seconds: 1, p50: 230, p99: 500, cpu: 0.05 },
      { calls: 500, errors: 3, seconds: 1, p50: 400, p99: 900, cpu: 0.05 },
    ],
  }]);
  expect(text.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
    expect.arrayContaining(["calls/s", "guard/direct"]),
    ["32", "0", "direct", "2000", "80", "190", "0"],
    ["32", "0", "guard", "1000", "230", "500", "150", "50.0", "0.50", "3"],
  ]);
});

Deno.test("cpuOf() reads past a name with spaces and parentheses", () => {
  const stat = "42 (a b) c) S 1 42 42 0 -1 4194304 1 0 0 0 150 25 7 8 20 0 9 0 100 1 1";
  expect(cpuOf(stat)).toBe(1.75);
});
