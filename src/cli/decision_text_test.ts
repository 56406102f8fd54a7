// Exit codes for every effect, and the text of a decision.

import { expect } from "expect";
import type { Decision } from "../guard/mod.ts";
import { decisionLines, exitOf } from "./decision_text.ts";

const DENIED: Decision = {
  id: "1",
  effect: "deny",
  allowed: false,
  reason: "ToolDenied",
  rule: "tools.deny[0]",
  findings: [],
  quotaRemaining: null,
  retryAfterMs: null,
  message: "denied",
};

Deno.test("exitOf() is 0 for what passes, 1 for what does not, 3 for what waits, 70 for a failure", () => {
  const of = (more: Partial<Decision>): number => exitOf({ ...DENIED, ...more });
  expect(of({ effect: "allow", allowed: true, reason: "Allowed" })).toBe(0);
  expect(of({ effect: "redact", allowed: true, reason: "SecretDetected" })).toBe(0);
  expect(of({})).toBe(1);
  expect(of({ effect: "throttle", reason: "RateLimitExceeded" })).toBe(1);
  expect(of({ effect: "confirm", reason: "ApprovalRequired" })).toBe(3);
  expect(of({ effect: "approve", reason: "ApprovalRequired" })).toBe(3);
  expect(of({ reason: "InternalError", rule: "internal" })).toBe(70);
});

Deno.test("decisionLines() paints on a terminal only, and escapes other people's text", () => {
  const finding = {
    rule_id: "prompt_regex_0",
    severity: "high",
    reason: "text matches a denied pattern",
    where: "args.\x1b[31m\u200b",
  } as const;
  const decision = { ...DENIED, findings: [finding] };
  expect(decisionLines(decision, false)).toEqual([
    "DENY ToolDenied by tools.deny[0]",
    "  denied",
    "  finding prompt_regex_0 (high): text matches a denied pattern in args.\\u001b[31m\\u200b",
  ]);
  expect(decisionLines(DENIED, true)[0]).toBe("\x1b[31mDENY\x1b[0m ToolDenied by tools.deny[0]");
});
