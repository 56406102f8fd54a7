// Stage "rules": every rule that matches is evaluated, and the strictest effect wins whatever the order of the file.

import type { CanonicalUri } from "../match/mod.ts";
import { Failure } from "../policy/mod.ts";
import type { Policy, Rule } from "../policy/types.ts";
import type { Inquiry } from "./types.ts";
import { noteIdle, type Trace } from "./judge.ts";
import { MessageUris } from "./message_uris.ts";
import { RuleScope } from "./rule_scope.ts";
import { type Ruling, strictest } from "./rulings.ts";
import { ASK_OPERATOR, methodOf, quoted } from "./wording.ts";

/** What the rules say together. */
export interface RulesVerdict {
  /** The strictest of the rules in force, of equals the first in the file; null when none matches. */
  ruling: Ruling | null;
  /** The strictest of the rules that only watch. */
  watched: Ruling | null;
  /** The rules whose redactions apply. */
  redact: readonly Rule[];
}

/** What a look at one more resource costs beside the condition itself. */
const RESOURCE_STEPS = 20;

const NOTHING_SAID: RulesVerdict = { ruling: null, watched: null, redact: [] };

/**
 * Judges one message by the rules.
 *
 * @param policy The compiled policy.
 * @param inquiry The message.
 * @param now Milliseconds since 1970, for conditions.
 * @param trace Collects every rule that matches, when given.
 * @returns What is said.
 */
export function judgeRules(
  policy: Policy,
  inquiry: Inquiry,
  now: number,
  trace: Trace | null,
): RulesVerdict {
  const { rules } = policy.rules;
  if (rules.length === 0) {
    noteIdle(trace, "rules", "the policy has no rules");
    return NOTHING_SAID;
  }
  const uris = new MessageUris(policy, inquiry);
  const scope = new RuleScope(inquiry, now);
  let ruling: Ruling | null = null;
  let watched: Ruling | null = null;
  const redact: Rule[] = [];
  let spoke = 0;
  const candidates = candidatesOf(policy, inquiry);
  for (const index of candidates) {
    const rule = rules[index]!;
    if (!applies(rule, inquiry)) continue;
    const said = judgeRule(rule, inquiry, uris, scope);
    if (said === null) continue;
    spoke++;
    noteRule(trace, rule, said);
    if (rule.monitor) watched = strictest(watched, said);
    else {
      ruling = strictest(ruling, said);
      if (said.effect === "redact") redact.push(rule);
    }
  }
  if (spoke === 0) noteIdle(trace, "rules", `none of ${rules.length} rules matches`);
  return { ruling, watched, redact };
}

/** Rules that could match by name, method or kind, in the order of the file. */
function candidatesOf(policy: Policy, inquiry: Inquiry): readonly number[] {
  const { byTool, byPrompt, byMethod, byResource } = policy.rules;
  const found = new Set<number>(byMethod.get(methodOf(inquiry)) ?? []);
  for (const { kind, name } of inquiry.names) {
    for (const owner of (kind === "tool" ? byTool : byPrompt).owners(name)) found.add(owner);
  }
  if (inquiry.uris.length > 0) { for (const index of byResource) found.add(index); }
  return [...found].sort((a, b) => a - b);
}

/** Whether everything that the index does not know applies, but for resources. */
function applies(rule: Rule, inquiry: Inquiry): boolean {
  const { identity, direction } = inquiry;
  return (rule.direction === null || rule.direction === direction) &&
    (rule.method === null || rule.method(methodOf(inquiry))) &&
    (rule.identity === null || rule.identity(identity.id)) &&
    (rule.roles === null || identity.roles.some((role) => rule.roles!.has(role)));
}

/** What one rule says, or null when it does not match. */
function judgeRule(
  rule: Rule,
  inquiry: Inquiry,
  uris: MessageUris,
  scope: RuleScope,
): Ruling | null {
  let resources: readonly (CanonicalUri | null)[] = [null];
  const looks = rule.when?.reads.has("resource") === true;
  if (rule.resources !== null || looks) {
    const found = uris.matching(rule);
    if ("refusal" in found) return found.refusal;
    if (found.uris.length === 0 && !found.template) return null;
    // A template names no resource yet, so no condition can clear it.
    if (looks && found.uris.length > 0) resources = found.uris;
  }
  if (rule.when === null) return rulingOf(rule, inquiry);
  try {
    for (const resource of resources) {
      if (resource !== null) scope.fuel.burn(RESOURCE_STEPS, 0);
      const value = rule.when.evaluate(scope.variables(resource), scope.fuel);
      if (value === true) return rulingOf(rule, inquiry);
      if (value !== false) throw new Failure("the condition is neither true nor false", 0);
    }
    return null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return {
      effect: "deny",
      reason: error.final ? "LimitExceeded" : "RuleDenied",
      rule: rule.name,
      message: `the condition of ${rule.name} could not be evaluated, so this is denied: ` +
        `${error.message} (character ${error.at + 1} of the condition)`,
      detail: `rule_error:${rule.id}`,
    };
  }
}

/** A rule's effect as a ruling. */
function rulingOf(rule: Rule, inquiry: Inquiry): Ruling {
  const { effect, name, reason } = rule;
  const subject = inquiry.tool !== null
    ? `tool ${quoted(inquiry.tool)}`
    : `method ${quoted(inquiry.method)}`;
  const why = reason === null ? "" : `: ${reason}`;
  switch (effect) {
    case "deny":
      return {
        effect,
        reason: "RuleDenied",
        rule: name,
        message: `${subject} is denied by ${name}${why || `. ${ASK_OPERATOR}`}`,
        detail: "policy.rule_denied",
      };
    case "approve":
    case "confirm": {
      const who = effect === "approve" ? "somebody else's approval" : "the user's confirmation";
      return {
        effect,
        reason: "ApprovalRequired",
        rule: name,
        message: `${subject} needs ${who} by ${name}${why}`,
      };
    }
    default:
      return { effect, reason: "Allowed", rule: name, message: `${effect} by ${name}${why}` };
  }
}

function noteRule(trace: Trace | null, rule: Rule, said: Ruling): void {
  trace?.push({
    stage: "rules",
    verdict: said.effect === "allow" || rule.monitor ? "pass" : said.effect,
    rule: rule.name,
    detail: rule.monitor ? `only watches; would say: ${said.message}` : said.message,
    ...(said.detail === undefined ? {} : { code: said.detail }),
  });
}
