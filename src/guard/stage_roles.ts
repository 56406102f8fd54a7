// Stage "roles": what the lists of the caller's roles leave of what the policy's own lists allow. It only narrows:
// a deny of any role binds, and where no role denies, one role that allows is enough.

import { UriBudget } from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import type { ListUse } from "../wire/uses.ts";
import { note, noteIdle, type Trace } from "./judge.ts";
import { nameEntry, uriEntry } from "./place.ts";
import type { Refusal } from "./rulings.ts";
import { judgeName } from "./stage_names.ts";
import { judgeMention, judgeUri } from "./stage_uris.ts";
import type { Identity, Inquiry, UriUse } from "./types.ts";

/** The entry for callers none of whose roles has one. */
const OTHERS = "*";

/** Rules by which a role that lists something refuses what it does not list, beside its allow lists themselves. */
const UNLISTED: ReadonlySet<string> = new Set(["names.invalid", "resources.private_address"]);

/** The policy as one role sees it: its lists in the place of the policy's own. */
interface View {
  role: string;
  policy: Policy;
}

/**
 * The views of a caller.
 *
 * @param policy The compiled policy.
 * @param identity The caller.
 * @returns One for each role with an entry; that of `*` where there is none; empty where nothing narrows.
 */
function viewsOf(policy: Policy, identity: Identity): View[] {
  if (policy.roles.size === 0) return [];
  const own = [...new Set(identity.roles)].filter((r) => r !== OTHERS && policy.roles.has(r));
  const names = own.length > 0 ? own : policy.roles.has(OTHERS) ? [OTHERS] : [];
  return names.map((role) => {
    const lists = policy.roles.get(role)!;
    return {
      role,
      policy: {
        ...policy,
        // An empty list of a role narrows nothing, whatever an empty list of the policy means.
        default: "allow",
        tools: { ...policy.tools, ...lists.tools },
        resources: { ...policy.resources, ...lists.resources },
        prompts: { ...policy.prompts, ...lists.prompts },
      },
    };
  });
}

/** Bounds what URIs cost, for each view anew: the number of a caller's roles must not narrow what a message may hold. */
function budgetsFor(views: readonly View[]): ReadonlyMap<Policy, UriBudget> {
  return new Map(views.map((view) => [view.policy, new UriBudget()]));
}

/** What is said by the strictest reading: a deny of any role, else by the first role where none allows. */
function narrowest(
  views: readonly View[],
  ask: (policy: Policy) => Refusal | null,
): Refusal | null {
  let first: Refusal | null = null;
  let passed = false;
  for (const { role, policy } of views) {
    const refusal = ask(policy);
    if (refusal === null || isBase(refusal, policy)) {
      passed = true;
      continue;
    }
    const named = { ...refusal, ...renamed(refusal, role) };
    // What cannot be judged, and what a role denies, no other role allows.
    if (!refusal.rule.endsWith(".allow") && !UNLISTED.has(refusal.rule)) return named;
    first ??= named;
  }
  return passed ? null : first;
}

/** Whether a refusal is none of the role's: odd names and private hosts are the policy's own to allow. */
function isBase(refusal: Refusal, policy: Policy): boolean {
  if (refusal.rule === "names.invalid") {
    const section = refusal.reason === "ToolDenied" ? "tools" : "prompts";
    return policy[section].allow.size === 0;
  }
  return refusal.rule === "resources.private_address" && policy.resources.allow.size === 0;
}

function renamed(refusal: Refusal, role: string): Pick<Refusal, "rule" | "message"> {
  const rule = refusal.rule;
  if (!/^(?:tools|resources|prompts)\.(?:allow|deny)/.test(rule)) {
    return { rule, message: refusal.message };
  }
  const full = `roles.${role}.${rule}`;
  return { rule: full, message: refusal.message.replace(rule, () => full) };
}

/** Judges a message by the lists of its caller's roles. */
export function judgeRoles(policy: Policy, inquiry: Inquiry, trace: Trace | null): Refusal | null {
  const views = viewsOf(policy, inquiry.identity);
  if (views.length === 0) {
    if (policy.roles.size > 0) noteIdle(trace, "roles", "no role of the caller has lists");
    return null;
  }
  let refusal: Refusal | null = null;
  for (const use of inquiry.names) {
    refusal ??= narrowest(views, (view) => judgeName(view, use));
  }
  const budgets = budgetsFor(views);
  for (const use of inquiry.uris) {
    refusal ??= narrowest(views, (view) => judgeUri(view, use, budgets.get(view)!));
  }
  note(trace, "roles", refusal, () => ({
    detail: `allowed by the lists of ${views.map((v) => v.role).join(", ")}`,
  }));
  return refusal;
}

/** A check of list entries and URIs in results by the caller's roles. */
export interface RoleScreen {
  /** Whether a list entry may be shown; null when the budget is spent. @param route The one server of several, if any. */
  entry(kind: ListUse["kind"], value: string, route?: string): boolean | null;
  /** Judges one URI of a result. @param declared Whether both lists apply. */
  uri(use: UriUse, declared: boolean): Refusal | null;
}

/**
 * The check of one result, with a budget for each role.
 *
 * @param policy The compiled policy.
 * @param identity Whose result it is.
 * @returns The check, or null where no role of the caller has lists.
 */
export function roleScreen(policy: Policy, identity: Identity): RoleScreen | null {
  const views = viewsOf(policy, identity);
  if (views.length === 0) return null;
  const budgets = budgetsFor(views);
  return {
    entry: (kind, value, route) => {
      let refusal: Refusal | null;
      if (kind === "tool" || kind === "prompt") {
        const use = nameEntry(policy, kind, value, route);
        refusal = narrowest(views, (view) => judgeName(view, use));
      } else {
        const use = uriEntry(policy, kind, value, route);
        if (use === null) return false;
        refusal = narrowest(views, (view) => judgeUri(view, use, budgets.get(view)!));
      }
      return refusal?.reason === "LimitExceeded" ? null : refusal === null;
    },
    uri: (use, declared) =>
      narrowest(
        views,
        (view) =>
          declared
            ? judgeUri(view, use, budgets.get(view)!)
            : judgeMention(view, use, budgets.get(view)!),
      ),
  };
}
