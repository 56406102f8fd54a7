// The gate counts what really ran: a run that crashed, leaked or found nothing is a failure.

import { expect } from "expect";
import { countGate, countTests } from "./gate.ts";

Deno.test("countTests() reads the last summary line", () => {
  const output =
    "ok | 1 passed | 0 failed (1ms)\nx\nFAILED | 12 passed (3 steps) | 2 failed (1s)\n";
  expect(countTests(output)).toEqual({ passed: 12, failed: 2 });
  expect(countTests("ok | 3 passed (2 steps) | 0 failed | 1 ignored (11ms)")).toEqual({
    passed: 3,
    failed: 0,
  });
  expect(countTests("error: Test failed")).toBe(null);
});

Deno.test("countGate() counts a static gate as one test", () => {
  expect(countGate(false, 0, "")).toEqual({ passed: 1, failed: 0 });
  expect(countGate(false, 1, "")).toEqual({ passed: 0, failed: 1 });
});

Deno.test("countGate() never takes a failed run for a good one", () => {
  const good = "ok | 5 passed | 0 failed (1ms)";
  expect(countGate(true, 0, good)).toEqual({ passed: 5, failed: 0 });
  expect(countGate(true, 1, good)).toEqual({ passed: 5, failed: 1 });
  expect(countGate(true, 1, "")).toEqual({ passed: 0, failed: 1 });
  expect(countGate(true, 0, "ok | 0 passed | 0 failed (0ms)")).toEqual({ passed: 0, failed: 1 });
  expect(countGate(true, 1, "FAILED | 4 passed | 1 failed (1ms)")).toEqual({
    passed: 4,
    failed: 1,
  });
});
