// The pure part of a decision: the lists and text rules, in DESIGN's order, without clock, bucket or record.
// The first stage that refuses decides; with a trace, later stages are still asked, so that `mcpguard explain` shows all.

import { judgePrompts } from "../detect/mod.ts";
import type { Policy, Rule } from "../policy/types.ts";
import { judgeNames } from "./stage_names.ts";
import { judgeRoles } from "./stage_roles.ts";
import { judgeRules } from "./stage_rules.ts";
import { judgeServerRequest } from "./stage_server_requests.ts";
import { judgeUris } from "./stage_uris.ts";
import { denying, type Refusal, type Ruling, strictest } from "./rulings.ts";
import type { Finding, Inquiry, StageTrace, TextUse } from "./types.ts";
import { ASK_OPERATOR, quoted } from "./wording.ts";

/** What the pure stages say together. */
export interface Judgement {
  /** The strictest ruling, or null when nothing was said. */
  ruling: Ruling | null;
  /** What the text rules saw. */
  findings: Finding[];
  /** The strictest of the rules that only watch, or null. */
  watched: Ruling | null;
  /** The rules whose redactions apply before the message goes on. */
  redact: readonly Rule[];
}

/** Collects the stages of one decision for people. */
export type Trace = StageTrace[];

/**
 * Notes a stage when somebody wants to see it.
 *
 * @param trace Where to, or null when nobody asks.
 * @param stage The stage's name.
 * @param refusal What it refused, or null.
 * @param pass Why it passes, built only when it is shown: the words, and the rule that allows.
 */
export function note(
  trace: Trace | null,
  stage: string,
  refusal: Refusal | null,
  pass: () => { detail: string; rule?: string | null },
): void {
  if (trace === null) return;
  if (refusal !== null) {
    trace.push({ stage, verdict: "deny", rule: refusal.rule, detail: refusal.message });
    return;
  }
  const { detail, rule } = pass();
  trace.push({ stage, verdict: "pass", rule: rule ?? null, detail });
}

/** Notes a stage that had nothing to judge: shown all the same, so that nobody wonders whether it exists. */
export function noteIdle(trace: Trace | null, stage: string, detail: string): void {
  trace?.push({ stage, verdict: "skipped", rule: null, detail });
}

/**
 * Judges one message by the policy's lists and text rules.
 *
 * Canonical URIs are put into the message on the way (`UriUse.rewrite`), so that what was judged is
 * what is forwarded.
 *
 * @param policy The compiled policy.
 * @param inquiry The message, taken apart.
 * @param now Milliseconds since 1970, for conditions of rules.
 * @param trace Collects every stage when given.
 * @returns The strictest ruling, of equals the first in the order of the stages, and all findings.
 */
export function judge(
  policy: Policy,
  inquiry: Inquiry,
  now: number,
  trace: Trace | null = null,
): Judgement {
  let refusal: Refusal | null = null;
  const refusing = (): Judgement => ({
    ruling: denying(refusal),
    findings: [],
    watched: null,
    redact: [],
  });
  for (const stage of [judgeMethod, judgeNames, judgeUris, judgeRoles]) {
    const said = stage(policy, inquiry, trace);
    refusal ??= said;
    if (refusal !== null && trace === null) return refusing();
  }
  const rules = judgeRules(policy, inquiry, now, trace);
  const { redact } = rules;
  const ruling = strictest(judgeServerRequest(policy, inquiry, trace), rules.ruling);
  // Behind a list's refusal nobody asks the rules, so with a trace they do not count either.
  const watched = refusal === null ? rules.watched : null;
  if (ruling?.effect === "deny") refusal ??= ruling;
  if (refusal !== null && trace === null) return { ...refusing(), watched };
  const texts = judgeTexts(policy, inquiry.texts);
  if (inquiry.texts.length === 0) noteIdle(trace, "prompts", "no text to judge");
  else note(trace, "prompts", texts.refusal, () => ({ detail: textsPass(policy) }));
  // With or without a trace the decision is the same: after a refusal nothing more is found.
  if (refusal !== null) return { ...refusing(), watched };
  return {
    ruling: strictest(ruling, denying(texts.refusal)),
    findings: texts.findings,
    watched,
    redact,
  };
}

function judgeMethod(_policy: Policy, inquiry: Inquiry, trace: Trace | null): Refusal | null {
  const refusal: Refusal | null = inquiry.known ? null : {
    reason: "MethodDenied",
    rule: "methods.unknown",
    message: `method ${quoted(inquiry.method)} is not one that this guard knows; unknown is denied`,
    detail: "policy.method_denied",
  };
  note(trace, "method", refusal, () => ({ detail: `${inquiry.method} is known` }));
  return refusal;
}

/**
 * Judges texts by `prompts.deny_regex` and `prompts.max_length`.
 *
 * @param policy The compiled policy.
 * @param texts The texts of one message; those that are no prompts are left alone.
 * @returns The first refusal, and all findings.
 */
export function judgeTexts(
  policy: Policy,
  texts: readonly TextUse[],
): { refusal: Refusal | null; findings: Finding[] } {
  const verdict = judgePrompts(policy.prompts, texts);
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
  return { refusal, findings: verdict.findings };
}

function textsPass(policy: Policy): string {
  const { denyRegex, maxLength } = policy.prompts;
  const length = maxLength === null ? "" : `, and no prompt is longer than ${maxLength} characters`;
  return `no text matches one of ${denyRegex.size} prompts.deny_regex${length}`;
}
