// The pure part of a decision: the lists and text rules, in DESIGN's order, without clock, bucket or record.
// The first stage that refuses decides; with a trace, later stages are still asked, so that `--explain` shows all.

import { judgePrompts } from "../detect/mod.ts";
import type { Policy } from "../policy/types.ts";
import { judgeNames } from "./stage_names.ts";
import { judgeUris } from "./stage_uris.ts";
import type { Finding, Inquiry, Reason, StageTrace } from "./types.ts";
import { ASK_OPERATOR, quoted } from "./wording.ts";

/** Why a stage refused. */
export interface Refusal {
  /** From the published table. */
  reason: Reason;
  /** The rule that decided. */
  rule: string;
  /** The sentence for people. */
  message: string;
  /** Short machine code for the audit, where one exists. */
  detail?: string;
}

/** What the pure stages say together. */
export interface Judgement {
  /** The strictest refusal, or null when everything passed. */
  refusal: Refusal | null;
  /** What the text rules saw. */
  findings: Finding[];
}

/** Collects the stages of one decision for people. */
export type Trace = StageTrace[];

/** Notes a stage when somebody wants to see it. */
export function note(
  trace: Trace | null,
  stage: string,
  refusal: Refusal | null,
  detail: string,
): void {
  trace?.push({
    stage,
    verdict: refusal === null ? "pass" : "deny",
    rule: refusal?.rule ?? null,
    detail: refusal?.message ?? detail,
  });
}

/**
 * Judges one message by the policy's lists and text rules.
 *
 * Canonical URIs are put into the message on the way (`UriUse.rewrite`), so that what was judged is
 * what is forwarded.
 *
 * @param policy The compiled policy.
 * @param inquiry The message, taken apart.
 * @param trace Collects every stage when given.
 * @returns The first refusal in the order of the stages, and all findings.
 */
export function judge(policy: Policy, inquiry: Inquiry, trace: Trace | null = null): Judgement {
  let refusal = judgeMethod(inquiry, trace);
  if (refusal !== null && trace === null) return { refusal, findings: [] };
  refusal ??= judgeNames(policy, inquiry, trace);
  if (refusal !== null && trace === null) return { refusal, findings: [] };
  const uris = judgeUris(policy, inquiry, trace);
  refusal ??= uris;
  if (refusal !== null && trace === null) return { refusal, findings: [] };
  const texts = judgeTexts(policy, inquiry, trace);
  return { refusal: refusal ?? texts.refusal, findings: texts.findings };
}

function judgeMethod(inquiry: Inquiry, trace: Trace | null): Refusal | null {
  const refusal: Refusal | null = inquiry.known ? null : {
    reason: "MethodDenied",
    rule: "methods.unknown",
    message: `method ${quoted(inquiry.method)} is not one that this guard knows; unknown is denied`,
    detail: "policy.method_denied",
  };
  note(trace, "method", refusal, `${inquiry.method} is known`);
  return refusal;
}

function judgeTexts(policy: Policy, inquiry: Inquiry, trace: Trace | null): Judgement {
  const verdict = judgePrompts(policy.prompts, inquiry.texts);
  let refusal: Refusal | null = null;
  if (verdict.rule !== null) {
    refusal = {
      reason: verdict.tooLong ? "PromptTooLong" : "PromptInjectionSuspected",
      rule: verdict.rule,
      message: verdict.tooLong
        ? `a prompt is longer than ${policy.prompts.maxLength} characters (prompts.max_length); shorten it`
        : `text in ${
          verdict.findings[0]?.where ?? "the message"
        } matches ${verdict.rule}, which the policy ` +
          `denies as a suspected prompt injection. ${ASK_OPERATOR}`,
    };
  }
  note(
    trace,
    "prompts",
    refusal,
    inquiry.texts.length === 0 ? "no text" : `${inquiry.texts.length} texts, none denied`,
  );
  return { refusal, findings: verdict.findings };
}
