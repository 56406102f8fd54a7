// Stage "tools" and "prompts": every name a message uses against its allow and deny list.
// Deny is wide (folded), allow is narrow (exact): DESIGN invariant 2.

import { isPlainPromptName, isPlainToolName } from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import type { NameUse } from "../wire/uses.ts";
import { note, noteIdle, type Trace } from "./judge.ts";
import type { Refusal } from "./rulings.ts";
import type { Inquiry } from "./types.ts";
import { narrowName, nowhere } from "./stage_upstreams.ts";
import { ASK_OPERATOR, namedRule, quoted } from "./wording.ts";

/** Judges every name in order; the first refusal counts. */
export function judgeNames(policy: Policy, inquiry: Inquiry, trace: Trace | null): Refusal | null {
  let first: Refusal | null = null;
  for (const use of inquiry.names) {
    const refusal = judgeName(policy, use);
    note(trace, STAGE[use.kind], refusal, () => namePasses(policy, use));
    first ??= refusal;
    if (first !== null && trace === null) return first;
  }
  if (trace !== null) {
    for (const kind of ["tool", "prompt"] as const) {
      if (inquiry.names.some((use) => use.kind === kind)) continue;
      noteIdle(trace, STAGE[kind], `no ${kind} is named`);
    }
  }
  return first;
}

/** Stages of names; texts of prompts have a stage of their own. */
const STAGE = { tool: "tools", prompt: "prompt_names" } as const;

/** Why a name may be used, and by which rule. */
function namePasses(policy: Policy, use: NameUse): { detail: string; rule: string | null } {
  const section = use.kind === "tool" ? "tools" : "prompts";
  const { allow } = policy[section];
  const index = allow.firstExact(use.name);
  const may = `${use.kind} ${quoted(use.name)} may be used`;
  return index < 0
    ? { detail: `${may}: no rule denies it, and ${section}.allow is empty`, rule: null }
    : { detail: `${may} (${quoted(allow.sources[index]!)})`, rule: `${section}.allow[${index}]` };
}

/**
 * Judges one name by `tools` or `prompts`, and by its own server's where there are several.
 *
 * @param policy The compiled policy.
 * @param use The name, its server, and which list judges it.
 * @returns The refusal, or null when the name may be used.
 */
export function judgeName(
  policy: Policy,
  use: Pick<NameUse, "kind" | "name" | "upstream">,
): Refusal | null {
  if (policy.upstreams.length > 0 && use.upstream === undefined) {
    return nowhere(use.kind, use.name);
  }
  return judgeByPolicy(policy, use) ?? narrowName(policy, use);
}

function judgeByPolicy(
  policy: Policy,
  use: Pick<NameUse, "kind" | "name" | "upstream">,
): Refusal | null {
  const section = use.kind === "tool" ? "tools" : "prompts";
  const lists = policy[section];
  const reason = use.kind === "tool" ? "ToolDenied" : "PromptDenied";
  const denied = lists.deny.firstFolded(use.name);
  if (denied >= 0) {
    const rule = `${section}.deny[${denied}]`;
    return {
      reason,
      rule,
      message: `${use.kind} ${quoted(use.name)} is denied by ${
        namedRule(rule, lists.deny.sources[denied])
      }. ${ASK_OPERATOR}`,
      detail: `policy.${use.kind}_denied`,
    };
  }
  const allowed = lists.allow.firstExact(use.name);
  // What the server gets is its own name.
  const own = use.upstream === undefined ? use.name : use.name.slice(use.upstream.length + 1);
  const plain = use.kind === "tool" ? isPlainToolName(own) : isPlainPromptName(own);
  // An operator who writes an odd name out in full wants exactly that tool; a wildcard never reaches it.
  if (!plain && !(allowed >= 0 && lists.allow.sources[allowed] === use.name)) {
    return {
      reason,
      rule: "names.invalid",
      message: `${use.kind} name ${
        quoted(use.name)
      } holds characters that names may not have, or is too long. Use the name exactly as the server lists it`,
      detail: "mcp.name_invalid",
    };
  }
  if (allowed >= 0) return null;
  if (lists.allow.size === 0 && policy.default === "allow") return null;
  const rule = lists.allow.size === 0 ? "default" : `${section}.allow`;
  return {
    reason,
    rule,
    message: lists.allow.size === 0
      ? `${use.kind} ${quoted(use.name)} is not allowed: the policy says "default: deny" and ` +
        `allows no ${section}. ${ASK_OPERATOR}`
      : `${use.kind} ${quoted(use.name)} is not in ${rule}. ${ASK_OPERATOR}`,
    detail: `policy.${use.kind}_denied`,
  };
}
