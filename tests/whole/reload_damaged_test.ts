// Damaged policy files of every kind under a running guard: a short form of the campaign beside it.

import { expect } from "expect";
import { damagePolicies } from "./reload_damaged.ts";

Deno.test("no damaged policy file changes what a running guard decides", async () => {
  const { kinds, memory: [before, , after], wrong, said } = await damagePolicies(80);
  expect(wrong).toEqual([]);
  expect(Object.keys(kinds).length).toBeGreaterThanOrEqual(15);
  expect(Object.values(kinds).reduce((sum, n) => sum + n)).toBe(80);
  expect(after - before).toBeLessThan(200 << 20);
  // Each is told once, with its place where it has one, and without a trace of the program's insides.
  const stays = said.filter((line) => line.includes("the policy in force stays"));
  expect(stays.length).toBeGreaterThanOrEqual(80);
  expect(said.some((line) => /policy\.yaml:\d+:\d+: /.test(line))).toBe(true);
  expect(said.filter((line) => /^\s+at |internal failure/.test(line))).toEqual([]);
});
