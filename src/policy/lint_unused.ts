// Warnings about what stands in a policy and counts for nothing: roles and approvers that nothing asks for, identities
// that nobody has, servers of which nothing may be used, narrower lists that allow what the policy does not.

import { compileNameList, type NameList, splitSpelling } from "../match/mod.ts";
import type { PathWarning } from "./lint_patterns.ts";
import type { Path } from "./path.ts";
import type { PolicyFile } from "./schema.ts";
import { quote } from "./text.ts";

/** What `run` calls its client unless it is told otherwise. */
const LOCAL = "local";

/**
 * Everything that counts for nothing in a policy that loads.
 *
 * @param values The file's values after defaults.
 * @returns Warnings in no order.
 */
export function lintUnused(values: PolicyFile): PathWarning[] {
  return [
    ...unusedRoles(values),
    ...unknownIdentities(values),
    ...unusedApprovers(values),
    ...closedUpstreams(values),
    ...wideningLists(values),
    ...unusedHosts(values.server_requests),
  ];
}

/** Keys or tokens of the policy, and where they stand. */
function keysOf({ auth }: PolicyFile): {
  list: string;
  entries: readonly { identity?: string | undefined; roles: readonly string[] }[];
} | null {
  if (auth?.mode !== "api_key" && auth?.mode !== "bearer") return null;
  const list = auth.mode === "api_key" ? "allowed_keys" : "allowed_tokens";
  const entries = (auth[list] ?? []).map((one) => typeof one === "string" ? { roles: [] } : one);
  return { list, entries };
}

/** Roles of keys that no section `roles` and no rule mentions. */
function unusedRoles(values: PolicyFile): PathWarning[] {
  const keys = keysOf(values);
  if (keys === null) return [];
  const conditions = values.rules.flatMap(({ when }) =>
    when?.includes("identity.roles") ? [when] : []
  );
  // What goes through the roles, or looks into one, may mean any.
  if (conditions.some((text) => /identity\.roles\s*[.[]/.test(text))) return [];
  const used = new Set([
    ...Object.keys(values.roles ?? {}),
    ...values.rules.flatMap(({ roles }) => roles ?? []),
  ]);
  const mentioned = (role: string): boolean => conditions.some((text) => text.includes(role));
  return keys.entries.flatMap(({ roles }, i) =>
    roles.flatMap((role, r) =>
      used.has(role) || mentioned(role) ? [] : [{
        code: "unused",
        message: `no rule and no entry of \`roles\` asks for the role ${quote(role)}`,
        path: ["auth", keys.list, i, "roles", r],
      }]
    )
  );
}

/** Identities in rules that no key has. */
function unknownIdentities(values: PolicyFile): PathWarning[] {
  const keys = keysOf(values);
  if (keys === null) return [];
  const known = new Set(keys.entries.map(({ identity }) => identity));
  return values.rules.flatMap(({ identities }, i) =>
    (identities ?? []).flatMap((id, n) =>
      /[*?]|^key:/.test(id) || id === LOCAL || known.has(id) ? [] : [{
        code: "unknown_identity",
        message: `no key has the identity ${quote(id)}`,
        path: ["rules", i, "identities", n],
      }]
    )
  );
}

/** Approvers where nothing waits for one. */
function unusedApprovers({ approvals, rules, server_requests }: PolicyFile): PathWarning[] {
  if (approvals.admin_keys.length === 0) return [];
  const text = JSON.stringify([rules.map(({ effect }) => effect), server_requests]);
  return /"(?:approve|confirm)"/.test(text) ? [] : [{
    code: "unused",
    message: "nothing in this policy asks for an approval",
    path: ["approvals", "admin_keys"],
  }];
}

/** Servers of which nothing is allowed. */
function closedUpstreams(values: PolicyFile): PathWarning[] {
  const { upstreams, resources } = values;
  const closed = (section: "tools" | "prompts", name: string): boolean => {
    const { allow } = values[section];
    if (allow.length === 0) return values.default === "deny";
    return !allow.some((pattern) => mayName(pattern, name));
  };
  // A URI has its server in front of its scheme, and lists see it without.
  const noResources = resources.allow.length === 0 && values.default === "deny";
  if (!noResources) return [];
  return (upstreams ?? []).flatMap(({ name }, i) =>
    closed("tools", name) && closed("prompts", name)
      ? [{
        code: "unused",
        message: `nothing of this server may be used: no entry of tools.allow, prompts.allow or ` +
          `resources.allow is about ${quote(name)}`,
        path: ["upstreams", i, "name"],
      }]
      : []
  );
}

/** Whether a pattern may match a name of a server. */
function mayName(pattern: string, upstream: string): boolean {
  if (pattern.startsWith("re:")) return true;
  const wild = pattern.search(/[*?]/);
  if (wild < 0) return splitSpelling(pattern)?.upstream === upstream;
  const head = pattern.slice(0, wild);
  const apart = splitSpelling(`${head}x`);
  return apart === null ? upstream.startsWith(head) : apart.upstream === upstream;
}

/** Names that roles, and servers' own lists, allow and the policy does not: those lists only narrow. */
function wideningLists(values: PolicyFile): PathWarning[] {
  const out: PathWarning[] = [];
  for (const section of ["tools", "prompts"] as const) {
    const { allow } = values[section];
    if (allow.length === 0) continue;
    const list = compileNameList(allow);
    if (section === "tools") out.push(...limitsOfNothing(values, list));
    const look = (names: readonly string[], spelled: (name: string) => string, path: Path): void =>
      names.forEach((name, i) => {
        if (/[*?]|^re:/.test(name) || list.firstExact(spelled(name)) >= 0) return;
        const message = `${section}.allow does not allow it, and this list only narrows`;
        out.push({ code: "unreachable", message, path: [...path, i] });
      });
    for (const [role, lists] of Object.entries(values.roles ?? {})) {
      look(lists[section].allow, (name) => name, ["roles", role, section, "allow"]);
    }
    values.upstreams?.forEach((entry, i) => {
      const own = (name: string): string => `${entry.name}/${name}`;
      look(entry[section].allow, own, ["upstreams", i, section, "allow"]);
    });
  }
  return out;
}

/** Buckets for tools that the policy allows nobody; a limit looks wider than an allow list, so a name counts either way. */
function limitsOfNothing({ rate_limit }: PolicyFile, list: NameList): PathWarning[] {
  return (rate_limit?.overrides ?? []).flatMap(({ tools }, i) =>
    tools.flatMap((name, n) =>
      /[*?]|^re:/.test(name) || list.firstFolded(name) >= 0 ? [] : [{
        code: "unreachable",
        message: "tools.allow does not allow it, so no call is counted here",
        path: ["rate_limit", "overrides", i, "tools", n],
      }]
    )
  );
}

/** Hosts that may be opened where nothing may, or that another one stands for. */
function unusedHosts({ elicitation }: PolicyFile["server_requests"]): PathWarning[] {
  const url = typeof elicitation === "string" ? elicitation : elicitation.url;
  if (typeof url === "string" || url.allow_hosts === undefined) return [];
  const path: Path = ["server_requests", "elicitation", "url", "allow_hosts"];
  if (url.effect === "deny") {
    return [{ code: "unused", message: "`effect: deny` refuses these hosts as well", path }];
  }
  const hosts = url.allow_hosts.map((host) => host.toLowerCase());
  return hosts.flatMap((host, i) => {
    const by = hosts.findIndex((other, n) =>
      other === host ? n < i : other.startsWith("*.") && host.endsWith(other.slice(1))
    );
    return by < 0
      ? []
      : [{ code: "shadowed", message: `already covered by entry ${by}`, path: [...path, i] }];
  });
}
