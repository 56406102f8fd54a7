// The official conformance suite through the real guard: nothing is lost against the same run without it. What the
// 2025-11-25 and 2026-07-28 revisions require; the default set, which is a part of the former, is for the task.

import { expect } from "expect";
import { MODES, runMode } from "./modes.ts";

for (const [i, passed] of [[1, 84], [2, 152]] as const) {
  const args = MODES[i]!;
  Deno.test(`the conformance suite says the same through the guard: ${args.join(" ")}`, async () => {
    const { direct, guard, lost } = await runMode(args);
    expect(lost).toEqual([]);
    expect([direct.total, guard.total]).toEqual(Array(2).fill(`${passed} passed, 0 failed`));
  });
}
