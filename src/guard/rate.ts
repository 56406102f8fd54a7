// The rate limit's side of a decision: which bucket a call counts in, and what an empty one says.

import { foldName } from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import { throttled } from "./decisions.ts";
import type { RateKey } from "./ports.ts";
import type { Decision, Finding, Inquiry } from "./types.ts";

/** Refusals per identity that are answered one by one before they are throttled, and how many flow back a second. */
export const DENIALS = { capacity: 200, refillPerSec: 20 };

/**
 * The bucket a call counts in.
 *
 * @param policy The compiled policy.
 * @param inquiry The call.
 * @returns The bucket's name and size, or null where no limit applies.
 */
export function limitFor(policy: Policy, inquiry: Inquiry): RateKey | null {
  const config = policy.rateLimit;
  if (config === null || !inquiry.metered || inquiry.tool === null) return null;
  const tool = inquiry.tool;
  const size = config.overrides.find((o) => o.tools.firstExact(tool) >= 0) ?? config;
  return {
    identity: rateIdentity(inquiry),
    // The folded name: a spelling variant of a tool must not find a fresh bucket (RATE-002).
    tool: foldName(tool),
    capacity: size.capacity,
    refillPerSec: size.refillPerSec,
  };
}

/** Without authentication a claimed identity costs nothing, so buckets go by address instead (RATE-001). */
export function rateIdentity(inquiry: Inquiry): string {
  return inquiry.identity.method === "none"
    ? `address:${inquiry.context?.remote ?? "local"}`
    : inquiry.identity.id;
}

/** The decision of an empty bucket. */
export function overLimit(id: string, limit: RateKey, wait: number, findings: Finding[]): Decision {
  return throttled(
    id,
    {
      reason: "RateLimitExceeded",
      rule: "rate_limit",
      message: `the rate limit for this tool is reached: ${limit.capacity} calls, then ` +
        `${limit.refillPerSec} per second` +
        (Number.isFinite(wait)
          ? `; try again in ${Math.max(0.1, Math.ceil(wait / 100) / 10)} s`
          : ""),
    },
    wait,
    findings,
    0,
  );
}

/** What the record of an uncounted call says. */
export function degradedFinding(how: "local" | "allow"): Finding {
  return {
    rule_id: `rate_limit_${how}`,
    severity: "medium",
    reason: how === "local"
      ? "the rate limit's backend did not answer; buckets of this process counted instead"
      : "the rate limit's backend did not answer; the call was let through uncounted",
  };
}
