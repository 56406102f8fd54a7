// What a server's own lists say, where several stand behind one guard: they narrow the policy's, and never widen it.

import {
  canonicalizeTemplate,
  canonicalizeUri,
  type CanonicalUri,
  templateVerdict,
} from "../match/mod.ts";
import type { Acl, Policy, UpstreamConfig } from "../policy/types.ts";
import type { NameList, UriList } from "../match/mod.ts";
import type { NameUse, UriUse } from "../wire/uses.ts";
import type { Refusal } from "./rulings.ts";
import { ASK_OPERATOR, namedRule, quoted } from "./wording.ts";

/** A name that belongs to no server: nobody could say whose lists judge it, or where it goes. */
export function nowhere(kind: "tool" | "prompt" | "resource", text: string): Refusal {
  return {
    reason: kind === "tool" ? "ToolDenied" : kind === "prompt" ? "PromptDenied" : "ResourceDenied",
    rule: "upstreams.unknown",
    message: `${kind} ${quoted(text)} names none of the servers behind this guard. ` +
      "Use names and URIs exactly as the lists show them",
    detail: "config.name_conflict",
  };
}

/**
 * Judges a name by the lists of its own server.
 *
 * @param policy The compiled policy.
 * @param use The name as `server/name`, and its server.
 * @returns The refusal, or null.
 */
export function narrowName(
  policy: Policy,
  use: Pick<NameUse, "kind" | "name" | "upstream">,
): Refusal | null {
  const own = ownOf(policy, use.upstream);
  if (own === undefined) return null;
  const section = use.kind === "tool" ? "tools" : "prompts";
  const bare = use.name.slice(own.name.length + 1);
  const lists: Acl<NameList> = own[section];
  return verdict(own, section, `${use.kind} ${quoted(bare)}`, lists, {
    denied: lists.deny.firstFolded(bare),
    allowed: lists.allow.size === 0 || lists.allow.firstExact(bare) >= 0,
  });
}

/**
 * Judges a URI by the lists of its own server.
 *
 * @param policy The compiled policy.
 * @param use The server's own URI, that the policy's lists have let pass, and its server.
 * @param mentioned True for a URI that was only mentioned: the deny list alone.
 * @returns The refusal, or null.
 */
export function narrowUri(policy: Policy, use: UriUse, mentioned: boolean): Refusal | null {
  const own = ownOf(policy, use.upstream);
  if (own === undefined) return null;
  const { allow, deny } = own.resources;
  if (allow.size === 0 && deny.size === 0) return null;
  const what = `resource ${quoted(use.uri)} in ${use.where}`;
  if (use.role === "template") {
    const { visible, index } = templateVerdict(canonicalizeTemplate(use.uri), allow, deny, true);
    return verdict(own, "resources", what, own.resources, {
      denied: visible ? -1 : index,
      allowed: visible,
    });
  }
  const uri = canonicalizeUri(use.uri);
  return verdict(own, "resources", what, own.resources, {
    denied: deny.firstFolded(uri),
    allowed: mentioned || allow.size === 0 || allow.firstExact(uri) >= 0,
  });
}

/**
 * The deny list of a URI's own server, for URIs that are found in tool arguments.
 *
 * @param policy The compiled policy.
 * @param use Where they are found, and its server.
 * @returns Judges one of them; null where the server denies nothing.
 */
export function deniedByOwn(
  policy: Policy,
  use: Pick<UriUse, "where" | "upstream">,
): ((uri: CanonicalUri) => Refusal | null) | null {
  const own = ownOf(policy, use.upstream);
  if (own === undefined || own.resources.deny.size === 0) return null;
  return (uri) =>
    verdict(own, "resources", `resource ${quoted(uri.uri)} in ${use.where}`, own.resources, {
      denied: own.resources.deny.firstFolded(uri),
      allowed: true,
    });
}

function ownOf(policy: Policy, name: string | undefined): UpstreamConfig | undefined {
  return name === undefined ? undefined : policy.upstreams.find((one) => one.name === name);
}

const REASONS = {
  tools: ["ToolDenied", "policy.tool_denied"],
  prompts: ["PromptDenied", "policy.prompt_denied"],
  resources: ["ResourceDenied", "policy.resource_denied"],
} as const;

function verdict(
  own: UpstreamConfig,
  section: keyof typeof REASONS,
  what: string,
  lists: Acl<NameList> | Acl<UriList>,
  found: { denied: number; allowed: boolean },
): Refusal | null {
  const { denied, allowed } = found;
  if (denied < 0 && allowed) return null;
  const list = denied < 0 ? `${section}.allow` : `${section}.deny[${denied}]`;
  const rule = `upstreams.${own.name}.${list}`;
  const [reason, detail] = REASONS[section];
  const why = denied < 0
    ? `is not in ${rule}`
    : `is denied by ${namedRule(rule, lists.deny.sources[denied])}`;
  return { reason, rule, message: `${what} ${why}. ${ASK_OPERATOR}`, detail };
}
