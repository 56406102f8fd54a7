// Stage "resources": every URI a message uses, canonical before any pattern sees it.
// Declared resources are judged by allow and deny; URIs inside tool arguments as `resources.in_arguments` says.

import {
  canonicalizeTemplate,
  canonicalizeUri,
  type CanonicalTemplate,
  type CanonicalUri,
  findUris,
  templateVerdict,
  UriBudget,
  UriError,
} from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import type { UriUse } from "../wire/uses.ts";
import { note, noteIdle, type Trace } from "./judge.ts";
import type { Refusal } from "./rulings.ts";
import type { Inquiry } from "./types.ts";
import { deniedByOwn, narrowUri, nowhere } from "./stage_upstreams.ts";
import { ASK_OPERATOR, namedRule, quoted } from "./wording.ts";

/** Judges every URI in order; the first refusal counts. */
export function judgeUris(policy: Policy, inquiry: Inquiry, trace: Trace | null): Refusal | null {
  let first: Refusal | null = null;
  const budget = new UriBudget();
  // Tables repeat their values: what passed once passes again, and costs nothing.
  const passed = new Set<string>();
  for (const use of inquiry.uris) {
    const again = use.role === "argument" && passed.has(use.uri);
    const refusal = again
      ? null
      : isNowhere(policy, inquiry, use)
      ? nowhere("resource", use.uri)
      : judgeUri(policy, use, budget);
    if (refusal === null && use.role === "argument") passed.add(use.uri);
    note(trace, "resources", refusal, () => uriPasses(policy, use));
    first ??= refusal;
    if (first !== null && trace === null) return first;
  }
  if (inquiry.uris.length === 0) noteIdle(trace, "resources", "no URI is used");
  return first;
}

/** Whether a client names a resource of none of the servers that there are. */
function isNowhere(policy: Policy, inquiry: Inquiry, use: UriUse): boolean {
  return policy.upstreams.length > 0 && inquiry.direction === "c2s" && use.role !== "argument" &&
    use.upstream === undefined;
}

/** Why a URI may be used, and by which rule. */
function uriPasses(policy: Policy, use: UriUse): { detail: string; rule?: string } {
  const { allow } = policy.resources;
  if (use.role === "argument") return { detail: `nothing in ${use.where} names a denied resource` };
  if (use.role === "template") return { detail: `template ${quoted(use.uri)} may be shown` };
  const index = allow.firstExact(canonicalizeUri(use.uri));
  const may = `resource ${quoted(use.uri)} may be used`;
  return index < 0
    ? { detail: `${may}: no rule denies it, and resources.allow is empty` }
    : { detail: `${may} (${quoted(allow.sources[index]!)})`, rule: `resources.allow[${index}]` };
}

/**
 * Judges one URI use by `resources`, and by its own server's lists where there are several.
 *
 * @param policy The compiled policy.
 * @param use The URI, its role, and how to write its canonical form back.
 * @param budget Bounds what the URIs of one message cost together.
 * @returns The refusal, or null when the URI may be used.
 */
export function judgeUri(policy: Policy, use: UriUse, budget: UriBudget): Refusal | null {
  const refusal = judgeByPolicy(policy, use, budget);
  if (refusal !== null) return refusal;
  return use.role === "argument" ? null : narrowUri(policy, use, false);
}

function judgeByPolicy(policy: Policy, use: UriUse, budget: UriBudget): Refusal | null {
  if (use.role === "argument") return judgeArgument(policy, use, budget);
  // A template is run through the automaton of every pattern.
  const times = use.role === "template" ? 8 : 1;
  if (!budget.spend(use.uri, times)) return tooMany("resources.canonical", use.where);
  if (use.role === "template") return judgeTemplate(policy, use);
  let uri: CanonicalUri;
  try {
    uri = canonicalizeUri(use.uri);
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    return {
      reason: "ResourceDenied",
      rule: "resources.canonical",
      message: `resource ${quoted(use.uri)} in ${use.where} is refused: ${error.message}`,
      detail: error.code,
    };
  }
  const refusal = judgeCanonical(policy, uri, use.where);
  if (refusal === null && uri.uri !== use.uri) use.rewrite?.(uri.uri);
  return refusal;
}

/**
 * Judges one URI inside a result of a call that named no resource itself: the deny list only, and a text
 * that is no URI is left alone, since a server may write what it likes into a link.
 *
 * @param policy The compiled policy.
 * @param use The URI and where it stands.
 * @param budget Bounds what the URIs of one message cost together.
 * @returns The refusal, or null.
 */
export function judgeMention(policy: Policy, use: UriUse, budget: UriBudget): Refusal | null {
  if (policy.resources.deny.size === 0 && use.upstream === undefined) return null;
  if (!budget.spend(use.uri)) return tooMany("resources.canonical", use.where);
  try {
    return judgeDeny(policy, canonicalizeUri(use.uri), use.where) ?? narrowUri(policy, use, true);
  } catch (error) {
    if (error instanceof UriError) return null;
    throw error;
  }
}

/** Judges a canonical URI by both lists. */
function judgeCanonical(policy: Policy, uri: CanonicalUri, where: string): Refusal | null {
  const denied = judgeDeny(policy, uri, where);
  if (denied !== null) return denied;
  const { allow } = policy.resources;
  if (allow.firstExact(uri) >= 0) return null;
  if (uri.private) {
    return {
      reason: "ResourceDenied",
      rule: "resources.private_address",
      message:
        `resource ${quoted(uri.uri)} names a private or local address, which is denied unless ` +
        `resources.allow lists that host literally. ${ASK_OPERATOR}`,
      detail: "policy.resource_denied",
    };
  }
  if (allow.size === 0 && policy.default === "allow") return null;
  return {
    reason: "ResourceDenied",
    rule: allow.size === 0 ? "default" : "resources.allow",
    message: allow.size === 0
      ? `resource ${
        quoted(uri.uri)
      } is not allowed: the policy says "default: deny" and allows no ` +
        `resources. ${ASK_OPERATOR}`
      : `resource ${quoted(uri.uri)} is not in resources.allow. ${ASK_OPERATOR}`,
    detail: "policy.resource_denied",
  };
}

/** Judges a canonical URI by the deny list alone. */
function judgeDeny(policy: Policy, uri: CanonicalUri, where: string): Refusal | null {
  const { deny } = policy.resources;
  const index = deny.firstFolded(uri);
  if (index < 0) return null;
  const rule = `resources.deny[${index}]`;
  return {
    reason: "ResourceDenied",
    rule,
    message: `resource ${quoted(uri.uri)} in ${where} is denied by ${
      namedRule(rule, deny.sources[index])
    }. ${ASK_OPERATOR}`,
    detail: "policy.resource_denied",
  };
}

function judgeArgument(policy: Policy, use: UriUse, budget: UriBudget): Refusal | null {
  const { inArguments, allow, deny } = policy.resources;
  if (inArguments === "ignore") return null;
  // Both deny lists judge each URI as it is found: a message's budget hands every URI out once.
  const own = deniedByOwn(policy, use);
  if (inArguments === "deny" && deny.size === 0 && own === null) return null;
  const found = findUris(use.uri, budget);
  const [suspicious] = found.suspicious;
  if (suspicious !== undefined) {
    return {
      reason: "ResourceDenied",
      rule: "resources.in_arguments",
      message:
        `a URI or path in ${use.where} has no single meaning (${suspicious}), so the policy's ` +
        `resource rules cannot judge it; write it in its plain form`,
      detail: suspicious,
    };
  }
  const listed = inArguments === "enforce" && (allow.size > 0 || policy.default === "deny");
  for (const uri of found.uris) {
    const refusal =
      (listed ? judgeCanonical(policy, uri, use.where) : judgeDeny(policy, uri, use.where)) ??
        own?.(uri) ?? null;
    if (refusal !== null) return refusal;
  }
  // What may be a path only in some reading: enough to deny, too little to demand that it be listed.
  for (const uri of found.guesses) {
    const refusal = judgeDeny(policy, uri, use.where) ?? own?.(uri) ?? null;
    if (refusal !== null) return refusal;
  }
  return found.truncated ? tooMany("resources.in_arguments", use.where) : null;
}

/** What cannot all be judged in good time may not pass. */
function tooMany(rule: string, where: string): Refusal {
  return {
    reason: "LimitExceeded",
    rule,
    message: `up to ${where} the message holds more URIs and paths than can be judged in one; ` +
      "send fewer at a time",
    detail: "uri.count",
  };
}

function judgeTemplate(policy: Policy, use: UriUse): Refusal | null {
  const { allow, deny } = policy.resources;
  const refusal = (rule: string, why: string, detail: string): Refusal => ({
    reason: "ResourceDenied",
    rule,
    message: `resource template ${quoted(use.uri)} in ${use.where} ${why}. ${ASK_OPERATOR}`,
    detail,
  });
  let template: CanonicalTemplate;
  try {
    template = canonicalizeTemplate(use.uri);
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    return refusal("resources.canonical", `is refused: ${error.message}`, error.code);
  }
  const verdict = templateVerdict(template, allow, deny, policy.default === "allow");
  if (verdict.visible) return null;
  return verdict.index >= 0
    ? refusal(
      `resources.deny[${verdict.index}]`,
      "names only what the policy denies",
      "policy.resource_denied",
    )
    : refusal(
      allow.size === 0 ? "default" : "resources.allow",
      "can name nothing that the policy allows",
      "policy.resource_denied",
    );
}
