// Builders for the one shape of every decision.

import type { Decision, Finding, Reason } from "./types.ts";

/** What a refusal says. */
export interface Refused {
  /** From the published table. */
  reason: Reason;
  /** The rule that decided. */
  rule: string;
  /** The sentence for people. */
  message: string;
}

/** A decision that lets the message through. */
export function allowed(id: string, findings: readonly Finding[], quota: number | null): Decision {
  return {
    id,
    effect: "allow",
    allowed: true,
    reason: "Allowed",
    rule: null,
    findings,
    quotaRemaining: quota,
    retryAfterMs: null,
    message: "allowed",
  };
}

/** A decision that refuses for good. */
export function refused(id: string, refusal: Refused, findings: readonly Finding[]): Decision {
  return {
    id,
    effect: "deny",
    allowed: false,
    reason: refusal.reason,
    rule: refusal.rule,
    findings,
    quotaRemaining: null,
    retryAfterMs: null,
    message: refusal.message,
  };
}

/** A decision that refuses for now. An infinite wait is told as null. */
export function throttled(
  id: string,
  refusal: Refused,
  retryAfterMs: number,
  findings: readonly Finding[],
  quota: number | null,
): Decision {
  return {
    ...refused(id, refusal, findings),
    effect: "throttle",
    quotaRemaining: quota,
    retryAfterMs: Number.isFinite(retryAfterMs) ? Math.ceil(retryAfterMs) : null,
  };
}
