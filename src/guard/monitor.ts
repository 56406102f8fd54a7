// `mode: monitor`: what the policy would refuse passes, and the record says what would have been. What is no decision
// of the policy's (malformed messages, authentication, limits, records that cannot be kept) refuses all the same.

import type { Policy } from "../policy/types.ts";
import { allowed } from "./decisions.ts";
import type { Refusal, Ruling } from "./rulings.ts";
import type { Decision, Finding, Reason } from "./types.ts";

/** Reasons that a policy gives, and its absence would not. */
const POLICY_REASONS: ReadonlySet<Reason> = new Set<Reason>([
  ...["ToolDenied", "ResourceDenied", "PromptDenied", "MethodDenied"] as const,
  ...["PromptInjectionSuspected", "PromptTooLong", "RateLimitExceeded"] as const,
  ...["RuleDenied", "FlowDenied", "PinMismatch", "SecretDetected", "PersonalDataDetected"] as const,
  // A bucket that does not answer would have stopped the call; the record, which must be kept, is asked later.
  ...["ApprovalRequired", "ApprovalDenied", "DependencyFailed"] as const,
]);

/** What has no one meaning, or none that the guard knows, is not forwarded in any mode. */
const UNREADABLE: ReadonlySet<string> = new Set([
  "methods.unknown",
  "names.invalid",
  "resources.canonical",
  "resources.in_arguments",
]);

/** Whether a refusal is the policy's, so that a policy that only watches does not make it. */
export function isPolicys({ reason, rule }: { reason: Reason; rule: string | null }): boolean {
  return POLICY_REASONS.has(reason) && (rule === null || !UNREADABLE.has(rule));
}

/**
 * The decision where the policy, or some of its rules, only watch.
 *
 * @param policy The compiled policy.
 * @param decision What is decided by all that is in force.
 * @param watched What rules with `mode: monitor` would have done, or null.
 * @returns The decision that counts, with what would have been.
 */
export function whereWatched(
  policy: Policy,
  decision: Decision,
  watched: Ruling | null,
): Decision {
  if (
    policy.mode === "monitor" && decision.effect !== "allow" && isPolicys(ofRedaction(decision))
  ) {
    const { id, effect, reason, rule, message, findings, quotaRemaining } = decision;
    return {
      ...allowed(id, findings, quotaRemaining),
      wouldBe: { effect, reason, rule, message },
    };
  }
  if (watched === null || STRICTNESS[watched.effect] <= STRICTNESS[decision.effect]) {
    return decision;
  }
  const { effect, reason, rule, message } = watched;
  return effect === "allow" || effect === "record"
    ? decision
    : { ...decision, wouldBe: { effect, reason, rule, message } };
}

/** A redaction carries the reason of a message that passes; it is the policy's all the same. */
function ofRedaction(decision: Decision): { reason: Reason; rule: string | null } {
  return decision.effect === "redact" ? { reason: "RuleDenied", rule: decision.rule } : decision;
}

const STRICTNESS: Readonly<Record<Decision["effect"] | "record", number>> = {
  allow: 0,
  record: 0,
  redact: 2,
  confirm: 3,
  approve: 4,
  throttle: 5,
  deny: 5,
};

/**
 * What an answer that would have been withheld leaves in its record.
 *
 * @param refusal Why it would not have passed.
 * @returns A finding.
 */
export function wouldWithhold({ rule, reason }: Refusal): Finding {
  return {
    rule_id: `would_be:${rule}`,
    severity: "medium",
    // Not the words for the caller: they quote what came, a URI with its query among it, and this goes into records.
    reason: `mode monitor; enforced, this would be withheld by ${rule} (${reason})`,
  };
}

/**
 * What a list that would have been shortened leaves in its record.
 *
 * @param where Which list.
 * @param hidden How many entries would not have been shown.
 * @returns A finding.
 */
export function wouldHide(where: string, hidden: number): Finding {
  return {
    rule_id: "would_be:list",
    severity: "low",
    reason: `mode monitor; enforced, ${hidden} ${
      hidden === 1 ? "entry" : "entries"
    } would be hidden`,
    where,
  };
}
