// What counts as a loss between two runs of the conformance suite.

import { expect } from "expect";
import { losses, table } from "./compare.ts";
import type { Check, Checks } from "./suite.ts";

const run = (...checks: [string, Check["status"]][]): Checks =>
  new Map([["ping", checks.map(([id, status]) => ({ id, status }))]]);

Deno.test("losses() finds nothing between equal runs, nor where the guard does better", () => {
  const direct = run(["a", "SUCCESS"], ["b", "FAILURE"], ["c", "WARNING"]);
  expect(losses(direct, direct)).toEqual([]);
  expect(losses(direct, run(["a", "SUCCESS"], ["b", "SUCCESS"], ["c", "SUCCESS"]))).toEqual([]);
});

Deno.test("losses() names a check that does worse, and one that no longer runs", () => {
  const direct = run(["a", "SUCCESS"], ["b", "SUCCESS"], ["c", "SUCCESS"]);
  const guard = run(["a", "FAILURE"], ["b", "WARNING"]);
  expect(losses(direct, guard)).toEqual([
    "ping: a: SUCCESS directly, FAILURE:  through the guard",
    "ping: b: SUCCESS directly, WARNING:  through the guard",
    "ping: c: SUCCESS directly, did not run through the guard",
  ]);
  expect(losses(direct, new Map())).toHaveLength(3);
});

Deno.test("losses() takes the worst of a check that is reported twice, and no notice of INFO", () => {
  const direct = run(["a", "SUCCESS"], ["a", "SUCCESS"], ["b", "INFO"]);
  expect(losses(direct, run(["a", "SUCCESS"], ["a", "FAILURE"]))).toHaveLength(1);
  expect(losses(direct, run(["a", "SUCCESS"]))).toEqual([]);
});

Deno.test("table() has a row for every scenario of either run", () => {
  const other: Checks = new Map([["tools-list", [{ id: "x", status: "WARNING" as const }]]]);
  expect(table(run(["a", "SUCCESS"], ["b", "FAILURE"]), other).split("\n")).toEqual([
    "scenario    direct       guard",
    "ping        1/1          did not run",
    "tools-list  did not run  0/0, 1 warning",
  ]);
});
