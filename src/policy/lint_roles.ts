// Warnings about section roles: lists that contradict themselves, roles nobody can have, callers nobody thought of.

import { lintLists } from "./lint_patterns.ts";
import type { PathWarning } from "./lint_patterns.ts";
import type { PolicyFile } from "./schema.ts";

/**
 * Everything odd about the roles of a policy that loads.
 *
 * @param values The file's values after defaults.
 * @returns Warnings in no order.
 */
export function lintRoles(values: PolicyFile): PathWarning[] {
  const { roles, auth } = values;
  if (roles === undefined) return [];
  const out: PathWarning[] = [];
  if (!Object.hasOwn(roles, "*")) {
    out.push({
      code: "open_roles",
      message:
        "callers none of whose roles stands here are not narrowed at all; the entry `*` is for them",
      path: ["roles"],
    });
  }
  for (const [name, { tools, resources, prompts }] of Object.entries(roles)) {
    const at = (section: string): string[] => ["roles", name, section];
    out.push(
      ...lintLists("tool", tools.allow, tools.deny, at("tools")),
      ...lintLists("uri", resources.allow, resources.deny, at("resources")),
      ...lintLists("prompt", prompts.allow, prompts.deny, at("prompts")),
    );
  }
  if (auth?.mode === "jwt" && auth.jwt?.roles_claim === undefined) {
    out.push({
      code: "unused",
      message: "tokens bring no roles without `auth.jwt.roles_claim`",
      path: ["roles"],
    });
  }
  if (auth?.mode === "api_key" || auth?.mode === "bearer") {
    const entries = (auth.mode === "api_key" ? auth.allowed_keys : auth.allowed_tokens) ?? [];
    const held = new Set(entries.flatMap((one) => typeof one === "string" ? [] : one.roles));
    for (const name of Object.keys(roles)) {
      if (name === "*" || held.has(name)) continue;
      out.push({ code: "unused", message: "no key has this role", path: ["roles", name] });
    }
  }
  return out;
}
