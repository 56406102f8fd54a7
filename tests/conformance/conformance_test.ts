// The official conformance suite through the real guard: nothing is lost against the same run without it. What the
// 2025-11-25 and 2026-07-28 revisions require; the default set, which is a part of the former, is for the task.

import { expect } from "expect";
import { CLIENT_SCENARIOS, MODES, runClients, runMode } from "./modes.ts";

for (const [i, passed] of [[1, 84], [2, 152]] as const) {
  const args = MODES[i]!;
  Deno.test(`the conformance suite says the same through the guard: ${args.join(" ")}`, async () => {
    const { direct, guard, lost } = await runMode(args);
    expect(lost).toEqual([]);
    expect([direct.total, guard.total]).toEqual(Array(2).fill(`${passed} passed, 0 failed`));
  });
}

for (const [version, scenarios] of CLIENT_SCENARIOS) {
  Deno.test(`a client finds the same through the guard: ${version}`, async () => {
    const { direct, guard, lost } = await runClients(version, scenarios);
    expect(lost).toEqual([]);
    expect(guard.total).toBe(direct.total);
    expect(direct.total).toMatch(/^[1-9][0-9]* passed, 0 failed$/);
    expect([...guard.checks.keys()]).toEqual(scenarios);
  });
}
