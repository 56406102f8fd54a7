// Every policy that the README shows is one.

import { expect } from "expect";
import { CallGuard } from "../../src/guard/mod.ts";
import { idlePorts } from "../../src/cli/idle_ports.ts";
import { lintPolicy, parsePolicy, policyJsonSchema } from "../../src/policy/mod.ts";
import { ROOT } from "../kit/program.ts";

/** Warnings that no example should have: what stands there and counts for nothing. */
const ODD: ReadonlySet<string> = new Set([
  ...["unmatchable", "unreachable", "shadowed", "swallowed", "unused", "constant", "no_effect"],
  ...["unknown_role", "unknown_identity", "unknown_tool", "unknown_argument"],
]);

Deno.test("every policy in the README loads, and nothing in it counts for nothing", async () => {
  const text = await Deno.readTextFile(`${ROOT}README.md`);
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, kind]) => kind === "yaml" || kind === "yml").map((match) => match[2]!);
  // A test file is tried with its policy elsewhere; whatever else is YAML is a policy, and says so.
  const policies = blocks.filter((block) => !/^cases:$/m.test(block));
  expect(policies.length).toBeGreaterThan(5);
  for (const policy of policies) {
    expect([policy, /^version: 1$/m.test(policy)]).toEqual([policy, true]);
    const { problems, warnings } = lintPolicy(policy, "README.md");
    const odd = warnings.filter(({ code }) => ODD.has(code));
    expect([policy, problems, odd]).toEqual([policy, [], []]);
  }
});

Deno.test("every piece of a policy in the README's sentences is one", async () => {
  const text = await Deno.readTextFile(`${ROOT}README.md`);
  const sections = Object.keys(policyJsonSchema().properties as object);
  const pieces = [...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`\n]+(?:\n[^`\n]+)?)`/g)]
    .map((match) => match[1]!.replace("\n", " "))
    .filter((piece) => sections.some((name) => piece.startsWith(`${name}: `)))
    // What leaves something out is none yet.
    .filter((piece) => !piece.includes("..."));
  expect(pieces.length).toBeGreaterThan(5);
  for (const piece of pieces) {
    const more = piece.startsWith("version:") ? "" : "version: 1\n";
    expect([piece, lintPolicy(more + piece, "README.md").problems]).toEqual([piece, []]);
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
