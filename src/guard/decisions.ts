// Builders for the one shape of every decision.

import { DependencyFailed } from "../errors.ts";
import type { Ruling } from "./rulings.ts";
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

/**
 * The decision of everything that was said about a message.
 *
 * @param id The decision's id.
 * @param ruling The strictest ruling, or null when nothing was said.
 * @param findings What was seen.
 * @param quota Tokens left in the caller's bucket, or null where no limit applies.
 */
export function ruled(
  id: string,
  ruling: Ruling | null,
  findings: readonly Finding[],
  quota: number | null,
): Decision {
  if (ruling === null) return allowed(id, findings, quota);
  const { effect, rule, message } = ruling;
  if (effect === "deny") return refused(id, ruling, findings);
  if (effect === "record" || effect === "allow") return { ...allowed(id, findings, quota), rule };
  if (effect === "redact") {
    return { ...allowed(id, findings, quota), effect, reason: ruling.reason, rule, message };
  }
  return { ...refused(id, ruling, findings), effect, quotaRemaining: quota };
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

/**
 * The decision of a part that failed: failing is denying. Nothing of the error is told but which part it was.
 *
 * @param id The decision's id.
 * @param error What was thrown.
 * @returns The refusal, and the machine code for the audit.
 */
export function failure(id: string, error: unknown): { decision: Decision; detail: string } {
  const dependency = error instanceof DependencyFailed ? error.dependency : null;
  return {
    decision: refused(
      id,
      dependency === null
        ? {
          reason: "InternalError",
          rule: "internal",
          message: "the guard failed while deciding, so it refused; please report this",
        }
        : {
          reason: "DependencyFailed",
          rule: `dependency.${dependency}`,
          message:
            `the guard's ${dependency} does not answer, so nothing is let through; try again later`,
        },
      [],
    ),
    detail: dependency === null ? "policy.error" : `dependency.${dependency}`,
  };
}
