import { expect } from "expect";
import { compare } from "./differential.ts";

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
