// Figures as Prometheus reads them, with labels from the guard's own tables only.

import { expect } from "expect";
import { Budget } from "./budget.ts";
import { Metrics } from "./metrics.ts";
import { ask, settled, startSession } from "./session_testkit.ts";

Deno.test("Metrics.render() is Prometheus text: each family once, with help and type, then values", () => {
  const metrics = new Metrics();
  metrics.count("mcpguard_client_messages_total");
  metrics.count("mcpguard_client_bytes_total", 41);
  metrics.count("mcpguard_client_bytes_total");
  metrics.move("mcpguard_connections", 2);
  metrics.move("mcpguard_connections", -1);
  metrics.decision("deny", "ToolDenied");
  metrics.decision("deny", "ToolDenied");
  metrics.wouldBe("approve", "ApprovalRequired");
  const text = metrics.render();
  expect(text.endsWith("\n")).toBe(true);
  const families = new Map<string, string>();
  for (const line of text.trimEnd().split("\n")) {
    const type = /^# TYPE (\S+) (counter|gauge)$/.exec(line);
    if (type !== null) {
      expect(families.has(type[1]!)).toBe(false);
      families.set(type[1]!, type[2]!);
    } else if (!line.startsWith("# HELP ")) {
      const sample = /^([a-z_]+)(?:\{[a-z]+="[A-Za-z]+"(?:,[a-z]+="[A-Za-z]+")*\})? \d+$/.exec(
        line,
      );
      expect(families.has(sample?.[1] ?? line)).toBe(true);
    }
  }
  expect(families.get("mcpguard_in_flight")).toBe("gauge");
  expect(text).toContain("\nmcpguard_client_bytes_total 42\n");
  expect(text).toContain("\nmcpguard_connections 1\n");
  expect(text).toContain('\nmcpguard_decisions_total{effect="deny",reason="ToolDenied"} 2\n');
  expect(text).toContain(
    '\nmcpguard_would_be_total{effect="approve",reason="ApprovalRequired"} 1\n',
  );
});

Deno.test("Metrics take no label from a message (RES-009)", async () => {
  const stage = startSession({ policy: "tools: { deny: [never] }" });
  await settled();
  for (let i = 0; i < 200; i++) {
    stage.client.say(ask(`own/method${i}`, i));
    stage.client.say(ask("tools/call", `c${i}`, { name: `never${i}\u0007` }));
  }
  await settled();
  const text = stage.metrics.render();
  expect(text).not.toContain("own");
  expect(text).not.toContain("never");
  expect(text.split("\n").length).toBeLessThan(100);
});

Deno.test("Budget gives no more places than there are, and shows them", () => {
  const metrics = new Metrics();
  const budget = new Budget(() => 2, metrics);
  expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false]);
  expect(metrics.gauge("mcpguard_in_flight")).toBe(2);
  budget.give();
  expect([budget.used, budget.take(), budget.take()]).toEqual([1, true, false]);
  expect(metrics.gauge("mcpguard_in_flight")).toBe(2);
});
