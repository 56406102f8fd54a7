// A second implementation of the decision, deliberately naive: backtracking RegExps, arrays, no index, no cleverness.
// It shares no code with src; where both disagree, one of them is wrong.

import {
  naiveCanonical,
  nameAllowed,
  nameDenied,
  spelledOut,
  uriDenied,
  uriRegex,
} from "./naive_match.ts";
import { type NaiveCaller, type NaiveRule, naiveRules } from "./naive_rules.ts";

/** The lists of one role. */
export interface NaiveRole {
  tools: { allow: string[]; deny: string[] };
  resources: { allow: string[]; deny: string[] };
}

/** The lists and rules of a policy, in plain values. */
export interface NaivePolicy {
  default: "allow" | "deny";
  tools: { allow: string[]; deny: string[] };
  resources: { allow: string[]; deny: string[]; in_arguments: "deny" | "enforce" | "ignore" };
  prompts: { deny_regex: string[]; max_length: number };
  rules: NaiveRule[];
  roles: Record<string, NaiveRole>;
}

/** A call. */
export interface NaiveRequest {
  tool: string;
  prompt: string | null;
  resources: string[];
  arguments: Record<string, string>;
  caller: NaiveCaller;
}

/** Why it is refused, or `Allowed`; where a rule decides, its effect and place. */
export type NaiveReason =
  | "Allowed"
  | `${NaiveRule["effect"]} ${number}`
  | "ToolDenied"
  | "ResourceDenied"
  | "PromptTooLong"
  | "PromptInjectionSuspected";

/** Decides by the words of the documentation. */
export function naiveDecision(policy: NaivePolicy, request: NaiveRequest): NaiveReason {
  if (policy.tools.deny.some((pattern) => nameDenied(pattern, request.tool))) return "ToolDenied";
  if (policy.tools.allow.length > 0) {
    if (!policy.tools.allow.some((pattern) => nameAllowed(pattern, request.tool))) {
      return "ToolDenied";
    }
  } else if (policy.default === "deny") return "ToolDenied";

  for (const uri of request.resources) {
    if (!resourceAllowed(policy, naiveCanonical(uri))) return "ResourceDenied";
  }
  if (policy.resources.in_arguments !== "ignore") {
    for (const value of Object.values(request.arguments)) {
      if (!value.startsWith("/")) continue;
      const uri = naiveCanonical(`file://${value}`);
      if (policy.resources.deny.some((pattern) => uriDenied(pattern, uri))) return "ResourceDenied";
      const listed = policy.resources.in_arguments === "enforce" &&
        (policy.resources.allow.length > 0 || policy.default === "deny");
      if (listed && !resourceAllowed(policy, uri)) return "ResourceDenied";
    }
  }

  const narrowed = byRoles(policy, request);
  if (narrowed !== "Allowed") return narrowed;
  const ruled = naiveRules(policy.rules, request, policy.resources.in_arguments !== "ignore");
  if (ruled?.effect === "deny") return `deny ${ruled.index}`;

  // The documentation's order of reasons: a denied pattern is told before a length.
  const hit = (text: string): boolean =>
    policy.prompts.deny_regex.some((source) => new RegExp(source, "iu").test(text));
  const long = request.prompt !== null && [...request.prompt].length > policy.prompts.max_length;
  if (request.prompt !== null && !long && hit(request.prompt)) return "PromptInjectionSuspected";
  for (const [key, value] of Object.entries(request.arguments)) {
    if (hit(key) || hit(value)) return "PromptInjectionSuspected";
  }
  if (long) return "PromptTooLong";
  return ruled === null ? "Allowed" : `${ruled.effect} ${ruled.index}`;
}

/** A deny of any role of the caller binds; else one role that allows is enough; `*` is for callers without any. */
function byRoles(policy: NaivePolicy, request: NaiveRequest): NaiveReason {
  const held = request.caller.roles.filter((name) => name !== "*" && name in policy.roles);
  const names = held.length > 0 ? held : "*" in policy.roles ? ["*"] : [];
  const roles = names.map((name) => policy.roles[name]!);
  if (roles.length === 0) return "Allowed";
  const passes = (denies: (role: NaiveRole) => boolean, allows: (role: NaiveRole) => boolean) =>
    !roles.some(denies) && roles.some(allows);
  const { tool } = request;
  const usable = passes(
    (role) => role.tools.deny.some((pattern) => nameDenied(pattern, tool)),
    ({ tools: { allow } }) => allow.length === 0 || allow.some((p) => nameAllowed(p, tool)),
  );
  if (!usable) return "ToolDenied";
  const mentioned = policy.resources.in_arguments === "ignore"
    ? []
    : Object.values(request.arguments).filter((v) => v.startsWith("/")).map((v) => `file://${v}`);
  const uses: [uri: string, listed: boolean][] = [
    ...request.resources.map((uri): [string, boolean] => [uri, true]),
    ...mentioned.map((uri): [string, boolean] => [
      uri,
      policy.resources.in_arguments === "enforce",
    ]),
  ];
  for (const [raw, listed] of uses) {
    const uri = naiveCanonical(raw);
    const readable = passes(
      (role) => role.resources.deny.some((pattern) => uriDenied(pattern, uri)),
      ({ resources: { allow } }) =>
        !listed || allow.length === 0 ||
        allow.some((pattern) => uriRegex(spelledOut(pattern), "").test(uri)),
    );
    if (!readable) return "ResourceDenied";
  }
  return "Allowed";
}

function resourceAllowed(policy: NaivePolicy, uri: string): boolean {
  const { allow, deny } = policy.resources;
  if (deny.some((pattern) => uriDenied(pattern, uri))) return false;
  return allow.length > 0
    ? allow.some((pattern) => uriRegex(spelledOut(pattern), "").test(uri))
    : policy.default === "allow";
}
