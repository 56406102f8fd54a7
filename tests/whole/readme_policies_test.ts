// Every policy that the README shows is one.

import { expect } from "expect";
import { CallGuard } from "../../src/guard/mod.ts";
import { idlePorts } from "../../src/cli/idle_ports.ts";
import { lintPolicy, parsePolicy } from "../../src/policy/mod.ts";
import { ROOT } from "../kit/program.ts";

Deno.test("every policy in the README loads", async () => {
  const text = await Deno.readTextFile(`${ROOT}README.md`);
  const blocks = [...text.matchAll(/```yaml\n([^`]*)```/g)].map((match) => match[1]!);
  const policies = blocks.filter((block) => /^version: 1$/m.test(block));
  expect(policies.length).toBeGreaterThan(0);
  for (const policy of policies) {
    expect([policy, lintPolicy(policy, "README.md").problems]).toEqual([policy, []]);
  }
});

Deno.test("the README's rules decide as it says", async () => {
  const text = await Deno.readTextFile(`${ROOT}README.md`);
  const [policy] = [...text.matchAll(/```yaml\n([^`]*payments-need-a-human[^`]*)```/g)];
  const noon = { now: () => Date.parse("2026-11-23T11:00:00Z"), monotonic: () => 0 };
  const guard = new CallGuard(parsePolicy(policy![1]!, "README.md"), {
    ...idlePorts(),
    clock: noon,
  });
  const by = (tool: string, args: Record<string, unknown>, roles = ["finance"]): string => {
    const { effect, rule } = guard.explain({ tool, arguments: args, identity: "agent", roles });
    return `${effect} ${rule}`;
  };
  expect(by("pay", { amount: 100 })).toBe("allow null");
  expect(by("pay", { amount: 100.01 })).toBe("approve rules.payments-need-a-human");
  expect(by("pay", { amount: 1 }, [])).toBe("approve rules.payments-need-a-human");
  expect(by("pay", {})).toBe("deny rules.payments-need-a-human");
  expect(by("read_file", { path: "/data/a.txt" })).toBe("allow null");
  expect(by("read_file", { path: "/data/../etc/passwd" })).toBe("deny rules.only-the-data-folder");
  expect(by("read_file", { path: "a.txt" })).toBe("deny rules.only-the-data-folder");
  expect(by("fetch", { url: "https://API.example.com/x" })).toBe("allow null");
  expect(by("fetch", { url: "https://api.example.com@evil.example/" })).toBe("deny rules.one-host");
  expect(by("search", { filter: { card: "4111" } })).toBe(
    "redact rules.no-card-numbers-in-searches",
  );
  noon.now = () => Date.parse("2026-11-23T19:00:00Z");
  expect(by("search", {})).toBe("confirm rules.office-hours");
});
