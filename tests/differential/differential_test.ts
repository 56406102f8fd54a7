import { expect } from "expect";
import { compare } from "./differential.ts";
import { compareAsks } from "./server_requests.ts";

Deno.test("the engine decides like a naive second implementation on random policies and calls", () => {
  const { reasons } = compare(4000, 20261122);
  // Every outcome must have been tried, or the comparison would prove little.
  for (
    const reason of [
      "Allowed",
      "ToolDenied",
      "ResourceDenied",
      "PromptInjectionSuspected",
      "PromptTooLong",
      ...["allow", "record", "redact", "confirm", "approve", "deny"],
    ]
  ) expect(reasons[reason] ?? 0).toBeGreaterThan(20);
});

Deno.test("the engine decides on what servers ask like a naive second implementation", () => {
  const effects = compareAsks(3000, 20261128);
  for (const effect of ["allow", "confirm", "approve", "deny"]) {
    expect([effect, effects[effect]! > 100]).toEqual([effect, true]);
  }
});
