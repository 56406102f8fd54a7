import { expect } from "expect";
import { Budget } from "./budget.ts";
import { Metrics } from "./metrics.ts";
import { Pressure, processMemory } from "./pressure.ts";

Deno.test("Pressure takes no more work near the bound, sheds nearer still, and recovers", () => {
  const metrics = new Metrics();
  const memory = { used: 10, bound: 100 };
  const pressure = new Pressure(() => memory, metrics);
  const budget = new Budget(() => 10, metrics, pressure);
  const look = (used: number): boolean[] => {
    memory.used = used;
    pressure.look();
    const taken = budget.take();
    if (taken) budget.give();
    return [pressure.full, pressure.shedding, taken];
  };
  expect(look(84)).toEqual([false, false, true]);
  expect(look(85)).toEqual([true, false, false]);
  expect(budget.rule).toBe("limits.memory");
  expect(metrics.render()).toContain("\nmcpguard_memory_full 1\n");
  expect(look(93)).toEqual([true, true, false]);
  expect(look(50)).toEqual([false, false, true]);
  expect(metrics.render()).toContain("\nmcpguard_memory_full 0\n");
});

Deno.test("processMemory() knows the runtime's bound, and takes the operator's", () => {
  const { used, bound } = processMemory(0);
  expect(used).toBeGreaterThan(1_000_000);
  expect(bound).toBeGreaterThan(used);
  expect(processMemory(1234).bound).toBe(1234);
});
