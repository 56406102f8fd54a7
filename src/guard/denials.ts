// A flood of refusals is answered cheaply and alike.

import type { Policy } from "../policy/types.ts";
import { type Refused, throttled } from "./decisions.ts";
import type { RateLimiter } from "./ports.ts";
import { DENIALS, rateIdentity } from "./rate.ts";
import type { Decision, Inquiry } from "./types.ts";

/** A decision, and the machine code for its record. */
export interface Ruled {
  /** The decision. */
  decision: Decision;
  /** Machine code, where there is one. */
  detail?: string;
}

/**
 * Counts a refusal, and throttles who has had too many.
 *
 * @param policy The compiled policy.
 * @param denials Counts refusals.
 * @param ruling What is decided.
 * @param inquiry The message.
 * @returns The same, or that there were too many.
 * @throws {DependencyFailed} When they cannot be counted.
 */
export async function boundDenials(
  policy: Policy,
  denials: RateLimiter,
  ruling: Ruled,
  inquiry: Inquiry,
): Promise<Ruled> {
  if (ruling.decision.effect !== "deny") return ruling;
  // What must not be told to exist is refused alike however often it is asked for.
  if (policy.tools.stealth && ruling.decision.reason === "ToolDenied") return ruling;
  const verdict = await denials.take({
    identity: rateIdentity(inquiry),
    // A server whose messages are refused must not use up what its client may do wrong.
    tool: inquiry.direction === "c2s" ? "" : "server",
    ...DENIALS,
  });
  if (verdict.ok) return ruling;
  const { id, message, findings } = ruling.decision;
  const refusal: Refused = {
    reason: "RateLimitExceeded",
    rule: "denials",
    message: `too many refused calls in a short time; the last one: ${message}`,
  };
  return {
    decision: throttled(id, refusal, verdict.retryAfterMs, findings, null),
    detail: "rate.denials",
  };
}
